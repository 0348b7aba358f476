/** What the commands of `receiver` do. */
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime, record, table } from '../../command-line/layout.ts'
import { listReceivers, replayReceiver, resumeReceiver, theReceiver } from '../../deliveries/receivers.ts'
import type { Receiver } from '../../deliveries/receivers.ts'
import type { Services } from '../../services.ts'

export async function list(_input: Input, services: Services): Promise<Answer> {
  const receivers = (await listReceivers(services)).map(toData)
  const rows = receivers.map((one) => [
    one.topic,
    one.waiting,
    one.given_up,
    one.behind_since,
    one.delivered_at,
    one.paused_until,
    one.last_error,
  ])
  const head = ['TOPIC', 'WAITING', 'GIVEN UP', 'BEHIND SINCE', 'DELIVERED', 'PAUSED UNTIL', 'LAST ERROR']
  return { data: { receivers }, text: table(head, rows, 'No receivers.') }
}

export async function show({ operands: [topic = ''] }: Input, services: Services): Promise<Answer> {
  const data = toData(await theReceiver(services, topic))
  return { data, text: record(data) }
}

export async function resume({ operands: [topic = ''] }: Input, services: Services): Promise<Answer> {
  const data = toData(await resumeReceiver(services, topic))
  return { data, text: record(data) }
}

export async function replay({ operands: [topic = ''] }: Input, services: Services): Promise<Answer> {
  const replayed = await replayReceiver(services, topic)
  return { data: { topic, replayed }, text: `${replayed} due again.` }
}

function toData(one: Receiver) {
  return {
    topic: one.topic,
    waiting: one.waiting,
    given_up: one.givenUp,
    behind_since: isoTime(one.behindSinceMs),
    delivered_at: isoTime(one.deliveredAtMs),
    last_error: one.lastError,
    failures: one.failures,
    paused_until: isoTime(one.pausedUntilMs),
  }
}

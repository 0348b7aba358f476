/** What the commands of `receiver` do. */
import { z } from 'zod'
import type { OperationId } from '../../command-line/api-operations.ts'
import type { Api } from '../../command-line/api.ts'
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { record, table } from '../../command-line/layout.ts'

const receiver = z.looseObject({
  topic: z.string(),
  waiting: z.int(),
  given_up: z.int(),
  behind_since: z.string().nullable(),
  delivered_at: z.string().nullable(),
  last_error: z.string().nullable(),
  paused_until: z.string().nullable(),
})

export async function list(_input: Input, api: Api): Promise<Answer> {
  const { items: receivers } = await api.call('listReceivers', z.object({ items: z.array(receiver) }))
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

const one =
  (id: OperationId) =>
  async ({ operands: [topic = ''] }: Input, api: Api): Promise<Answer> => {
    const data = await api.call(id, receiver, { params: { topic } })
    return { data, text: record(data) }
  }

export const show = one('getReceiver')
export const resume = one('resumeReceiver')

export async function replay({ operands: [topic = ''] }: Input, api: Api): Promise<Answer> {
  const replayed = z.object({ replayed: z.int() })
  const data = { topic, ...(await api.call('replayReceiver', replayed, { params: { topic } })) }
  return { data, text: `${data.replayed} due again.` }
}

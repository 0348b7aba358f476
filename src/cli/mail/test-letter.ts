/**
 * Sends a letter as every mail is sent: through the outbox, by a worker. When no worker takes it in time or the attempt
 * fails, it is withdrawn and sent from here. So the answer says which of the two does not work.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { findMessage } from '../../outbox/dead-letters.ts'
import type { KeptMessage } from '../../outbox/dead-letters.ts'
import { withdraw } from '../../outbox/mail-queue.ts'
import { MAIL_TOPIC } from '../../outbox/outbox.ts'
import { DeliveryFailure } from '../../outbox/sink.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import type { Parts } from '../../process/start/parts.ts'
import { mailSink } from '../../process/worker.ts'
import type { Fault, Finding } from './faults.ts'
import { oneLine } from './smtp-talk.ts'

const LOOK_EVERY_MS = 200
const check = 'letter'

export async function sendLetter(
  parts: Parts,
  { to, waitSeconds }: { to: string; waitSeconds: number },
): Promise<Finding> {
  const { db, clock, config, outbox } = parts
  const request = { template: 'test', to, data: { whenMs: clock(), link: config.issuer } } as const
  const id = await outbox.enqueueMail(db, request)
  const last = await outcomeOf(parts, id, waitSeconds)
  if (last?.deliveredAtMs) return { check, state: 'ok', found: `a worker handed it over, to ${to}` }
  const failed = last?.lastError ?? undefined
  const withdrawn = await withdraw(db, id, clock())
  const here = withdrawn ? await sendFromHere(parts, id, request) : 'the worker has it still'
  if (failed !== undefined) return fault('letter_refused', `by a worker: ${failed}; ${here}`)
  return withdrawn
    ? fault('worker_away', `no worker handed it over in ${waitSeconds} s; ${here}`)
    : fault('letter_refused', `not handed over in ${waitSeconds} s; ${here}`)
}

function fault(name: Fault, found: string): Finding {
  return { check, state: 'fault', fault: name, found }
}

/** The message once its first attempt has ended, or as it is when the time is over. */
async function outcomeOf({ db }: Parts, id: string, waitSeconds: number): Promise<KeptMessage | undefined> {
  const deadlineMs = performance.now() + waitSeconds * SECOND_MS
  for (;;) {
    const found = await findMessage(db, id)
    if (!found || found.deliveredAtMs || found.lastError || performance.now() >= deadlineMs) return found
    await pause(LOOK_EVERY_MS)
  }
}

async function sendFromHere(parts: Parts, id: string, payload: object): Promise<string> {
  const { sink, close } = mailSink(parts)
  try {
    const createdAtMs = parts.clock()
    await sink.deliver({ id, topic: MAIL_TOPIC, key: undefined, payload, attempt: 1, createdAtMs })
    return 'accepted from here'
  } catch (error) {
    return `refused from here: ${error instanceof DeliveryFailure ? wordsOf(error) : String(error)}`
  } finally {
    close()
  }
}

/** The server's own, where it said something. */
function wordsOf({ reason, cause }: DeliveryFailure): string {
  const said = cause instanceof Error && 'response' in cause ? `: ${String(cause.response)}` : ''
  return oneLine(`${reason}${said}`)
}

/**
 * Sends a letter as every mail is sent: through the outbox, by a worker. When no worker takes it in time, it is
 * withdrawn and sent from here. So the answer says which of the two does not work.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { findMessage } from '../../outbox/dead-letters.ts'
import type { KeptMessage } from '../../outbox/dead-letters.ts'
import { withdrawUntaken } from '../../outbox/mail-queue.ts'
import { MAIL_TOPIC } from '../../outbox/outbox.ts'
import { DeliveryFailure } from '../../outbox/sink.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import type { Parts } from '../../process/start/parts.ts'
import { mailSink } from '../../process/worker.ts'
import type { Finding } from './faults.ts'
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
  if (last?.lastError) {
    const next = last.deadAtMs ? 'given up' : 'it is tried again'
    return { check, state: 'fault', fault: 'letter_refused', found: `${last.lastError}; ${next}` }
  }
  if (await withdrawUntaken(db, id)) return sendFromHere(parts, id, request, waitSeconds)
  const found = `a worker has it since less than ${waitSeconds} s, and has not handed it over`
  return { check, state: 'fault', fault: 'letter_refused', found }
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

async function sendFromHere(
  parts: Parts,
  id: string,
  payload: object,
  waitSeconds: number,
): Promise<Finding> {
  const nobody = `no worker took it in ${waitSeconds} s`
  const { sink, close } = mailSink(parts)
  try {
    const createdAtMs = parts.clock()
    await sink.deliver({ id, topic: MAIL_TOPIC, key: undefined, payload, attempt: 1, createdAtMs })
    return { check, state: 'fault', fault: 'worker_away', found: `${nobody}; sent from here` }
  } catch (error) {
    const words = error instanceof DeliveryFailure ? wordsOf(error) : String(error)
    return {
      check,
      state: 'fault',
      fault: 'worker_away',
      found: `${nobody}; not accepted from here: ${words}`,
    }
  } finally {
    close()
  }
}

/** The server's own, where it said something. */
function wordsOf({ reason, cause }: DeliveryFailure): string {
  const said = cause instanceof Error && 'response' in cause ? `: ${String(cause.response)}` : ''
  return oneLine(`${reason}${said}`)
}

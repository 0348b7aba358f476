/**
 * A code by mail, for people who cannot solve a challenge, and for accounts under attack. The right code gives a pass. Both are sealed values that the browser keeps, so no row waits for codes that are never typed.
 */
import { z } from 'zod'
import { MINUTE_MS } from '../platform/clock.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/sql/database.ts'
import { equalsInConstantTime, keyedDigest, randomToken } from '../platform/tokens.ts'
import type { Sealer } from '../platform/tokens.ts'
import type { Config } from '../settings/config.ts'
import { takeFromBucket } from './bucket.ts'
import { randomCode, readCode } from './mailed-code.ts'

type Passing = { db: Db; config: Pick<Config, 'keys'>; clock: Clock; sealer: Sealer }

export const PASS_LIFETIME_MS = 15 * MINUTE_MS
/** Wrong codes, and the attempts that one pass is good for. */
const MOST_USES = 5
const WAITING = 'mailed-code'
const PASSED = 'mailbox-pass'

const waiting = z.object({ id: z.string(), of: z.string(), code: z.string(), untilMs: z.number() })
const passed = z.object({ id: z.string(), of: z.string(), untilMs: z.number() })

export type MailedCode = { waiting: string; code: string; expiresAtMs: number }

/** `of`: the canonical address or user name that the pass will be for. */
export function issueMailedCode(
  { clock, sealer }: Pick<Passing, 'clock' | 'sealer'>,
  of: string,
): MailedCode {
  const code = randomCode()
  const untilMs = clock() + PASS_LIFETIME_MS
  const sealed = sealer.seal(JSON.stringify({ id: randomToken(128), of, code, untilMs }), WAITING)
  return { waiting: sealed, code, expiresAtMs: untilMs }
}

export type CodeChecked =
  | { ok: true; pass: string }
  | { ok: false; reason: 'wrong_code' | 'exhausted' | 'expired' }

/** A guess is counted before it is compared. Never inside a transaction. */
export async function checkMailedCode(
  needs: Passing,
  given: { waiting: string; code: string },
): Promise<CodeChecked> {
  const data = open(needs, waiting, given.waiting, WAITING)
  if (!data) return { ok: false, reason: 'expired' }
  if (!(await takeUse(needs, 'code', data))) return { ok: false, reason: 'exhausted' }
  if (!equalsInConstantTime(readCode(data.code), readCode(given.code)))
    return { ok: false, reason: 'wrong_code' }
  const { id, of } = data
  const untilMs = needs.clock() + PASS_LIFETIME_MS
  return { ok: true, pass: needs.sealer.seal(JSON.stringify({ id, of, untilMs }), PASSED) }
}

/** True for the few attempts that the pass is good for, on its own address. */
export async function takePass(needs: Passing, given: { pass: string; of: string }): Promise<boolean> {
  const data = open(needs, passed, given.pass, PASSED)
  return data?.of === given.of && (await takeUse(needs, 'pass', data))
}

type Sealed = { id: string; untilMs: number }

function open<Value extends Sealed>(
  { clock, sealer }: Pick<Passing, 'clock' | 'sealer'>,
  schema: z.ZodType<Value>,
  value: string,
  context: string,
): Value | undefined {
  const opened = sealer.open(value, context)
  const { data } = schema.safeParse(opened === undefined ? undefined : JSON.parse(opened))
  return data && data.untilMs > clock() ? data : undefined
}

async function takeUse(
  { db, config, clock }: Passing,
  what: 'code' | 'pass',
  { id, untilMs }: Sealed,
): Promise<boolean> {
  const nowMs = clock()
  const bucket = keyedDigest(config.keys.index, JSON.stringify(['mailbox', what, id]))
  const windowMs = Math.max(1, untilMs - nowMs)
  return (await takeFromBucket(db, { bucket, limit: MOST_USES, windowMs, nowMs })).allowed
}

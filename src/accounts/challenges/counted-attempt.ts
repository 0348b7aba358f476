/**
 * Counts an attempt to sign in before the password is looked at. Each process remembers what is refused, so that the next
 * refusal asks no database.
 */
import { findSignInAccount, isUsername, lookupLogin } from '../username.ts'
import type { Account } from '../account.ts'
import { bucketsOf, takeAttempt, wideTakes } from '../../attempts/lockout.ts'
import type { Attempt, AttemptTaken, Proven } from '../../attempts/lockout.ts'
import { isOwnDevice } from '../../attempts/known-browser.ts'
import type { Device } from '../../attempts/known-browser.ts'
import { takePass } from '../../attempts/mailbox-pass.ts'
import { takeSolution } from '../../attempts/puzzle.ts'
import type { Services } from '../../services.ts'
import { noticeGuesses } from './guess-notice.ts'

/** What a browser or an app gives beside the password, where a challenge asks for it. */
export type Proof = {
  /** `puzzle:number.number…`, for the address as it was typed. */
  solution?: string | undefined
  /** What the right code of a mail gave. */
  pass?: string | undefined
}

export type Typed = { email: string; ip: string; proof?: Proof | undefined; confirms: boolean }

/** Why an attempt was refused. `challenge` and `mail_code` would let it pass. */
export type NotTaken =
  | { reason: 'blocked'; retryAfterSeconds: number }
  | { reason: 'challenge' }
  | { reason: 'mail_code' }

export type Counted = { account: Account | undefined; attempt: Attempt; refused: NotTaken | undefined }

/** Never inside a transaction. `cookie`: of a browser that signed in before, perhaps as somebody else. */
export async function countAttempt(
  needs: Services,
  typed: Typed,
  cookie: Device | undefined,
): Promise<Counted> {
  const account = await findSignInAccount(needs, typed.email)
  const device = cookie && account && isOwnDevice(cookie, account) ? cookie : undefined
  // A user name is counted as the address of its account, so that it gives nobody a second budget.
  const { emailCanonical = lookupLogin(typed.email) } = account ?? {}
  const proven = device || typed.confirms ? undefined : await takeProof(needs, typed, emailCanonical)
  const known = { emailCanonical, ip: typed.ip, accountId: account?.id, confirms: typed.confirms }
  const attempt: Attempt = { ...known, device, ...(proven && { proven }) }
  const taken = await takeAttempt(needs, attempt, needs.clock())
  if (taken.allowed) return { account, attempt, refused: undefined }
  noteRefusal(needs, typed, taken)
  const refused = refusalOf(taken)
  if (refused.reason === 'mail_code') await noticeGuesses(needs, account, typed.ip)
  return { account, attempt, refused }
}

async function takeProof(
  needs: Services,
  { email, ip, proof }: Typed,
  emailCanonical: string,
): Promise<Proven> {
  const mailbox =
    proof?.pass !== undefined && (await takePass(needs, { pass: proof.pass, of: emailCanonical }))
  const { solution } = proof ?? {}
  if (mailbox || solution === undefined) return { challenge: mailbox, mailbox }
  return { challenge: await takeSolution(needs, { solution, address: email, ip }), mailbox }
}

function refusalOf(taken: Extract<AttemptTaken, { allowed: false }>): NotTaken {
  if (taken.missing !== undefined) return { reason: taken.missing }
  return { reason: 'blocked', retryAfterSeconds: taken.retryAfterSeconds }
}

/** What this process knows to be refused; for a known browser, only by its own count. */
export function recallRefusal(
  needs: Services,
  typed: Typed,
  device: Device | undefined,
): NotTaken | undefined {
  const { blocked: known, config, clock } = needs
  const { own, slots } = bucketsOf(config.keys.index, { ...attemptFrom(typed), device })
  const named = namedSlots(needs, typed)
  const waits = [...slots, ...named].flatMap((slot) => known.recall(slot, clock()) ?? [])
  if (own !== undefined) {
    const ownWait = waits.length > 0 ? known.recall(own, clock()) : undefined
    return ownWait === undefined ? undefined : blocked(Math.max(ownWait, ...waits))
  }
  return waits.length > 0 ? blocked(Math.max(...waits)) : recallWide(needs, typed)
}

/** Only for attempts without a proof, because that could let them pass. */
function recallWide(needs: Services, typed: Typed): NotTaken | undefined {
  const { blocked: known, config, clock } = needs
  const { networks, accounts } = wideTakes(config, { ...attemptFrom(typed), confirms: typed.confirms }, 0)
  const nowMs = clock()
  const waits = networks.flatMap(({ bucket }) => known.recall(bucket, nowMs) ?? [])
  if (waits.length > 0) return blocked(Math.max(...waits))
  const isMissing = (what: string) => (bucket: string) =>
    known.recall(`${what} ${bucket}`, nowMs) !== undefined
  if (typed.proof?.pass !== undefined) return undefined
  const login = isUsername(typed.email) ? [nameKey(typed)] : accounts.map(({ bucket }) => bucket)
  if (!typed.confirms && login.some(isMissing('mail_code'))) return { reason: 'mail_code' }
  if (typed.proof?.solution !== undefined) return undefined
  return networks.some(({ bucket }) => isMissing('challenge')(bucket)) ? { reason: 'challenge' } : undefined
}

function noteRefusal(
  needs: Services,
  typed: Typed,
  { bucket, missing, retryAfterSeconds }: Extract<AttemptTaken, { allowed: false }>,
): void {
  const note = (name: string) => needs.blocked.note(name, retryAfterSeconds, needs.clock())
  if (missing === undefined) for (const slot of [bucket, ...namedSlots(needs, typed)]) note(slot)
  else for (const name of [bucket, nameKey(typed)]) note(`${missing} ${name}`)
}

function blocked(retryAfterSeconds: number): NotTaken {
  return { reason: 'blocked', retryAfterSeconds }
}

function attemptFrom({ email, ip }: Typed): Attempt {
  return { emailCanonical: lookupLogin(email), ip }
}

/** What a blocked user name is remembered by: no query may be needed to refuse it, whether it has an account or not. */
function namedSlots({ config }: Pick<Services, 'config'>, typed: Typed): string[] {
  if (!isUsername(typed.email)) return []
  return bucketsOf(config.keys.index, attemptFrom(typed)).slots.map((slot) => `name ${slot}`)
}

function nameKey({ email }: Typed): string {
  return `name ${lookupLogin(email)}`
}

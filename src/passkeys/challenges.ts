/**
 * The challenges that an authenticator signs. A challenge is made for one browser, one purpose and one account, and says so
 * by its MAC. So nothing is stored until it comes back, and a page may be opened without writing. Each is accepted once.
 */
import { randomBytes } from 'node:crypto'
import { MINUTE_MS } from '../platform/clock.ts'
import { digest, equalsInConstantTime, keyedDigest } from '../platform/tokens.ts'
import type { Services } from '../services.ts'

/** How long a page with a challenge can be open before its passkey is used. */
export const CHALLENGE_LIFETIME_MS = 10 * MINUTE_MS

/** The purpose, browser and account of a challenge. A challenge with another one of these is refused. */
export type ChallengePlace = {
  purpose: 'sign-in' | 'second-step' | 'confirm' | 'register' | 'sign-up'
  /** The token of this browser's forms: a challenge of another browser is refused. */
  browser: string
  /** The account that is known already. Empty when signing in. */
  subject?: string
}

const NONCE_BYTES = 16
const TIME_BYTES = 6
const MAC_BYTES = 32
const LENGTH = NONCE_BYTES + TIME_BYTES + MAC_BYTES

/** Base64url, as it is in the options for the browser and in `clientDataJSON`. */
export function newChallenge({ config, clock }: Clocked, place: ChallengePlace): string {
  const head = Buffer.alloc(NONCE_BYTES + TIME_BYTES)
  randomBytes(NONCE_BYTES).copy(head)
  head.writeUIntBE(clock(), NONCE_BYTES, TIME_BYTES)
  return Buffer.concat([head, macOf(config, head, place)]).toString('base64url')
}

/**
 * Uses a challenge up. Of any number of callers exactly one gets `ok`. `expired`: the page was open for too long. `foreign`:
 * it was used before, or was made for another browser, purpose or account.
 */
export async function useChallenge(
  { config, clock, store }: Clocked & Pick<Services, 'store'>,
  challenge: string,
  place: ChallengePlace,
): Promise<'ok' | 'expired' | 'foreign'> {
  const bytes = Buffer.from(challenge, 'base64url')
  if (bytes.length !== LENGTH) return 'foreign'
  const head = bytes.subarray(0, NONCE_BYTES + TIME_BYTES)
  const mac = bytes.subarray(head.length).toString('base64url')
  if (!equalsInConstantTime(mac, macOf(config, head, place).toString('base64url'))) return 'foreign'
  const expiresAtMs = head.readUIntBE(NONCE_BYTES, TIME_BYTES) + CHALLENGE_LIFETIME_MS
  if (clock() >= expiresAtMs) return 'expired'
  const id = digest(bytes.toString('base64url'))
  // A minute more: the clock of the store may differ.
  const isFirst = await store.claim(`{${id.slice(0, 16)}}:passkey:${id}`, expiresAtMs + MINUTE_MS)
  return isFirst ? 'ok' : 'foreign'
}

type Clocked = Pick<Services, 'config' | 'clock'>

function macOf(
  { keys }: Services['config'],
  head: Buffer,
  { purpose, browser, subject = '' }: ChallengePlace,
): Buffer {
  const text = JSON.stringify([head.toString('base64url'), purpose, browser, subject])
  return Buffer.from(keyedDigest(keys.passkeys, text), 'base64url')
}

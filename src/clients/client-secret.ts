/**
 * How client secrets are stored. A secret that is only compared is stored as its SHA-256. It has 256 random bits of our
 * own making, so its digest cannot be searched. No key has to outlive every rotation. To check a client_secret_jwt the
 * raw value is needed: it is sealed with the server's data key.
 */
import type { Clock } from '../platform/clock.ts'
import { AppError } from '../platform/errors.ts'
import { digest, equalsInConstantTime, randomToken } from '../platform/tokens.ts'
import type { SealedColumn } from '../platform/sql/reseal.ts'
import type { Sealer } from '../platform/tokens.ts'
import type { ClientAuthMethod } from './client-choices.ts'

export type StoredSecret = { secretHash: string | null; secretSealed: string | null }
/** The secret before the last rotation, as long as it still works. */
export type PreviousSecret = {
  previousSecretHash: string | null
  previousSecretSealed: string | null
  previousSecretUntilMs: number | null
}
export type KeptSecrets = StoredSecret & PreviousSecret
export type IssuedSecret = { stored: StoredSecret; plain?: string }

const HASH_MARK = 'sha256:'
const NONE: StoredSecret = { secretHash: null, secretSealed: null }

/** The columns that `keys reseal` seals again. */
export const SEALED_SECRETS: readonly SealedColumn[] = [
  { what: 'client secrets', column: 'secretSealed' },
  { what: 'previous client secrets', column: 'previousSecretSealed' },
].map((column) => ({
  ...column,
  table: 'clients',
  key: 'clientId',
  context: ({ clientId = '' }) => clientSecretContext(clientId),
}))

/** A new secret in the form that the method needs; `plain` is to be shown once. A given one has 256 bits of entropy too. */
export function issueSecret(
  sealer: Sealer,
  clientId: string,
  method: ClientAuthMethod,
  plain = randomToken(),
): IssuedSecret {
  const kind = kindOf(method)
  if (kind === 'none') return { stored: NONE }
  return kind === 'hashed'
    ? { plain, stored: { ...NONE, secretHash: digest(plain) } }
    : { plain, stored: { ...NONE, secretSealed: sealer.seal(plain, clientSecretContext(clientId)) } }
}

/** Keeps a stored secret when the method can go on using it, else issues a new one. */
export function keepOrIssueSecret(
  sealer: Sealer,
  clientId: string,
  method: ClientAuthMethod,
  { secretHash, secretSealed }: StoredSecret,
): IssuedSecret {
  const kind = kindOf(method)
  if (kind === 'hashed' && secretHash) return { stored: { ...NONE, secretHash } }
  if (kind === 'sealed' && secretSealed) return { stored: { ...NONE, secretSealed } }
  return issueSecret(sealer, clientId, method)
}

/** The columns that keep the current secret working beside a new one, until a moment in ms. */
export function previousSecret(stored: StoredSecret, untilMs: number, overlapMs: number): PreviousSecret {
  const kept = overlapMs > 0 && (stored.secretHash !== null || stored.secretSealed !== null)
  return {
    previousSecretHash: kept ? stored.secretHash : null,
    previousSecretSealed: kept ? stored.secretSealed : null,
    previousSecretUntilMs: kept ? untilMs : null,
  }
}

/**
 * The `client_secret` for the library: the raw secret if it is sealed, else a marked digest, which only
 * `compareClientSecret` can use. A second digest is valid until the time after it.
 * @throws AppError 500 `client_secret_unreadable` when no configured data key opens the sealed secret
 */
export function secretForLibrary(
  sealer: Sealer,
  clientId: string,
  stored: StoredSecret & Partial<PreviousSecret>,
): string | undefined {
  const { secretHash, secretSealed, previousSecretHash, previousSecretUntilMs } = stored
  const overlap = previousSecretHash ? `,${previousSecretHash}@${previousSecretUntilMs}` : ''
  if (secretHash) return HASH_MARK + secretHash + overlap
  return secretSealed ? openSecret(sealer, clientId, secretSealed) : undefined
}

/** The raw secret from before the last rotation, where it is needed raw and still works. */
export function previousRawSecret(
  sealer: Sealer,
  clientId: string,
  { previousSecretSealed, previousSecretUntilMs }: Partial<PreviousSecret>,
  nowMs: number,
): string | undefined {
  if (!previousSecretSealed || (previousSecretUntilMs ?? 0) <= nowMs) return undefined
  return openSecret(sealer, clientId, previousSecretSealed)
}

/** Replaces `Client.prototype.compareClientSecret`. */
export function secretComparison(clock: Clock) {
  return function (this: { clientSecret?: string }, presented: string): boolean {
    return compareClientSecret(this.clientSecret, presented, clock())
  }
}

/** `stored` is the client's `clientSecret`, `presented` what was sent. */
export function compareClientSecret(
  stored: string | undefined,
  presented: string,
  nowMs = Date.now(),
): boolean {
  if (!stored?.startsWith(HASH_MARK)) return false
  const given = digest(presented)
  const [current = '', previous = ''] = stored.slice(HASH_MARK.length).split(',')
  const [old = '', untilMs = ''] = previous.split('@')
  const matches = equalsInConstantTime(current, given)
  return matches || (Number(untilMs) > nowMs && equalsInConstantTime(old, given))
}

/** True for the secret from before the last rotation, after the time in which both worked. */
export function isFormerSecret(stored: string | undefined, presented: string): boolean {
  if (!stored?.startsWith(HASH_MARK)) return false
  const [, previous = ''] = stored.slice(HASH_MARK.length).split(',')
  const [old = ''] = previous.split('@')
  return old !== '' && equalsInConstantTime(old, digest(presented))
}

/** True for a marked digest in place of a secret. It must never leave the server as if it were the secret. */
export function isStandIn(secret: unknown): boolean {
  return typeof secret === 'string' && secret.startsWith(HASH_MARK)
}

function openSecret(sealer: Sealer, clientId: string, sealed: string): string {
  const plain = sealer.open(sealed, clientSecretContext(clientId))
  if (plain !== undefined) return plain
  throw new AppError('client_secret_unreadable', 500, 'A client secret was sealed with an unknown data key.')
}

function kindOf(method: ClientAuthMethod): 'hashed' | 'sealed' | 'none' {
  if (method === 'client_secret_basic' || method === 'client_secret_post') return 'hashed'
  return method === 'client_secret_jwt' ? 'sealed' : 'none'
}

/** What a sealed secret is bound to. */
export function clientSecretContext(clientId: string): string {
  return `client-secret:${clientId}`
}

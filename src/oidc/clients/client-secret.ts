/**
 * How client secrets are kept. A secret that is only compared is stored as its SHA-256: it is 256 random bits of our
 * own making, so a digest cannot be searched, and needs no key that would have to outlive every rotation. The raw
 * value is needed to check a client_secret_jwt: there it is sealed with the server's data key.
 */
import { timingSafeEqual } from 'node:crypto'
import { AppError } from '../../errors.ts'
import { digest, randomToken } from '../../platform/tokens.ts'
import type { Sealer } from '../../platform/tokens.ts'
import type { ClientAuthMethod } from './client-metadata.ts'

export type StoredSecret = { secretHash: string | null; secretSealed: string | null }
export type IssuedSecret = { stored: StoredSecret; plain?: string }

const HASH_MARK = 'sha256:'
const NONE: StoredSecret = { secretHash: null, secretSealed: null }

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
    : { plain, stored: { ...NONE, secretSealed: sealer.seal(plain, contextOf(clientId)) } }
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

/**
 * What the library gets as `client_secret`: the raw secret where it is sealed, else a marked digest that stands in
 * for it and is of use only to `compareClientSecret`.
 * @throws AppError 500 `client_secret_unreadable` when no configured data key opens the sealed secret
 */
export function secretForLibrary(sealer: Sealer, clientId: string, stored: StoredSecret): string | undefined {
  if (stored.secretHash) return HASH_MARK + stored.secretHash
  if (!stored.secretSealed) return undefined
  const plain = sealer.open(stored.secretSealed, contextOf(clientId))
  if (plain !== undefined) return plain
  throw new AppError('client_secret_unreadable', 500, 'A client secret was sealed with an unknown data key.')
}

/** Replaces `Client.prototype.compareClientSecret`: `stored` is the client's `clientSecret`, `presented` what was sent. */
export function compareClientSecret(stored: string | undefined, presented: string): boolean {
  const [expected, given] = [Buffer.from(stored ?? ''), Buffer.from(HASH_MARK + digest(presented))]
  // The lengths are no secret: they tell how a secret is stored, not what it is.
  return expected.length === given.length && timingSafeEqual(expected, given)
}

function kindOf(method: ClientAuthMethod): 'hashed' | 'sealed' | 'none' {
  if (method === 'client_secret_basic' || method === 'client_secret_post') return 'hashed'
  return method === 'client_secret_jwt' ? 'sealed' : 'none'
}

function contextOf(clientId: string): string {
  return `client-secret:${clientId}`
}

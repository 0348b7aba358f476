/**
 * Builds the published status lists: one bit per token, compressed, in a signed JWT (draft-ietf-oauth-status-list §4,
 * §5.1). A list is built on request when something changed, and cached. For each list, a request costs one query, and a
 * minute costs one signature.
 */
import { deflate } from 'node:zlib'
import { promisify } from 'node:util'
import { LRUCache } from 'lru-cache'
import { MINUTE_MS, SECOND_MS } from '../../platform/clock.ts'
import type { Db } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import { LIST_SIZE } from './place-allocator.ts'
import { findListVersion, listRevoked } from '../../grant-store/status-entries.ts'

/** How long a verifier may cache a list, and so how long a revocation takes to take effect everywhere. */
export const TTL_SECONDS = 30
/** After this time a document is invalid, even from a cache. */
const LIFETIME_SECONDS = 300
const KEPT_LISTS = 100

export type StatusDocument = { jwt: string; etag: string }
type Kept = { etag: string; document: Promise<StatusDocument> }

export type StatusDocuments = { find: (listId: string) => Promise<StatusDocument | undefined> }

/** `addressOf`: the address of a list, which is the subject of its documents. */
export function createStatusDocuments(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  addressOf: (listId: string) => string,
  sign: (claims: Record<string, unknown>) => Promise<string>,
): StatusDocuments {
  const kept = new LRUCache<string, Kept>({ max: KEPT_LISTS })
  return {
    async find(listId) {
      const version = await findListVersion(db, listId)
      if (version === undefined) return undefined
      const issuedAtMs = Math.floor(clock() / MINUTE_MS) * MINUTE_MS
      // Weak, because other processes sign the same content again.
      const etag = `W/"${version}-${issuedAtMs / SECOND_MS}"`
      const known = kept.get(listId)
      if (known?.etag === etag) return known.document
      const document = claimsOf(db, listId, issuedAtMs)
        .then((claims) => sign({ sub: addressOf(listId), ...claims }))
        .then((jwt) => ({ jwt, etag }))
      kept.set(listId, { etag, document })
      document.catch(() => kept.delete(listId))
      return document
    },
  }
}

// The revoked places are read after the version, so that a document is never older than its version says.
async function claimsOf(db: Db, listId: string, issuedAtMs: number) {
  const lst = await compressed(await listRevoked(db, listId))
  const iat = issuedAtMs / SECOND_MS
  return {
    iat,
    exp: iat + LIFETIME_SECONDS,
    ttl: TTL_SECONDS,
    status_list: { bits: 1, lst },
  }
}

const compress = promisify(deflate)

/** Places in order of significance within a byte, the least significant bit first (§4.1). */
async function compressed(revoked: readonly number[]): Promise<string> {
  const bytes = Buffer.alloc(LIST_SIZE / 8)
  for (const idx of revoked) bytes[idx >> 3]! |= 1 << (idx & 7)
  return (await compress(bytes, { level: 9 })).toString('base64url')
}

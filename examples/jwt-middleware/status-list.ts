/** Token status lists at a resource server (draft-ietf-oauth-status-list §8.3): was this token revoked? */
import { promisify } from 'node:util'
import { inflate } from 'node:zlib'
import { jwtVerify } from 'jose'
import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import { RefusedToken } from './presented-request.ts'

/** Of a list without `ttl`. */
const DEFAULT_TTL_SECONDS = 60
const FETCH_MS = 2500
/** More than eight million tokens: a list that unpacks to more is not one of ours. */
const MAX_LIST_BYTES = 1024 * 1024
const KEPT_LISTS = 1000

type Needs = { issuer: string; keys: JWTVerifyGetKey; maxAgeSeconds: number | undefined }
type List = { bits: number; statuses: Buffer; freshUntilMs: number }
type Reference = { idx: number; uri: string }

/** Each list is fetched at most once while it is fresh. One that cannot be fetched or verified lets nothing pass. */
export function createStatusCheck(needs: Needs) {
  const lists = new Map<string, Promise<List>>()
  const issuerOrigin = new URL(needs.issuer).origin

  return async (claims: JWTPayload): Promise<void> => {
    const { status_list: reference } = (claims['status'] ?? {}) as { status_list?: Reference }
    if (!reference) return
    const { idx, uri } = reference
    if (URL.parse(uri)?.origin !== issuerOrigin) throw new RefusedToken('a status list of somebody else')
    if (statusAt(await freshList(uri), idx) !== 0) throw new RefusedToken('the token was revoked')
  }

  async function freshList(uri: string): Promise<List> {
    const known = lists.get(uri)
    if (known && (await known).freshUntilMs > Date.now()) return known
    // Another request may have begun to fetch it meanwhile.
    const current = lists.get(uri)
    return current && current !== known ? current : start(uri)
  }

  function start(uri: string): Promise<List> {
    const list = fetchList(needs, uri).catch((cause: unknown) => {
      lists.delete(uri)
      throw new Error('the status list cannot be used', { cause })
    })
    lists.delete(uri)
    lists.set(uri, list)
    const [oldest] = lists.keys()
    if (lists.size > KEPT_LISTS && oldest !== undefined) lists.delete(oldest)
    return list
  }
}

async function fetchList({ issuer, keys, maxAgeSeconds = Infinity }: Needs, uri: string): Promise<List> {
  const answer = await fetch(uri, {
    headers: { accept: 'application/statuslist+jwt' },
    redirect: 'error',
    signal: AbortSignal.timeout(FETCH_MS),
  })
  if (!answer.ok) throw new Error(`the status list is not there: ${answer.status}`)
  const { payload } = await jwtVerify(await answer.text(), keys, {
    issuer,
    subject: uri,
    typ: 'statuslist+jwt',
    requiredClaims: ['exp', 'iat', 'status_list'],
  })
  const { ttl = DEFAULT_TTL_SECONDS, exp = 0 } = payload as { ttl?: number; exp?: number }
  const { bits, lst } = payload['status_list'] as { bits: number; lst: string }
  const statuses = await unpack(Buffer.from(lst, 'base64url'), { maxOutputLength: MAX_LIST_BYTES })
  const freshUntilMs = Math.min(Date.now() + Math.min(ttl, maxAgeSeconds) * 1000, exp * 1000)
  return { bits, statuses, freshUntilMs }
}

const unpack = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflate)

/** 0 is valid, everything else is not (§7.1). The least significant bits of a byte come first (§4.1). */
function statusAt({ bits, statuses }: List, idx: number): number {
  const position = idx * bits
  const byte = Number.isSafeInteger(idx) && idx >= 0 ? statuses[position >> 3] : undefined
  if (byte === undefined) throw new RefusedToken('a place outside of the status list')
  return (byte >> (position & 7)) & ((1 << bits) - 1)
}

/**
 * Browser sessions. One record per session uid; the cookie value is only checked against it, so giving the session a
 * new cookie value is one write and no request sees a gap. The value before a rename stays good for ten seconds, for
 * the tab that was already under way, unless the rename was a sign-in: then it dies at once (session fixation).
 *
 * Writes compare the version that was read. Two tabs that authorise two apps at once keep both entries; a request that
 * began before somebody signed in cannot put the earlier state back.
 */
import type { AdapterPayload } from 'oidc-provider'
import { unavailable } from '../errors.ts'
import { MINUTE_MS, SECOND_MS } from '../platform/clock.ts'
import type { Clock } from '../platform/clock.ts'
import { randomToken } from '../platform/tokens.ts'
import type { GrantStore, Root } from './grant-store.ts'
import { locateSession, sessionKey, tagOf } from './token-ids.ts'
import type { Located } from './token-ids.ts'

export type SessionNeeds = {
  store: GrantStore
  clock: Clock
  /** Idle lifetime of a session that nobody has signed in to (10 minutes by default). */
  anonymousSessionMs?: number
}

export type FoundSession = { place: Located; root: Root; payload: AdapterPayload }

/** A new `Root.version`. */
export function newVersion(): string {
  return randomToken(96)
}

const RENAME_GRACE_MS = 10 * SECOND_MS
const ATTEMPTS = 5

/** The session of a cookie value. */
export async function findSession(needs: SessionNeeds, id: string): Promise<FoundSession | undefined> {
  const place = locateSession(id)
  const root = place && (await needs.store.readRoot(place.key))
  if (!root || !accepts(root, place.digest, needs.clock())) return undefined
  return { place, root, payload: JSON.parse(root.payload) as AdapterPayload }
}

export async function findSessionByUid(
  { store }: SessionNeeds,
  uid: string,
): Promise<FoundSession | undefined> {
  const tag = tagOf(uid)
  const root = await store.readRoot(sessionKey(tag))
  if (!root) return undefined
  const payload = JSON.parse(root.payload) as AdapterPayload
  return payload.uid === uid
    ? { place: { tag, digest: root.digest, key: sessionKey(tag) }, root, payload }
    : undefined
}

/**
 * Writes the session under the cookie value whose digest is `place.digest`. `base` is the record as this request read
 * it. Does nothing when the session was destroyed, or when someone signed in meanwhile and this request did not.
 * Answers the record as written.
 */
export async function saveSession(
  needs: SessionNeeds,
  place: Located,
  payload: AdapterPayload,
  ttlMs: number,
  base?: Root,
): Promise<Root | undefined> {
  const { store, clock, anonymousSessionMs = 10 * MINUTE_MS } = needs
  const expiresAtMs = clock() + (payload.accountId ? ttlMs : Math.min(ttlMs, anonymousSessionMs))
  let wanted = payload
  let current = base
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const root = {
      digest: place.digest,
      version: newVersion(),
      payload: JSON.stringify(wanted),
      previous: current && previousOf(current, place.digest, wanted, clock()),
    }
    const result = await store.putRoot(place.key, root, expiresAtMs, current?.version)
    if (result.outcome !== 'conflict') return result.outcome === 'done' ? root : undefined
    const merged = merge(base, result.current, payload)
    if (!merged) return undefined
    wanted = merged
    current = result.current
  }
  throw unavailable(new Error('the session was changed by others on every attempt'))
}

function accepts({ digest, previous }: Root, presented: string, nowMs: number): boolean {
  return digest === presented || (previous?.digest === presented && nowMs < previous.untilMs)
}

function previousOf(current: Root, digest: string, payload: AdapterPayload, nowMs: number): Root['previous'] {
  if (!sameLogin(JSON.parse(current.payload) as AdapterPayload, payload)) return undefined
  if (current.digest !== digest) return { digest: current.digest, untilMs: nowMs + RENAME_GRACE_MS }
  return current.previous && nowMs < current.previous.untilMs ? current.previous : undefined
}

function sameLogin(a: AdapterPayload, b: AdapterPayload): boolean {
  return a.accountId === b.accountId && a.loginTs === b.loginTs
}

/** This request's changes on top of what others wrote since; `undefined` when it must yield. */
function merge(base: Root | undefined, current: Root, mine: AdapterPayload): AdapterPayload | undefined {
  const before = base ? (JSON.parse(base.payload) as AdapterPayload) : mine
  const theirs = JSON.parse(current.payload) as AdapterPayload
  if (!sameLogin(theirs, mine)) return sameLogin(before, mine) ? undefined : mine
  return { ...mine, authorizations: mergeAuthorizations(before, theirs, mine) }
}

function mergeAuthorizations(base: AdapterPayload, theirs: AdapterPayload, mine: AdapterPayload) {
  const merged = { ...theirs.authorizations }
  const changed = new Set([
    ...Object.keys(base.authorizations ?? {}),
    ...Object.keys(mine.authorizations ?? {}),
  ])
  for (const clientId of changed) {
    const after = mine.authorizations?.[clientId]
    if (JSON.stringify(base.authorizations?.[clientId]) === JSON.stringify(after)) continue
    if (after) merged[clientId] = after
    else delete merged[clientId]
  }
  return Object.keys(merged).length === 0 ? undefined : merged
}

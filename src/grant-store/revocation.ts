/** Ends a grant with everything under it, or a browser session. Each is one atomic step; a second time changes nothing. */
import type { AdapterPayload } from 'oidc-provider'
import { HOUR_MS } from '../platform/clock.ts'
import type { Clock } from '../platform/clock.ts'
import { digest } from '../platform/tokens.ts'
import type { GrantStore, Root } from './grant-store.ts'
import { grantKey, sessionKey, tagOf } from './token-ids.ts'

/** The clock dates the tombstones. */
export type TimedStore = { store: GrantStore; clock: Clock }

/** Longer than any request that began before the revocation could still take to write. */
const TOMBSTONE_MS = HOUR_MS

/** Ends the grant: its codes and tokens are invalid from the next read on. */
export function revokeGrant(timed: TimedStore, grantId: string): Promise<void> {
  return revokeGrantByDigest(timed, digest(grantId))
}

/** The same for callers that keep only `digest(grantId)`. */
export async function revokeGrantByDigest({ store, clock }: TimedStore, grantDigest: string): Promise<void> {
  await revokeGrantByTag({ store, clock }, grantDigest.slice(0, tagOf('').length))
}

export async function revokeGrantByTag({ store, clock }: TimedStore, tag: string): Promise<void> {
  await store.destroyRoot(grantKey(tag), clock() + TOMBSTONE_MS)
}

export type EndedAuthorization = {
  clientId: string
  /** The session's id towards this client (`sid` claim). */
  sid: string | undefined
  grantId: string | undefined
  /** The grant was meant to outlive the session (offline access): revoke it only when signing out everywhere. */
  persistsLogout: boolean
}

/** The grants that end with a session which authorised these (OpenID Connect Core §11 lets the others persist). */
export function boundGrants(
  authorizations: readonly { grantId?: string | undefined; persistsLogout?: boolean | undefined }[],
): string[] {
  return authorizations.flatMap(({ grantId, persistsLogout }) =>
    grantId && !persistsLogout ? [grantId] : [],
  )
}

/** Ends the session, which cannot be saved again, and answers what it had authorised, for the caller to revoke. */
export async function endSession(timed: TimedStore, uid: string): Promise<EndedAuthorization[]> {
  return authorizationsOf(await destroySession(timed, tagOf(uid)))
}

/** What the session has authorised so far. */
export async function findAuthorizations({ store }: TimedStore, uid: string): Promise<EndedAuthorization[]> {
  return authorizationsOf(await store.readRoot(sessionKey(tagOf(uid))))
}

function authorizationsOf(root: Root | undefined): EndedAuthorization[] {
  if (!root) return []
  const { authorizations = {} } = JSON.parse(root.payload) as AdapterPayload
  return Object.entries(authorizations).map(([clientId, authorization]) => ({
    clientId,
    sid: authorization.sid,
    grantId: authorization.grantId,
    persistsLogout: authorization.persistsLogout === true,
  }))
}

export function destroySession({ store, clock }: TimedStore, tag: string) {
  return store.destroyRoot(sessionKey(tag), clock() + TOMBSTONE_MS)
}

/**
 * Signs out without the browser (OpenID Connect RP-Initiated Logout 1.0 §2): an app's server sends an ID token of its
 * own, and no cookie. Only the session that the token's `sid` names ends. The token may have expired (§4); its client
 * and its signature were checked before.
 */
import type { KoaContextWithOIDC } from 'oidc-provider'
import { actingAs, clientActor } from '../../events/actor.ts'
import { endSession, listSessions } from '../../sessions/account-sessions.ts'
import { endSessionAndGrants } from '../../grant-store/access-endings.ts'
import { findAuthorizations } from '../../grant-store/revocation.ts'
import type { SubjectServices } from '../../provider/subjects/pairwise.ts'

/**
 * Ends the session that the request's `id_token_hint` names, unless it is the browser's own. Does nothing when it has
 * ended.
 */
export async function endHintedSession(
  services: SubjectServices,
  { oidc }: KoaContextWithOIDC,
): Promise<void> {
  const { client, entities, session } = oidc
  const { sub, sid } = (entities.IdTokenHint?.payload ?? {}) as { sub?: unknown; sid?: unknown }
  if (!client || typeof sub !== 'string' || typeof sid !== 'string') return
  const accountId = client.subjectType === 'pairwise' ? services.subjects.accountOf(sub, client) : sub
  if (accountId === undefined) return
  const uid = await findByName(services, accountId, { clientId: client.clientId, sid })
  if (uid === undefined || uid === session?.uid) return
  await actingAs(clientActor(client.clientId), () => endSession(services, accountId, uid))
  await endSessionAndGrants(services, uid)
}

/** An account has few sessions, so each is compared. An index of names would have to be maintained. */
async function findByName(
  services: SubjectServices,
  accountId: string,
  { clientId, sid }: { clientId: string; sid: string },
): Promise<string | undefined> {
  const sessions = await listSessions(services.db, accountId, services.clock())
  const named = await Promise.all(
    sessions.map(async ({ uid }) => {
      const authorizations = await findAuthorizations(services, uid)
      return authorizations.some((one) => one.clientId === clientId && one.sid === sid) ? uid : undefined
    }),
  )
  return named.find((uid) => uid !== undefined)
}

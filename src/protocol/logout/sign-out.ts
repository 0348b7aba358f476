/**
 * RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0): decides when an app's request signs out at once, and
 * when the person is asked. An ID token of this very session proves that the person is signed in to the app. Anybody
 * could have made another request (§2, §6).
 */
import type { KoaContextWithOIDC } from 'oidc-provider'
import { redirect } from '../../interaction/page.ts'
import { clearSessionCookie } from '../../provider/sessions/browser-session.ts'
import { boundGrants } from '../../grant-store/revocation.ts'
import type { PairwiseSubjects } from '../../provider/subjects/pairwise.ts'

/** True when the request's `id_token_hint` was issued in the browser's session. Its signature was checked before. */
export function hintNamesSession({ oidc }: KoaContextWithOIDC, subjects: PairwiseSubjects): boolean {
  const { session, client, entities } = oidc
  const hint = entities.IdTokenHint?.payload
  if (!hint || !client || !session?.accountId) return false
  const { sid } = session.authorizations?.[client.clientId] ?? {}
  if (!sid) return false
  if (hint['sid'] !== undefined) return hint['sid'] === sid
  const { accountId } = session
  return hint.sub === (client.subjectType === 'pairwise' ? subjects.subjectOf(accountId, client) : accountId)
}

/** Ends the session and its grants, and redirects as the request asked, with its `state`. */
export async function signOut(
  ctx: KoaContextWithOIDC,
  revokeGrant: (grantId: string) => Promise<void>,
): Promise<void> {
  const { session, params = {}, provider } = ctx.oidc
  if (!session) throw new TypeError('there is no session to end')
  const { authorizations = {} } = session
  const bound = boundGrants(Object.values(authorizations))
  // First, because only the session names its grants. If this is interrupted, the person can sign out again.
  await Promise.all(bound.map((grantId) => revokeGrant(grantId)))
  await session.destroy()
  clearSessionCookie(provider, ctx)
  const { post_logout_redirect_uri: back, state } = params
  redirect(ctx, typeof back === 'string' ? withState(back, state) : ctx.oidc.urlFor('end_session_success'))
}

function withState(address: string, state: unknown): string {
  const url = new URL(address)
  if (typeof state === 'string') url.searchParams.set('state', state)
  return url.href
}

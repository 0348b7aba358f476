/**
 * JWT access tokens of this provider (RFC 9068) that come back to it: to be introspected, revoked or exchanged. One counts
 * while its signature, its place in the status list, its grant and its account all say so; nothing else is stored of it.
 */
import type { Provider } from 'oidc-provider'
import { findAccountById } from '../../accounts/account.ts'
import type { Db } from '../../platform/sql/database.ts'
import { isEnded } from './find-account.ts'
import { verifyOwnJwt } from '../library/library.ts'
import { replaceMember } from '../library/members.ts'
import type { GrantStore, Root } from '../../grant-store/grant-store.ts'
import { currentScope } from '../records/request-scope.ts'
import { grantKey, sharedGrantId, tagOfJwtId } from '../../grant-store/token-ids.ts'
import { isUnrevoked, revokeEntries } from '../../grant-store/status-entries.ts'
import type { Place } from '../../grant-store/status-entries.ts'

export type OwnAccessTokenNeeds = { db: Db; store: GrantStore }

export type OwnAccessToken = {
  /** As the token has it: for a pairwise client not the account's id. */
  sub: string
  /** Absent for a token that a client got for itself. */
  accountId?: string | undefined
  /** Of the grant that the token hangs on; absent for a client's own token. */
  grantDigest?: string | undefined
  clientId: string
  audience: string
  /** Every claim of the token. */
  claims: Record<string, unknown>
  place: Place
}

/** The token, or why it does not count: a reason for the operator's log, not for the client. */
export async function readOwnAccessToken(
  { db, store }: OwnAccessTokenNeeds,
  provider: Provider,
  jwt: string,
): Promise<OwnAccessToken | string> {
  const claims = await verified(provider, jwt)
  const place = claims && placeOf(claims['status'])
  if (!claims || !place) return 'not an access token of this provider, or expired'
  const { sub, client_id: clientId, aud, jti } = claims
  if (typeof sub !== 'string' || typeof clientId !== 'string' || typeof aud !== 'string') return 'incomplete'
  if (!(await isUnrevoked(db, place))) return 'it was revoked'
  const token = { sub, clientId, audience: aud, claims, place }
  const tag = tagOfJwtId(String(jti))
  if (tag === undefined) return token
  const root = await store.readRoot(grantKey(tag))
  if (!root) return 'its grant was revoked'
  const accountId = accountOf(root)
  const account = await findAccountById(db, accountId)
  if (!account || account.disabledAtMs !== null) return 'its account is gone or disabled'
  if (isEnded(account, Number(claims['iat']))) return 'its account was signed out since'
  return { ...token, accountId, grantDigest: root.digest }
}

/** Where they are looked for as stored tokens are. Elsewhere, at userinfo above all, a JWT is no token. */
const ROUTES = new Set(['introspection', 'revocation'])

/** Makes introspection and revocation of this provider find JWT access tokens. Call once per provider instance. */
export function installOwnAccessTokens(provider: Provider, needs: OwnAccessTokenNeeds): void {
  const findEither =
    (find: Find) =>
    async (...given: unknown[]) => {
      const [value] = given
      const route = currentScope()?.ctx.oidc.route ?? ''
      if (typeof value !== 'string' || !value.includes('.') || !ROUTES.has(route)) return find(...given)
      const found = await readOwnAccessToken(needs, provider, value)
      return typeof found === 'string' ? undefined : asModel(needs, provider, found)
    }
  replaceMember(provider, 'AccessToken.find', findEither)
}

type Find = (...given: unknown[]) => Promise<unknown>

/** As the library keeps tokens. Revoking one takes its place in the status list, and nothing else of the grant. */
function asModel({ db }: OwnAccessTokenNeeds, provider: Provider, token: OwnAccessToken) {
  const { clientId, accountId, grantDigest, audience, claims, place } = token
  const { jti, iat, exp, scope, cnf, authorization_details: rar, status: _, ...rest } = claims
  const own = grantDigest === undefined
  // The subject of a person's token the library works out anew.
  const extra = { ...extraOf(rest), ...(own && { sub: token.sub }) }
  const common = { clientId, aud: audience, jti, iat, exp, scope, ...(cnf as object), extra }
  const payload = own ? common : { ...common, rar, accountId, grantId: sharedGrantId(grantDigest, clientId) }
  const Model = (own ? provider.ClientCredentials : provider.AccessToken) as unknown as Model
  return Object.assign(new Model(payload), { destroy: () => revokeEntries(db, place) })
}

type Model = new (payload: object) => object

/** What the token was given beyond the claims that every one has. */
function extraOf({ iss: _iss, sub: _sub, aud: _aud, client_id: _client, ...extra }: Record<string, unknown>) {
  return extra
}

async function verified(provider: Provider, jwt: string): Promise<Record<string, unknown> | undefined> {
  try {
    const { header, payload } = await verifyOwnJwt(provider, jwt)
    return header['typ'] === 'at+jwt' ? payload : undefined
  } catch {
    return undefined
  }
}

/** Our own signature is on the address, so its last part is one of our lists. */
function placeOf(status: unknown): Place | undefined {
  const { status_list: { idx, uri } = {} } = (status ?? {}) as {
    status_list?: { idx?: unknown; uri?: unknown }
  }
  if (typeof idx !== 'number' || typeof uri !== 'string') return undefined
  return { idx, listId: uri.slice(uri.lastIndexOf('/') + 1) }
}

function accountOf({ payload }: Root): string {
  return String((JSON.parse(payload) as { accountId?: string }).accountId)
}

/**
 * Recognizes JWT access tokens of this provider (RFC 9068) when they are introspected, revoked or exchanged. A token
 * counts while its signature, its status list, its grant and its account are valid. Nothing else is stored about it.
 */
import { errors } from 'oidc-provider'
import type { Provider } from 'oidc-provider'
import type { Services } from '../../services.ts'
import { isEnded } from './find-account.ts'
import { verifyOwnJwt } from '../library/library.ts'
import { replaceMember } from '../library/members.ts'
import type { Root } from '../../grant-store/grant-store.ts'
import { currentScope } from '../records/request-scope.ts'
import { grantKey, sharedGrantId, tagOfJwtId } from '../../grant-store/token-ids.ts'
import { revokeEntries } from '../../grant-store/status-entries.ts'
import type { Place } from '../../grant-store/status-entries.ts'

export type OwnAccessToken = {
  /** As in the token: a pairwise subject is not the account's id. */
  sub: string
  /** Absent for a token that a client got for itself. */
  accountId?: string | undefined
  /** From the grant of the token. Absent for a client's own token. */
  grantDigest?: string | undefined
  clientId: string
  audience: string
  /** Every claim of the token. */
  claims: Record<string, unknown>
  /** Its place in a status list; absent for a token that was made without the lists. */
  place?: Place | undefined
}

/** The token, or the reason for the operator's log why it does not count. The client does not see the reason. */
export async function readOwnAccessToken(
  { store, accountCache, tokenStatuses }: Pick<Services, 'store' | 'accountCache' | 'tokenStatuses'>,
  provider: Provider,
  jwt: string,
): Promise<OwnAccessToken | string> {
  const claims = await verified(provider, jwt)
  if (!claims) return 'not an access token of this provider, or expired'
  const place = placeOf(claims['status'])
  const { sub, client_id: clientId, aud, jti } = claims
  if (typeof sub !== 'string' || typeof clientId !== 'string' || typeof aud !== 'string') return 'incomplete'
  if (place && !(await tokenStatuses.isUnrevoked(place))) return 'it was revoked'
  const token = { sub, clientId, audience: aud, claims, place }
  const tag = tagOfJwtId(String(jti))
  if (tag === undefined) return token
  const root = await store.readRoot(grantKey(tag))
  if (!root) return 'its grant was revoked'
  const accountId = accountOf(root)
  const account = await accountCache.find(accountId)
  if (!account || account.disabledAtMs !== null) return 'its account is gone or disabled'
  if (isEnded(account, Number(claims['iat']))) return 'its account was signed out since'
  return { ...token, accountId, grantDigest: root.digest }
}

/** The endpoints that look up stored tokens. Elsewhere, at userinfo above all, a JWT is not accepted. */
const ROUTES = new Set(['introspection', 'revocation'])

/** Makes introspection and revocation find JWT access tokens of this provider. Call it once per provider instance. */
export function installOwnAccessTokens(
  provider: Provider,
  services: Pick<Services, 'db' | 'store' | 'accountCache' | 'tokenStatuses'>,
): void {
  const findEither =
    (find: Find) =>
    async (...args: unknown[]) => {
      const [value] = args
      const route = currentScope()?.ctx.oidc.route ?? ''
      if (typeof value !== 'string' || !value.includes('.') || !ROUTES.has(route)) return find(...args)
      const found = await readOwnAccessToken(services, provider, value)
      return typeof found === 'string' ? undefined : asModel(services.db, provider, found)
    }
  replaceMember(provider, 'AccessToken.find', findEither)
}

type Find = (...args: unknown[]) => Promise<unknown>

/** Has the form of a stored token. Revoking it sets its place in the status list, and leaves the grant. */
function asModel(db: Services['db'], provider: Provider, token: OwnAccessToken) {
  const { clientId, accountId, grantDigest, audience, claims, place } = token
  const { jti, iat, exp, scope, cnf, authorization_details: rar, status: _, ...rest } = claims
  const own = grantDigest === undefined
  // The library computes the subject of a person's token again.
  const extra = { ...extraOf(rest), ...(own && { sub: token.sub }) }
  const common = { clientId, aud: audience, jti, iat, exp, scope, ...(cnf as object), extra }
  const payload = own ? common : { ...common, rar, accountId, grantId: sharedGrantId(grantDigest, clientId) }
  const Model = (own ? provider.ClientCredentials : provider.AccessToken) as unknown as Model
  return Object.assign(new Model(payload), { destroy: () => revoke(db, place) })
}

type Model = new (payload: object) => object

/** @throws errors.UnsupportedTokenType for a token that resource servers would go on to accept (RFC 7009 §2.2.1) */
async function revoke(db: Services['db'], place: Place | undefined): Promise<void> {
  if (!place)
    throw new errors.UnsupportedTokenType('a JWT access token outside status lists is not revocable')
  await revokeEntries(db, place)
}

/** Claims of the token beyond those that every token has. */
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

/** The address is signed by us, so its last part is one of our lists. */
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

/**
 * Reads the tokens that a client presents in an exchange. A token must be of this provider and not expired. Its grant
 * must not be revoked, and its account and client must be active. Each token leads to its grant.
 */
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { listGrants } from '../../consents/account-grants.ts'
import { isEnded } from '../../provider/subjects/find-account.ts'
import { verifyOwnJwt } from '../../provider/library/library.ts'
import type { SubjectServices } from '../../provider/subjects/pairwise.ts'
import type { Detail } from '../../provider/requests/authorization-details.ts'
import { bindingOfIdToken } from './id-token-binding.ts'
import type { Binding } from './id-token-binding.ts'
import { readOwnAccessToken } from '../../provider/subjects/own-access-token.ts'
import type { Root } from '../../grant-store/grant-store.ts'
import { grantDigestOf, grantKey, sharedGrantId, tagOf } from '../../grant-store/token-ids.ts'

export const TOKEN_TYPES = {
  accessToken: 'urn:ietf:params:oauth:token-type:access_token',
  jwt: 'urn:ietf:params:oauth:token-type:jwt',
  idToken: 'urn:ietf:params:oauth:token-type:id_token',
  refreshToken: 'urn:ietf:params:oauth:token-type:refresh_token',
} as const

export type PresentedToken = {
  /** Absent for a token that a client got for itself. */
  accountId?: string | undefined
  /** The client that the token was issued to. */
  clientId: string
  audience?: string | undefined
  /** From the grant of the token. Absent for a client's own token. */
  grantDigest?: string | undefined
  scopes: Set<string>
  expiresAtSeconds: number
  /** When and how strongly the person signed in (RFC 9068 §2.2.1). */
  signIn: { acr?: string; auth_time?: number }
  /** Authorization details (RFC 9396). */
  details?: Detail[] | undefined
  /** The key or certificate that the token is bound to. */
  boundTo: Binding
  act?: unknown
  mayAct?: unknown
}

/** The token, or the reason for the operator's log why it does not count. The client does not see the reason. */
export async function readPresentedToken(
  services: SubjectServices,
  ctx: KoaContextWithOIDC,
  value: string,
  type: string,
): Promise<PresentedToken | string> {
  const found = await read(services, ctx, value, type)
  if (typeof found === 'string') return found
  const { token, issuedAtSeconds } = found
  if (!(await ctx.oidc.provider.Client.find(token.clientId))) return 'its client is gone'
  if (token.accountId === undefined) return token
  const account = await services.accountCache.find(token.accountId)
  if (!account || account.disabledAtMs !== null) return 'its account is gone or disabled'
  return isEnded(account, issuedAtSeconds) ? 'its account was signed out since' : token
}

type Found = { token: PresentedToken; issuedAtSeconds: number }

function read(
  services: SubjectServices,
  ctx: KoaContextWithOIDC,
  value: string,
  type: string,
): Promise<Found | string> {
  const isJwt = value.split('.').length === 3
  if (type === TOKEN_TYPES.idToken) return readIdToken(services, ctx, value)
  if (type === TOKEN_TYPES.refreshToken) return readRefreshToken(ctx, value)
  if (type === TOKEN_TYPES.jwt || isJwt) return readJwt(services, ctx, value)
  return readOpaque(ctx, value)
}

const UNKNOWN = 'unknown or expired'

async function readOpaque({ oidc }: KoaContextWithOIDC, value: string): Promise<Found | string> {
  const { AccessToken, ClientCredentials } = oidc.provider
  const token = (await AccessToken.find(value)) ?? (await ClientCredentials.find(value))
  if (!token?.isValid || token.clientId === undefined || token.exp === undefined) return UNKNOWN
  const { clientId, aud, scopes, exp, iat, extra } = token
  const common = { clientId, audience: [aud].flat()[0], scopes, expiresAtSeconds: exp, ...claimsOf(extra) }
  const found = { ...common, boundTo: bindingOf(token) }
  if (token.kind === 'ClientCredentials') return { token: found, issuedAtSeconds: iat }
  const { accountId, grantId } = token
  const { rar } = token as { rar?: Detail[] }
  return {
    token: { ...found, accountId, grantDigest: grantDigestOf(grantId), details: rar },
    issuedAtSeconds: iat,
  }
}

async function readRefreshToken({ oidc }: KoaContextWithOIDC, value: string): Promise<Found | string> {
  const token = await oidc.provider.RefreshToken.find(value)
  if (!token?.isValid) return UNKNOWN
  const { clientId, accountId, grantId, scopes, exp, iat, acr, authTime } = token
  if (clientId === undefined || grantId === undefined || exp === undefined) return UNKNOWN
  const { rar } = token as { rar?: Detail[] }
  return {
    token: {
      clientId,
      accountId,
      grantDigest: grantDigestOf(grantId),
      scopes,
      expiresAtSeconds: exp,
      details: rar,
      boundTo: bindingOf(token),
      ...claimsOf({ acr, auth_time: authTime }),
    },
    issuedAtSeconds: iat,
  }
}

async function readJwt(
  services: SubjectServices,
  ctx: KoaContextWithOIDC,
  value: string,
): Promise<Found | string> {
  const found = await readOwnAccessToken(services, ctx.oidc.provider, value)
  if (typeof found === 'string') return found
  const { claims, clientId, accountId, grantDigest, audience } = found
  const { iat, exp, scope, cnf, authorization_details: details } = claims
  return {
    token: {
      clientId,
      accountId,
      grantDigest,
      audience,
      scopes: wordsOf(scope),
      expiresAtSeconds: Number(exp),
      details: details as Detail[] | undefined,
      boundTo: bindingOf((cnf ?? {}) as Binding),
      ...claimsOf(claims),
    },
    issuedAtSeconds: Number(iat),
  }
}

/**
 * An ID token names no grant. It counts while the person has an active grant with this client. The new token belongs to
 * the newest one.
 */
async function readIdToken(
  services: SubjectServices,
  { oidc: { client, provider } }: KoaContextWithOIDC,
  value: string,
): Promise<Found | string> {
  const verified = await verifyQuietly(provider, value)
  const { typ } = verified?.header ?? {}
  if (!verified || (typ !== undefined && typ !== 'JWT')) return 'not an ID token of this provider, or expired'
  const { sub, aud, iat, exp, jti, ...rest } = verified.payload
  if (typeof sub !== 'string' || typeof aud !== 'string' || typeof exp !== 'number') return 'incomplete'
  if (aud !== client?.clientId) return 'for another client'
  const accountId = client.subjectType === 'pairwise' ? services.subjects.accountOf(sub, client) : sub
  const root = accountId === undefined ? undefined : await newestGrant(services, accountId, aud)
  if (!root) return 'no grant is left'
  const token = {
    accountId,
    clientId: aud,
    grantDigest: root.digest,
    scopes: grantedScopes(grantOf(root)),
    expiresAtSeconds: exp,
    boundTo: bindingOfIdToken(jti),
    ...claimsOf(rest),
  }
  return { token, issuedAtSeconds: Number(iat) }
}

async function newestGrant({ db, store }: SubjectServices, accountId: string, clientId: string) {
  for (const { grantIdDigest } of await listGrants(db, { accountId, clientId })) {
    const root = await store.readRoot(grantKey(tagOf(sharedGrantId(grantIdDigest, clientId))))
    if (root?.digest === grantIdDigest) return root
  }
  return undefined
}

async function verifyQuietly(provider: Provider, value: string) {
  try {
    return await verifyOwnJwt(provider, value)
  } catch {
    return undefined
  }
}

function bindingOf({ jkt, 'x5t#S256': x5t }: Binding): Binding {
  return { jkt, 'x5t#S256': x5t }
}

type StoredGrant = {
  openid?: { scope?: string }
  resources?: Record<string, string>
}

function grantOf(root: Root): StoredGrant {
  return JSON.parse(root.payload) as StoredGrant
}

function grantedScopes({ openid, resources = {} }: StoredGrant): Set<string> {
  return wordsOf([openid?.scope, ...Object.values(resources)].filter(Boolean).join(' '))
}

function wordsOf(scope: unknown): Set<string> {
  return new Set(typeof scope === 'string' ? scope.split(' ').filter(Boolean) : [])
}

function claimsOf(claims: Record<string, unknown> = {}) {
  const { acr, auth_time: authTime, act, may_act: mayAct } = claims
  const signIn = {
    ...(typeof acr === 'string' && { acr }),
    ...(typeof authTime === 'number' && { auth_time: authTime }),
  }
  return { signIn, act, mayAct }
}

/**
 * Reads the tokens that a client presents in an exchange. Only tokens of this provider count, that are alive in every
 * respect: not expired, their grant not revoked, their account and their client still in use. Each leads to the grant
 * that it hangs on.
 */
import type { KoaContextWithOIDC } from 'oidc-provider'
import { findAccountById } from '../../accounts/account.ts'
import { listGrants } from '../../accounts/account-grants.ts'
import type { Db } from '../../platform/database.ts'
import { isEnded } from '../find-account.ts'
import { verifyOwnJwt } from '../library.ts'
import { readOwnAccessToken } from '../status-list/own-access-token.ts'
import type { GrantStore, Root } from '../store/grant-store.ts'
import { grantDigestOf, grantKey, sharedGrantId, tagOf } from '../store/token-ids.ts'

export const TOKEN_TYPES = {
  accessToken: 'urn:ietf:params:oauth:token-type:access_token',
  jwt: 'urn:ietf:params:oauth:token-type:jwt',
  idToken: 'urn:ietf:params:oauth:token-type:id_token',
} as const

export type PresentedToken = {
  /** Subject of the token: an account, or the client itself. */
  sub: string
  /** Absent for a token that a client got for itself. */
  accountId?: string | undefined
  /** Whom the token was issued to. */
  clientId: string
  audience?: string | undefined
  /** Of the grant that the token hangs on; absent for a client's own token. */
  grantDigest?: string | undefined
  scopes: Set<string>
  expiresAtSeconds: number
  act?: unknown
  mayAct?: unknown
}

export type ReadingNeeds = { db: Db; store: GrantStore }

/** The token, or why it does not count: a reason for the operator's log, not for the client. */
export async function readPresentedToken(
  needs: ReadingNeeds,
  ctx: KoaContextWithOIDC,
  value: string,
  type: string,
): Promise<PresentedToken | string> {
  const found = await read(needs, ctx, value, type)
  if (typeof found === 'string') return found
  const { token, issuedAtSeconds } = found
  if (!(await ctx.oidc.provider.Client.find(token.clientId))) return 'its client is gone'
  if (token.accountId === undefined) return token
  const account = await findAccountById(needs.db, token.accountId)
  if (!account || account.disabledAtMs !== null) return 'its account is gone or disabled'
  return isEnded(account, issuedAtSeconds) ? 'its account was signed out since' : token
}

type Found = { token: PresentedToken; issuedAtSeconds: number }

function read(
  needs: ReadingNeeds,
  ctx: KoaContextWithOIDC,
  value: string,
  type: string,
): Promise<Found | string> {
  const isJwt = value.split('.').length === 3
  if (type === TOKEN_TYPES.idToken) return readIdToken(needs, ctx, value)
  if (type === TOKEN_TYPES.jwt || isJwt) return readJwt(needs, ctx, value)
  return readOpaque(ctx, value)
}

async function readOpaque({ oidc }: KoaContextWithOIDC, value: string): Promise<Found | string> {
  const { AccessToken, ClientCredentials } = oidc.provider
  const token = (await AccessToken.find(value)) ?? (await ClientCredentials.find(value))
  if (!token?.isValid || token.clientId === undefined || token.exp === undefined) return 'unknown or expired'
  const { clientId, aud, scopes, exp, iat, extra } = token
  const isOwn = token.kind === 'ClientCredentials'
  const common = { clientId, audience: [aud].flat()[0], scopes, expiresAtSeconds: exp, ...claimsOf(extra) }
  if (isOwn) return { token: { ...common, sub: clientId }, issuedAtSeconds: iat }
  const { accountId, grantId } = token
  return {
    token: { ...common, sub: accountId, accountId, grantDigest: grantDigestOf(grantId) },
    issuedAtSeconds: iat,
  }
}

async function readJwt(needs: ReadingNeeds, ctx: KoaContextWithOIDC, value: string): Promise<Found | string> {
  const found = await readOwnAccessToken(needs, ctx.oidc.provider, value)
  if (typeof found === 'string') return found
  const { claims, place: _, ...token } = found
  const { iat, exp, scope } = claims
  return {
    token: { ...token, scopes: wordsOf(scope), expiresAtSeconds: Number(exp), ...claimsOf(claims) },
    issuedAtSeconds: Number(iat),
  }
}

/**
 * An ID token names no grant. It counts while the person has any grant with this client that lives, and the new token
 * hangs on the newest.
 */
async function readIdToken(
  needs: ReadingNeeds,
  ctx: KoaContextWithOIDC,
  value: string,
): Promise<Found | string> {
  const verified = await verifyQuietly(ctx, value)
  const { typ } = verified?.header ?? {}
  if (!verified || (typ !== undefined && typ !== 'JWT')) return 'not an ID token of this provider, or expired'
  const { sub, aud, iat, exp, ...rest } = verified.payload
  const { client } = ctx.oidc
  if (typeof sub !== 'string' || typeof aud !== 'string' || typeof exp !== 'number') return 'incomplete'
  if (client?.subjectType === 'pairwise') return 'its subject is pairwise'
  const root = await newestGrant(needs, sub, aud)
  if (!root) return 'no grant is left'
  const token = {
    sub,
    accountId: sub,
    clientId: aud,
    grantDigest: root.digest,
    scopes: grantedScopes(grantOf(root)),
    expiresAtSeconds: exp,
    ...claimsOf(rest),
  }
  return { token, issuedAtSeconds: Number(iat) }
}

async function newestGrant({ db, store }: ReadingNeeds, accountId: string, clientId: string) {
  for (const { grantIdDigest } of await listGrants(db, { accountId, clientId })) {
    const root = await store.readRoot(grantKey(tagOf(sharedGrantId(grantIdDigest, clientId))))
    if (root?.digest === grantIdDigest) return root
  }
  return undefined
}

async function verifyQuietly(ctx: KoaContextWithOIDC, value: string) {
  try {
    return await verifyOwnJwt(ctx.oidc.provider, value)
  } catch {
    return undefined
  }
}

type StoredGrant = {
  accountId?: string
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

function claimsOf(claims: Record<string, unknown> | undefined) {
  return { act: claims?.['act'], mayAct: claims?.['may_act'] }
}

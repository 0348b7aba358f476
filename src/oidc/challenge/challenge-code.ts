/**
 * The end of an authorization challenge: a session without a browser, which the account page lists and ends like any
 * other, a grant that hangs on it, and a code. The code has no redirect address, as there was no redirect.
 */
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { recordGrant } from '../../accounts/account-grants.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { addScopes } from '../consented-grant.ts'
import { grants, wrapGrantHandler } from '../library.ts'
import { levelOf } from '../requests/authentication-levels.ts'
import { recordSignIn } from '../session-record.ts'
import type { SessionRecordNeeds } from '../session-record.ts'
import type { AuthSession } from './auth-session.ts'

export type CodeNeeds = SessionRecordNeeds & {
  /** Lifetime of a grant. */
  grantSeconds: number
}

type Session = InstanceType<Provider['Session']>
type SessionModel = { instantiate: (payload: object) => Session }
type Scopes = Parameters<typeof addScopes>[1]

/** Stands where a code of the authorization endpoint has its redirect address. */
const NO_REDIRECT = 'urn:account-server:authorization-challenge'

/** Signs the account in for this app, and answers the code. */
export async function issueChallengeCode(
  needs: CodeNeeds,
  ctx: KoaContextWithOIDC,
  { request, passed, jkt }: AuthSession & { passed: { accountId: string } },
): Promise<string> {
  const { client, provider } = ctx.oidc
  if (!client) throw new TypeError('the endpoint authenticates the client first')
  const scopes = await scopesOf(ctx, request)
  const session = newSession(provider, passed, client.clientId, needs.clock())
  const grantId = await grantFor(needs, ctx, { accountId: passed.accountId, session, scopes })
  await session.save(needs.lifetimes.sessionAbsoluteSeconds)
  await recordSignIn(needs, ctx, session.uid, passed.accountId)
  const code = new provider.AuthorizationCode({
    accountId: passed.accountId,
    acr: levelOf(passed.amr),
    amr: passed.amr,
    authTime: session.loginTs,
    client,
    codeChallenge: request.codeChallenge,
    codeChallengeMethod: 'S256',
    dpopJkt: jkt,
    expiresWithSession: true,
    grantId,
    gty: 'authorization_code',
    nonce: request.nonce,
    redirectUri: NO_REDIRECT,
    resource: Object.keys(scopes.resources),
    scope: [...scopes.oidc, ...Object.values(scopes.resources).flat()].join(' '),
    sessionUid: session.uid,
    sid: session.sidFor(client.clientId),
  })
  return await code.save()
}

/** Lets a code of this endpoint, and no other, be redeemed without `redirect_uri`. */
export function acceptChallengeCodes(provider: Provider): void {
  wrapGrantHandler(provider, 'authorization_code', (redeem) => async (ctx) => {
    const { params } = ctx.oidc
    if (params && params['redirect_uri'] === undefined && typeof params['code'] === 'string') {
      const code = await provider.AuthorizationCode.find(params['code'], { ignoreExpiration: true })
      if (code?.redirectUri === NO_REDIRECT) params['redirect_uri'] = NO_REDIRECT
    }
    await redeem(ctx)
  })
}

/**
 * What the request asks for, of what the client may have. To be called in the first request as well, so that mistakes
 * show before anybody types a password.
 * @throws errors.InvalidScope, errors.InvalidTarget
 */
export async function scopesOf(
  ctx: KoaContextWithOIDC,
  { scope, resource }: AuthSession['request'],
): Promise<Scopes> {
  Object.assign(ctx.oidc.params ?? {}, { scope, resource })
  const { provider } = ctx.oidc
  const servers = await grants.resolveRequestedResources(provider, ctx)
  const asked = grants.validateClientScope(provider, ctx)
  const resources = servers.map((server) => [
    server.identifier(),
    [...server.scopes].filter((name) => asked.has(name)),
  ])
  return { oidc: [...ctx.oidc.requestParamOIDCScopes], claims: [], resources: Object.fromEntries(resources) }
}

function newSession(
  provider: Provider,
  { accountId, amr }: { accountId?: string; amr: string[] },
  clientId: string,
  nowMs: number,
): Session {
  const session = (provider.Session as unknown as SessionModel).instantiate({})
  session.loginAccount({ accountId: accountId ?? '', amr, loginTs: Math.floor(nowMs / SECOND_MS) })
  session.ensureClientContainer(clientId)
  return session
}

type GrantFor = { accountId: string; session: Session; scopes: Scopes }

async function grantFor(
  { db, clock, grantSeconds }: CodeNeeds,
  { oidc: { client, provider } }: KoaContextWithOIDC,
  { accountId, session, scopes }: GrantFor,
): Promise<string> {
  const clientId = client?.clientId ?? ''
  const grant = new provider.Grant({ accountId, clientId })
  addScopes(grant, scopes)
  const grantId = await grant.save()
  // Ending the session ends the app's access, offline access included: there is nothing else that it could mean.
  session.grantIdFor(clientId, grantId)
  const nowMs = clock()
  await recordGrant(db, {
    grantId,
    accountId,
    clientId,
    sessionUid: session.uid,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + grantSeconds * SECOND_MS,
  })
  return grantId
}

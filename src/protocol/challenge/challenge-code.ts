/**
 * Ends an authorization challenge with a session, a grant and a code. The session has no browser; the account page
 * lists it and ends it like any other. The grant ends with the session. The code has no redirect address.
 */
import { errors } from 'oidc-provider'
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { mayUseNow } from '../../groups/app-access.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { addScopes, saveGrant } from '../../provider/grants/grant.ts'
import type { GrantScopes } from '../../provider/grants/grant.ts'
import type { Grant } from '../../provider/library/library.ts'
import { requestedClaims } from '../../provider/library/authorization-request.ts'
import { levelOf } from '../../accounts/levels.ts'
import { newSession } from '../../provider/sessions/browser-session.ts'
import type { Session } from '../../provider/sessions/browser-session.ts'
import { recordSignIn } from '../../provider/sessions/recorded-sign-ins.ts'
import type { Services } from '../../services.ts'
import type { AuthSession } from './auth-session.ts'
import { allowedScopes, textOf } from './challenge-request.ts'

/** Replaces the redirect address in a code of this endpoint. */
const NO_REDIRECT = 'urn:account-server:authorization-challenge'

/** Signs the account in for this app, and returns the code for the request in `ctx`. */
export async function issueChallengeCode(
  services: Services,
  ctx: KoaContextWithOIDC,
  { request, passed }: AuthSession & { passed: { accountId: string } },
): Promise<string> {
  const { client, provider } = ctx.oidc
  if (!client) throw new TypeError('the endpoint authenticates the client first')
  if (!(await mayUseNow(services.db, client, passed.accountId)))
    throw new errors.AccessDenied('this account may not use this app')
  const scopes = await allowedScopes(ctx)
  const session = signedInSession(provider, passed, client.clientId, services.clock())
  const grantId = await grantFor(services, ctx, { accountId: passed.accountId, session, scopes })
  await session.save(services.config.sessions.sessionAbsoluteSeconds)
  await recordSignIn(services, ctx, { uid: session.uid, accountId: passed.accountId, amr: passed.amr })
  const code = new provider.AuthorizationCode({
    accountId: passed.accountId,
    acr: levelOf(passed.amr),
    amr: passed.amr,
    authTime: session.loginTs,
    claims: requestedClaims(ctx),
    client,
    codeChallenge: request.code_challenge,
    codeChallengeMethod: 'S256',
    dpopJkt: textOf(request['dpop_jkt']),
    expiresWithSession: true,
    grantId,
    gty: 'authorization_code',
    nonce: textOf(request['nonce']),
    // RFC 6749 §4.1.3: a client that sent it in the request repeats it with the code.
    redirectUri: textOf(request['redirect_uri']) ?? NO_REDIRECT,
    resource: Object.keys(scopes.resources),
    scope: [...scopes.oidc, ...Object.values(scopes.resources).flat()].join(' '),
    sessionUid: session.uid,
    sid: session.sidFor(client.clientId),
  })
  return await code.save()
}

/** Lets a code of this endpoint, and no other, be redeemed without `redirect_uri`. */
export const CHALLENGE_CODES: Grant = {
  type: 'authorization_code',
  async around(ctx, redeem) {
    const { params, provider } = ctx.oidc
    if (params && params['redirect_uri'] === undefined && typeof params['code'] === 'string') {
      const code = await provider.AuthorizationCode.find(params['code'], { ignoreExpiration: true })
      if (code?.redirectUri === NO_REDIRECT) params['redirect_uri'] = NO_REDIRECT
    }
    await redeem(ctx)
  },
}

function signedInSession(
  provider: Provider,
  { accountId, amr }: { accountId?: string; amr: string[] },
  clientId: string,
  nowMs: number,
): Session {
  const session = newSession(provider)
  session.loginAccount({ accountId: accountId ?? '', amr, loginTs: Math.floor(nowMs / SECOND_MS) })
  session.ensureClientContainer(clientId)
  return session
}

type GrantFor = { accountId: string; session: Session; scopes: GrantScopes }

async function grantFor(
  services: Services,
  { oidc: { client, provider } }: KoaContextWithOIDC,
  { accountId, session, scopes }: GrantFor,
): Promise<string> {
  const clientId = client?.clientId ?? ''
  const grant = new provider.Grant({ accountId, clientId })
  // The end of this session ends the app's access, offline access included. The session has no other purpose.
  Object.assign(grant, { expiresIn: services.config.sessions.sessionAbsoluteSeconds })
  addScopes(grant, scopes)
  const grantId = await saveGrant(services, grant, client, session.uid)
  session.grantIdFor(clientId, grantId)
  return grantId
}

/**
 * The authorization challenge endpoint (draft-ietf-oauth-first-party-apps): apps of this organisation sign people in
 * with forms of their own and get an authorization code, without a browser. Everything that guards the sign-in page guards
 * this, too. Owns the protocol; what is asked of a person stands in `challenge-steps.ts`.
 */
import { errors } from 'oidc-provider'
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { findAccountById, isVerified } from '../../accounts/account.ts'
import { issueDeviceCookie, verifyDeviceCookie } from '../../accounts/device-cookie.ts'
import { requestState } from '../../http/request-state.ts'
import { addEndpoint, grants } from '../library.ts'
import {
  endAuthSession,
  invalidSession,
  isStepSession,
  nextAuthSession,
  openAuthSession,
} from './auth-session.ts'
import type { AuthSession, AuthSessionNeeds } from './auth-session.ts'
import { acceptChallengeCodes, issueChallengeCode, scopesOf } from './challenge-code.ts'
import type { CodeNeeds } from './challenge-code.ts'
import { dueStep, fieldsFor, STEP_FIELDS } from './challenge-steps.ts'
import type { ChallengeStep, StepNeeds } from './challenge-steps.ts'

export const CHALLENGE_PATH = '/oauth/authorize-challenge'

export type ChallengeNeeds = AuthSessionNeeds &
  CodeNeeds &
  StepNeeds & {
    unverifiedMayAuthorize: boolean
    /** Signs what remembers a device. */
    deviceKey: Buffer
  }

const PARAMETERS = ['scope', 'resource', 'nonce', 'code_challenge', 'code_challenge_method', 'auth_session']
/** RFC 7636 §4.2, of a SHA-256. */
const S256_CHALLENGE = /^[\w-]{43}$/

/** Adds the endpoint to a fresh provider. */
export function installAuthorizationChallenge(provider: Provider, needs: ChallengeNeeds): void {
  addEndpoint(provider, {
    name: 'authorization_challenge',
    metadataName: 'authorization_challenge_endpoint',
    path: CHALLENGE_PATH,
    parameters: [...PARAMETERS, ...STEP_FIELDS],
    lists: ['resource'],
    handle: (ctx) => answer(needs, ctx),
  })
  acceptChallengeCodes(provider)
}

type Step = { id: string | undefined; session: AuthSession }

async function answer(needs: ChallengeNeeds, ctx: KoaContextWithOIDC): Promise<void> {
  const { provider, client } = ctx.oidc
  assertFirstParty(ctx)
  const proof = await grants.validateDpop(provider, ctx)
  grants.checkDpopRequired(provider, ctx, proof)
  await grants.checkDpopReplay(provider, ctx, proof, client?.clientId ?? '')
  const step = await openStep(needs, ctx, proof?.thumbprint)
  for (;;) {
    const due = dueStep(step.session.passed)
    if (!due) return finish(needs, ctx, step)
    const fields = fieldsFor(due, ctx.oidc.params ?? {})
    if (!fields) return askFor(needs, ctx, step, due, `send ${due.fields.join(' and ')}, with auth_session`)
    const { passed, device } = step.session
    const ip = requestState(ctx).clientIp ?? ''
    const next = await due.take(needs, { fields, passed, ip, device })
    if (!next) return askFor(needs, ctx, step, due, due.refusal)
    step.session = { ...step.session, passed: next }
  }
}

/** The draft's §1.1: other apps must never see a password of ours. */
function assertFirstParty({ oidc: { client } }: KoaContextWithOIDC): void {
  if (client?.['first_party'] !== true || !client.grantTypeAllowed('authorization_code'))
    throw new errors.UnauthorizedClient(
      'this endpoint is for apps of the organisation itself; send people to the authorization endpoint',
    )
  if (client['requirePushedAuthorizationRequests'] === true || client['requireSignedRequestObject'] === true)
    throw new errors.UnauthorizedClient('this client has to push or sign its authorization requests')
}

async function openStep(needs: ChallengeNeeds, ctx: KoaContextWithOIDC, jkt?: string): Promise<Step> {
  const clientId = ctx.oidc.client?.clientId ?? ''
  const given = parameter(ctx, 'auth_session')
  if (given !== undefined && isStepSession(given))
    return { id: given, session: await openAuthSession(needs, given, { clientId, jkt }) }
  if (given !== undefined && !verifyDeviceCookie(needs.deviceKey, given, needs.clock()))
    throw invalidSession()
  const codeChallenge = parameter(ctx, 'code_challenge')
  if (codeChallenge === undefined || parameter(ctx, 'code_challenge_method') !== 'S256')
    throw new errors.InvalidRequest('code_challenge is required, with code_challenge_method S256')
  if (!S256_CHALLENGE.test(codeChallenge))
    throw new errors.InvalidRequest('code_challenge is not the base64url form of a SHA-256')
  const { resource } = ctx.oidc.params as { resource?: string | string[] }
  const request = { scope: parameter(ctx, 'scope'), resource, nonce: parameter(ctx, 'nonce'), codeChallenge }
  await scopesOf(ctx, request)
  return { id: undefined, session: { clientId, jkt, request, passed: { amr: [] }, device: given } }
}

async function askFor(
  needs: ChallengeNeeds,
  ctx: KoaContextWithOIDC,
  { id, session }: Step,
  { name, fields }: ChallengeStep,
  description: string,
): Promise<void> {
  ctx.status = 400
  ctx.body = {
    error: 'insufficient_authorization',
    error_description: description,
    auth_session: await nextAuthSession(needs, id, session),
    step: name,
    fields,
  }
}

async function finish(needs: ChallengeNeeds, ctx: KoaContextWithOIDC, { id, session }: Step): Promise<void> {
  const { accountId = '', amr } = session.passed
  await endAuthSession(needs, id)
  const account = await findAccountById(needs.db, accountId)
  if (!account || account.disabledAtMs !== null) throw invalidSession()
  if (!isVerified(account) && !needs.unverifiedMayAuthorize)
    throw new errors.CustomOIDCProviderError(
      'redirect_to_web',
      'the e-mail address is not confirmed yet; open the authorization endpoint in a browser',
    )
  ctx.body = {
    authorization_code: await issueChallengeCode(needs, ctx, { ...session, passed: { accountId, amr } }),
    // To be kept by the app and sent with its next sign-in, as a browser keeps its cookie.
    auth_session: issueDeviceCookie(needs.deviceKey, accountId, needs.clock()),
  }
}

function parameter({ oidc }: KoaContextWithOIDC, name: string): string | undefined {
  const value = oidc.params?.[name]
  return typeof value === 'string' ? value : undefined
}

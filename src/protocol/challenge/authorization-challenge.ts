/**
 * The authorization challenge endpoint (draft-ietf-oauth-first-party-apps). Apps of this organisation sign people in
 * with their own forms and get an authorization code, without a browser. The endpoint has every protection of the
 * sign-in page. This file owns the protocol; `challenge-steps.ts` owns what a person has to prove.
 */
import { errors } from 'oidc-provider'
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { factorsOf } from '../../factors/factors.ts'
import { findAccountById, isVerified } from '../../accounts/account.ts'
import type { Account } from '../../accounts/account.ts'
import { linkTo } from '../../accounts/account-mail.ts'
import { SET_UP_PATH } from '../../accounts/account-pages.ts'
import { isFactorRequired } from '../../factors/required-factor.ts'
import { issuePuzzle } from '../../attempts/puzzle.ts'
import { issueDeviceCookie, verifyDeviceCookie } from '../../attempts/known-browser.ts'
import type { Site } from '../../feature.ts'
import { isStrong, levelOf } from '../../accounts/levels.ts'
import { needsMoreThan, requiresSecondFactor } from '../../provider/requests/authentication-levels.ts'
import { requestState } from '../../http/request/request-state.ts'
import { areTermsDue } from '../../accounts/terms.ts'
import { CHALLENGE_PATH } from '../../provider/endpoints/addresses.ts'
import type { Services } from '../../services.ts'
import { browserName } from '../../sessions/browser-name.ts'
import { noteSignInFrom } from '../../sessions/new-browser.ts'
import { addEndpoint, grants, subjectFor } from '../../provider/library/library.ts'
import {
  authorizationParameters,
  hintedSubject,
  useUpPushed,
} from '../../provider/library/authorization-request.ts'
import {
  clientOfSession,
  endAuthSession,
  invalidSession,
  isStepSession,
  nextAuthSession,
  openAuthSession,
} from './auth-session.ts'
import type { AuthSession } from './auth-session.ts'
import { issueChallengeCode } from './challenge-code.ts'
import { challengeParameters, readRequest } from './challenge-request.ts'
import { mailCode, offersMail } from './mailed-step.ts'
import { dueStep, fieldsFor, PROOF_OF_WORK, SEND_CODE } from './challenge-steps.ts'
import type { ChallengeStep } from './challenge-steps.ts'
import {
  GUESSED,
  NEW_PASSWORD,
  PASSKEY,
  reasonForWeb,
  redirectToWeb,
  REQUIRED,
  STRONGER,
  TERMS,
  UNCONFIRMED,
} from './redirect-to-web.ts'

type ChallengeServices = Services & Pick<Site, 'limits'>

/** Adds the endpoint to a fresh provider. */
export function installAuthorizationChallenge(provider: Provider, services: ChallengeServices): void {
  addEndpoint(provider, {
    name: 'authorization_challenge',
    path: CHALLENGE_PATH,
    parameters: challengeParameters,
    lists: ['resource'],
    async clientIdOf(ctx) {
      const presented = parameter(ctx, 'auth_session')
      return presented !== undefined && isStepSession(presented)
        ? clientOfSession(services, presented)
        : undefined
    },
    handle: (ctx) => answer(services, ctx),
  })
}

type Step = { id: string | undefined; session: AuthSession }

async function answer(services: ChallengeServices, ctx: KoaContextWithOIDC): Promise<void> {
  const { provider, client } = ctx.oidc
  assertFirstParty(ctx)
  const proof = await grants.validateDpop(provider, ctx)
  grants.checkDpopRequired(provider, ctx, proof)
  await grants.checkDpopReplay(provider, ctx, proof, client?.clientId ?? '')
  const step = await openStep(services, ctx, proof?.thumbprint)
  const why = step.id === undefined ? reasonForWeb(step.session.request) : undefined
  if (why !== undefined) return redirectToWeb(ctx, step.session.request, why)
  for (;;) {
    const due = dueStep(step.session.passed)
    if (!due) return finish(services, ctx, step)
    const fields = fieldsFor(due, ctx.oidc.params ?? {})
    if (!fields && due.instead && parameter(ctx, SEND_CODE) === 'email')
      return sendCode(services, ctx, step, due)
    if (!fields)
      return requestStep(services, ctx, step, due, `send ${due.fields.join(' and ')}, with auth_session`)
    const { passed, device } = step.session
    const ip = requestState(ctx).clientIp ?? ''
    const from = { browser: browserName(ctx.get('User-Agent')), client: ctx.oidc.client?.clientId }
    const solution = parameter(ctx, PROOF_OF_WORK)
    const next = await due.take(services, { fields, passed, ip, device, from, solution })
    if (next === 'challenge') return askToSolve(services, ctx, step, due)
    if (next === 'mail_code') return redirectToWeb(ctx, step.session.request, GUESSED)
    // A blocked step uses nothing up, so that a flood of guesses leaves no record for each.
    if (next === 'blocked' && step.id !== undefined) return answerDue(ctx, due, due.refusal, step.id)
    if (typeof next === 'string') return requestStep(services, ctx, step, due, due.refusal)
    step.session = { ...step.session, passed: next }
    const { account, isPasskey } = await secondStepOf(services, next)
    if (account && isPasskey) {
      await endAuthSession(services, step.id)
      return redirectToWeb(ctx, { ...step.session.request, login_hint: account.email }, PASSKEY)
    }
  }
}

async function sendCode(
  services: ChallengeServices,
  ctx: KoaContextWithOIDC,
  { id, session }: Step,
  due: ChallengeStep,
): Promise<void> {
  const ip = requestState(ctx).clientIp ?? ''
  const { passed, description } = await mailCode(services, ctx, session, ip)
  return requestStep(services, ctx, { id, session: { ...session, passed } }, due, description)
}

/** A passkey signs for the pages of this server alone. Without an authenticator app only the browser leads on. */
async function secondStepOf({ db }: ChallengeServices, { proof }: AuthSession['passed']) {
  if (!proof) return { isPasskey: false }
  const { totp } = await factorsOf(db, proof.accountId)
  return { account: await findAccountById(db, proof.accountId), isPasskey: !totp }
}

/** Like a blocked step, this uses nothing up. */
async function askToSolve(
  services: ChallengeServices,
  ctx: KoaContextWithOIDC,
  step: Step,
  due: ChallengeStep,
): Promise<void> {
  const words = `this network has to solve the puzzle; send the ${due.fields.join(' and ')} again, with ${PROOF_OF_WORK}`
  if (step.id === undefined) await requestStep(services, ctx, step, due, words)
  else answerDue(ctx, due, words, step.id)
  const challenge = issuePuzzle(services, requestState(ctx).clientIp ?? '')
  ctx.body = { ...(ctx.body as object), challenge }
}

/** The draft's §9.1: third-party apps must never see a password. */
function assertFirstParty({ oidc: { client } }: KoaContextWithOIDC): void {
  if (client?.['first_party'] !== true || !client.grantTypeAllowed('authorization_code'))
    throw new errors.UnauthorizedClient(
      'this endpoint is for apps of the organisation itself; send people to the authorization endpoint',
    )
  if (client['profile'] === 'fapi2-message-signing')
    throw new errors.UnauthorizedClient(
      'answers of this endpoint are not signed, as this client needs them; send people to the authorization endpoint',
    )
}

async function openStep(services: ChallengeServices, ctx: KoaContextWithOIDC, jkt?: string): Promise<Step> {
  const clientId = ctx.oidc.client?.clientId ?? ''
  const presented = parameter(ctx, 'auth_session')
  if (presented !== undefined && isStepSession(presented)) {
    const session = await openAuthSession(services, presented, { clientId, jkt })
    // Every step is bound to the parameters of the first request.
    Object.assign(ctx.oidc.params ?? {}, withoutParameters(ctx), session.request)
    return { id: presented, session }
  }
  if (
    presented !== undefined &&
    !verifyDeviceCookie(services.config.keys.device, presented, services.clock())
  )
    throw invalidSession()
  const request = await readRequest(ctx, jkt)
  if (ctx.oidc.prompts.has('none'))
    throw new errors.LoginRequired('nobody is signed in at this endpoint: leave prompt=none out')
  return { id: undefined, session: { clientId, jkt, request, passed: { amr: [] }, device: presented } }
}

/** The request asks for nothing that the client may have. */
function withoutParameters(ctx: KoaContextWithOIDC): Record<string, undefined> {
  const names = [...authorizationParameters(ctx)].filter(
    (name) => name !== 'client_id' && name !== 'login_hint',
  )
  return Object.fromEntries(names.map((name) => [name, undefined]))
}

async function requestStep(
  services: ChallengeServices,
  ctx: KoaContextWithOIDC,
  { id, session }: Step,
  due: ChallengeStep,
  description: string,
): Promise<void> {
  // After a sign-in, the pushed request cannot be used again.
  await useUpPushed(ctx)
  const authSession = await nextAuthSession(services, id, session, services.limits)
  answerDue(ctx, due, description, authSession)
  if (!due.instead || !(await offersMail(services, ctx, session))) return
  ctx.body = { ...(ctx.body as object), [SEND_CODE]: ['email'] }
}

function answerDue(
  ctx: KoaContextWithOIDC,
  { name, fields }: ChallengeStep,
  description: string,
  authSession: string,
): void {
  ctx.status = 403
  ctx.body = {
    error: 'insufficient_authorization',
    error_description: description,
    auth_session: authSession,
    step: name,
    fields,
  }
}

async function finish(
  services: ChallengeServices,
  ctx: KoaContextWithOIDC,
  { id, session }: Step,
): Promise<void> {
  const { accountId = '', amr } = session.passed
  await useUpPushed(ctx)
  await endAuthSession(services, id)
  const account = await findAccountById(services.db, accountId)
  if (!account || account.disabledAtMs !== null) throw invalidSession()
  if (!isVerified(account) && !services.config.accounts.unverifiedAccountsMayAuthorize)
    return redirectToWeb(ctx, { ...session.request, login_hint: account.email }, UNCONFIRMED)
  await assertHinted(ctx, accountId)
  const why = await reasonAfterSteps(services, ctx, account, session)
  if (why !== undefined) return redirectToWeb(ctx, { ...session.request, login_hint: account.email }, why)
  await noteSignInFrom(services, {
    account,
    userAgent: ctx.get('User-Agent'),
    ip: requestState(ctx).clientIp ?? '',
    app: ctx.oidc.client?.clientName,
    deviceCookie: session.device,
  })
  ctx.body = {
    authorization_code: await issueChallengeCode(services, ctx, { ...session, passed: { accountId, amr } }),
    // The app keeps it and sends it with its next sign-in, as a browser keeps its cookie.
    auth_session: issueDeviceCookie(services.config.keys.device, account, services.clock()),
  }
}

/** What the account still lacks, which only the pages can ask for. */
async function reasonAfterSteps(
  { db, config }: ChallengeServices,
  { oidc: { client } }: KoaContextWithOIDC,
  account: Account,
  { request, passed: { amr } }: AuthSession,
): Promise<string | undefined> {
  if (areTermsDue({ config }, account)) return TERMS
  if (account.newPasswordDue) return NEW_PASSWORD
  if (needsMoreThan(levelOf(amr), request)) return STRONGER
  if (isStrong(amr)) return undefined
  const isRequired = requiresSecondFactor(client) || (await isFactorRequired({ db, config }, account))
  return isRequired ? `${REQUIRED} at ${linkTo(config, SET_UP_PATH)}` : undefined
}

/** OpenID Connect Core §3.1.2.1: with `id_token_hint`, only its own account may sign in. */
async function assertHinted(ctx: KoaContextWithOIDC, accountId: string): Promise<void> {
  const hinted = await hintedSubject(ctx)
  if (hinted !== undefined && hinted !== subjectFor(ctx, accountId))
    throw new errors.LoginRequired('somebody else has signed in than id_token_hint names')
}

function parameter({ oidc }: KoaContextWithOIDC, name: string): string | undefined {
  const value = oidc.params?.[name]
  return typeof value === 'string' ? value : undefined
}

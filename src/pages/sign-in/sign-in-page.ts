/** The sign-in page with e-mail and password, for an app or for the person's own account page. */
import { z } from 'zod'
import { findAccountById } from '../../accounts/account.ts'
import { accountPath } from '../../accounts/account-pages.ts'
import { takesStrangers } from '../../accounts/registrations/registration-mode.ts'
import { passwordProof, provenAccount } from '../../factors/finish-sign-in.ts'
import { signIn } from '../../accounts/journeys/sign-in.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { Overload } from '../../platform/errors.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import type { FormErrors } from '../../http/request/validate.ts'
import { PASSWORD_AMR, readSession } from '../../provider/sessions/browser-session.ts'
import { attemptPasskey, needsPasskey, signInPasskey } from './passkey-way.ts'
import type { Attempt } from './passkey-way.ts'
import { expectedEmail, isOtherWanted } from './expected-person.ts'
import { CHALLENGE_NEEDED, checkHref } from '../../interaction/challenge.ts'
import { nameWords } from '../../interaction/typed-address.ts'
import { parameter, shownClient } from '../../interaction/open-interaction.ts'
import { sentPasskey } from '../../passkeys/passkey-form.ts'
import type { Interaction } from '../../interaction/open-interaction.ts'
import type { Said } from '../../interaction/next-page.ts'
import { redirect, returnQuery } from '../../interaction/page.ts'
import type { Page, StepPages } from '../../interaction/page.ts'
import { unknownSignal } from '../../passkeys/signals.ts'
import { originOf, signInBrowser } from '../../interaction/signed-in-browser.ts'
import type { SignInServices } from './browser-memory.ts'
import { finishForApp, finishHere } from './finished-sign-in.ts'
import { LOST, OWN_PAGE } from '../../interaction/pending/pending-sign-ins.ts'
import { hintsOf } from './upstream-hints.ts'
import { upstreamButtons } from '../../upstreams/offered.ts'
import type { UpstreamButton } from '../../upstreams/offered.ts'
import { connectingOf } from './connecting.ts'
import { LATE, LATE_TEXT, withQuery } from './own-page.ts'
import type { OwnPage } from './own-page.ts'

const schema = z.object({
  email: z.string().max(320, 'sign-in-name-too-long').trim().min(1, 'sign-in-name-missing'),
  password: z.string().min(1, 'sign-in-password-missing'),
})

const OTHER_ACCOUNT = 'sign-in-other-account'

// One text for a wrong password, an unknown address and a disabled account.
const REFUSED = 'sign-in-refused'

/** The sign-in step of an interaction. */
export function signInPages(services: SignInServices): StepPages {
  return {
    async show(page) {
      if ((await resumeLost(services, page)) || (await askCodeAlone(services, page))) return
      if (await leadOn(services, page)) return
      await showStep(services, page)
    },
    submit: (page) => submitStep(services, page),
    whenLost: (ctx) => signInAnyway(services, ctx),
  }
}

async function showStep(services: SignInServices, page: Page): Promise<void> {
  const { ctx, interaction, uid } = page
  const query = withQuery(page.query, { [LATE]: undefined })
  const clientId = parameter(interaction, 'client_id')
  const client = await shownClient(services.oidc.current(), clientId)
  const { values, ...said } = services.nextPage.take(ctx)
  render(services, ctx, {
    values: { email: await expectedEmail(services, page), ...values },
    errors: stepErrors(page),
    action: `/interaction/${uid}/sign-in${query}`,
    client,
    cancelAction: `/interaction/${uid}/cancel`,
    registerHref: `/register${returnQuery(uid, query)}`,
    forgotHref: `/forgot${returnQuery(uid, query)}`,
    upstreams: await buttons(services, clientId, `/interaction/${uid}/upstream`, query),
    ...said,
    ...(await services.challenges.forPage(ctx, 'sign-in', returnQuery(uid, query), said)),
  })
}

/** Why the person is asked again. */
function stepErrors({ ctx, interaction }: Page): FormErrors {
  if (needsOther(interaction)) return { '': OTHER_ACCOUNT }
  return needsPasskey(interaction) ? { '': 'passkey-wanted' } : lateErrors(ctx)
}

/** The person who signed in for this request is not the one that the app expects. */
function needsOther({ prompt, lastSubmission }: Interaction): boolean {
  return lastSubmission?.['login'] !== undefined && isOtherWanted(prompt.reasons)
}

/** Says why the person is back here from the page for the code. */
function lateErrors(ctx: AnyContext): FormErrors {
  return ctx.query[LATE] === undefined ? {} : { '': LATE_TEXT }
}

async function submitStep(services: SignInServices, page: Page): Promise<void> {
  const { ctx, uid, query } = page
  const attempt = await attemptSignIn(services, ctx, uid, parameter(page.interaction, 'client_id'))
  if (attempt.finished) return finishForApp(services, page, attempt.finished)
  const calm = withQuery(query, { [LATE]: undefined })
  if (attempt.check) return leadToCheck(services, ctx, returnQuery(uid, query), attempt.check)
  if (attempt.refused)
    return services.nextPage.lead(ctx, `/interaction/${uid}/sign-in${calm}`, attempt.refused)
  redirect(ctx, `/interaction/${uid}/code${calm}`)
}

// The query names the next page, from a closed list.
function actionOf(ctx: AnyContext): string {
  return `/sign-in${withQuery(ctx.search, { [LATE]: undefined })}`
}

/** The sign-in page for the person's own account. */
export function signInPage(services: SignInServices): OwnPage {
  return {
    async show(ctx) {
      const again = ctx.query['again'] !== undefined
      if (!again && (await services.findMember(ctx))) return redirect(ctx, accountPath(ctx.query['next']))
      const said = services.nextPage.take(ctx)
      const words = { errors: lateErrors(ctx), ...said }
      const values = { email: services.typedAddress.read(ctx) }
      const challenge = await services.challenges.forPage(ctx, 'sign-in', ctx.search, said)
      const query = withQuery(ctx.search, { [LATE]: undefined })
      const { upstreamId, client } = await connectingOf(services, ctx)
      const upstreams = await buttons(services, undefined, '/sign-in/upstream', query, upstreamId)
      const locals = { action: actionOf(ctx), client, upstreams, values }
      render(services, ctx, { ...locals, ...words, ...challenge })
    },
    async submit(ctx) {
      const attempt = await attemptSignIn(services, ctx, OWN_PAGE)
      if (attempt.finished) return finishHere(services, ctx, attempt.finished)
      if (attempt.check) return leadToCheck(services, ctx, ctx.search, attempt.check)
      if (attempt.refused) return services.nextPage.lead(ctx, actionOf(ctx), attempt.refused)
      redirect(ctx, `/sign-in/code${withQuery(ctx.search, { [LATE]: undefined })}`)
    },
  }
}

/** Other providers, as buttons. `except`: the id of one that is no way in here. */
async function buttons(
  { offered }: SignInServices,
  clientId: string | undefined,
  path: string,
  query: string,
  except?: string,
): Promise<UpstreamButton[]> {
  const shown = (await offered.for(clientId)).filter(({ id }) => id !== except)
  return upstreamButtons(shown, (id) => `${path}/${id}${query}`)
}

/**
 * A request that names a provider, or a domain that has its own, goes there at once. It goes there once: the sign-in page
 * itself stays, for people who come back with a refusal, or with a sign-in that is not enough for the app.
 */
async function leadOn({ offered }: SignInServices, { ctx, interaction, uid, query }: Page): Promise<boolean> {
  if (ctx.path.endsWith('/sign-in') || interaction.lastSubmission?.['login'] !== undefined) return false
  const upstream = await offered.hinted(parameter(interaction, 'client_id'), hintsOf(interaction))
  if (upstream) redirect(ctx, `/interaction/${uid}/upstream/${upstream.id}${query}`)
  return upstream !== undefined
}

/** On a page without its interaction, the person is signed in all the same, or asked for the code when it restarts. */
async function signInAnyway(services: SignInServices, ctx: AnyContext): Promise<void> {
  const { finished } = await attemptSignIn(services, ctx, LOST)
  if (finished) await signInBrowser(services, ctx, finished)
}

/** Goes on where the password was given on a page that had lost its request. */
async function resumeLost(services: SignInServices, { ctx, uid, query }: Page): Promise<boolean> {
  const proof = services.pending.read(ctx, LOST)
  if (!proof || !(await provenAccount(services, proof))) return false
  services.pending.move(ctx, LOST, uid)
  redirect(ctx, `/interaction/${uid}/code${query}`)
  return true
}

/**
 * Where the app wants a stronger sign-in, and this session has given the password minutes ago, only the code is missing. The
 * address of the sign-in page itself stays for those who start over.
 */
async function askCodeAlone(
  services: SignInServices,
  { ctx, interaction, uid, query }: Page,
): Promise<boolean> {
  const { reasons } = interaction.prompt
  const onlyLevel = reasons.length > 0 && reasons.every((reason) => reason === 'authentication_level')
  if (!onlyLevel || ctx.path.endsWith('/sign-in')) return false
  const { accountId = '', amr, loginTs = 0 } = await readSession(services.oidc.current(), ctx)
  const account = amr?.includes('pwd') ? await findAccountById(services.db, accountId) : undefined
  const proof = account && passwordProof(account, loginTs * SECOND_MS)
  if (!proof || !(await provenAccount(services, proof))) return false
  services.pending.write(ctx, uid, proof)
  redirect(ctx, `/interaction/${uid}/code${query}`)
  return true
}

/** `of`: the request that the sign-in is for. */
async function attemptSignIn(
  services: SignInServices,
  ctx: AnyContext,
  of: string,
  client?: string,
): Promise<Attempt> {
  const response = sentPasskey(ctx)
  if (response !== undefined) return attemptPasskey(services, ctx, { response, client })
  const form = validateForm(schema, formOf(ctx))
  if (!form.ok) return { refused: { values: form.values, errors: form.errors } }
  const result = await signIn(services, {
    ...form.value,
    ip: requestState(ctx).clientIp ?? '',
    deviceCookie: services.deviceCookie.read(ctx),
    from: originOf(ctx, client),
    proof: services.challenges.proofOf(ctx),
  })
  if (result.ok) return { finished: { account: result.account, amr: PASSWORD_AMR } }
  if (result.reason === 'second_factor') {
    services.pending.write(ctx, of, passwordProof(result.account, services.clock()))
    return {}
  }
  services.typedAddress.write(ctx, form.value.email)
  // Known and unknown addresses are blocked alike, and get the same bytes.
  if (result.reason === 'blocked') throw new Overload('too_many_attempts', result.retryAfterSeconds)
  const { values } = form
  if (result.reason === 'mail_code') return { check: { values, notice: 'check-guessed' } }
  if (result.reason === 'waits') return { refused: { values, errors: { '': 'register-waiting-sign-in' } } }
  if (result.reason === 'challenge') return { refused: { values, errors: { '': CHALLENGE_NEEDED } } }
  const isDisabled = 'isDisabled' in result && result.isDisabled
  return { refused: { values, errors: { '': isDisabled ? 'sign-in-disabled' : REFUSED } } }
}

/** The password is asked for once more afterwards, in this browser. */
function leadToCheck(services: SignInServices, ctx: AnyContext, query: string, said: Said): void {
  services.nextPage.lead(ctx, checkHref('sign-in', query), said)
}

function render(
  services: SignInServices,
  ctx: AnyContext,
  locals: Said & { action: string } & Record<string, unknown>,
): void {
  const links = { registerHref: '/register', forgotHref: '/forgot' }
  const passkey = signInPasskey(services, ctx, locals.action)
  const { emailSignIn } = services.config.factors
  const mailCodeAction = emailSignIn ? mailCodePath(locals.action) : undefined
  const hidden = takesStrangers(services.config) ? {} : { registerHref: undefined }
  const passkeySignals = [unknownSignal(services, locals.values?.['unknownPasskey'])]
  const more = { mailCodeAction, passkey, ...links, ...locals, ...hidden }
  const words = nameWords(services.config, locals.errors)
  services.render(ctx, 'sign-in', { values: {}, passkeySignals, ...more, ...words })
}

/** Beside the sign-in page, for the same request. */
function mailCodePath(action: string): string {
  const [path = '', query] = action.split('?', 2)
  const at = path === '/sign-in' ? path : path.replace(/\/sign-in$/, '')
  return `${at}/email-code${query === undefined ? '' : `?${query}`}`
}

/**
 * The pages between an app's request and its answer: sign in, confirm the address, accept the terms, choose another password, set up a second
 * factor, consent. This folder decides which step is next and holds what the steps share; the pages of the steps are in
 * `pages`.
 */
import { Router } from '@koa/router'
import type { Context } from 'koa'
import { errors } from 'oidc-provider'
import { requestState } from '../http/request/request-state.ts'
import { readSession } from '../provider/sessions/browser-session.ts'
import type { Oidc } from '../provider/contract/current-provider.ts'
import { nextStep } from './next-step.ts'
import type { Step } from './next-step.ts'
import { openInteraction, parameter } from './open-interaction.ts'
import { redirect, resume } from './page.ts'
import type { Page, StepPages, Steps } from './page.ts'
import type { SignedInAnswers } from './signed-in-answer.ts'
import type { StartAgain } from './start-again.ts'
import type { WearBrand } from '../provider/clients/worn-brand.ts'

type Needs = {
  oidc: Oidc
  startAgain: StartAgain
  wearBrand: WearBrand
  steps: Steps
  signedIn: SignedInAnswers
}

export function interactionRoutes(needs: Needs): Router {
  const { steps } = needs
  const router = new Router({ prefix: '/interaction/:uid' })
  router.get('/', (ctx) => onPage(needs, ctx, (page) => show(needs, page)))
  router.get('/sign-in', (ctx) => onPage(needs, ctx, (page) => showSignIn(needs, page)))
  router.post('/sign-in', (ctx) =>
    onPage(needs, ctx, steps.signIn.submit, () => steps.signIn.whenLost?.(ctx)),
  )
  router.get('/code', (ctx) =>
    onPage(
      needs,
      ctx,
      (page) => showCode(needs, page, steps.secondFactor),
      () => steps.secondFactor.whenLost?.(ctx),
    ),
  )
  router.get('/upstream/:upstream', (ctx) => onPage(needs, ctx, steps.upstream.show))
  router.post('/upstream/:upstream', (ctx) => onPage(needs, ctx, steps.upstream.submit))
  const { mailedCode } = steps
  router.get('/email-code', (ctx) => onPage(needs, ctx, (page) => showCode(needs, page, mailedCode)))
  router.post('/email-code', (ctx) => onPage(needs, ctx, mailedCode.submit, () => mailedCode.whenLost?.(ctx)))
  router.post('/code', (ctx) =>
    onPage(needs, ctx, steps.secondFactor.submit, () => steps.secondFactor.whenLost?.(ctx)),
  )
  const verifyEmail = whenDue('verify-email', steps.verifyEmail.submit)
  const terms = whenDue('terms', steps.terms.submit)
  const later = whenDue('set-up', steps.setUp.submit)
  const selectAccount = whenDue('select-account', steps.selectAccount.submit)
  const consent = whenDue('consent', steps.consent.submit)
  // These addresses only take forms. Their page is that of the step which is due.
  for (const path of ['/verify-email', '/terms', '/select-account', '/consent', '/set-up/later', '/cancel'])
    router.get(path, (ctx) => redirect(ctx, `/interaction/${ctx.params.uid}${ctx.search}`))
  router.post('/verify-email', (ctx) => onPage(needs, ctx, verifyEmail))
  router.post('/terms', (ctx) => onPage(needs, ctx, terms))
  router.post('/set-up/later', (ctx) => onPage(needs, ctx, later))
  router.post('/select-account', (ctx) => onPage(needs, ctx, selectAccount))
  router.post('/consent', (ctx) => onPage(needs, ctx, consent))
  router.post('/cancel', (ctx) => onPage(needs, ctx, (page) => cancel(needs, page)))
  return router
}

async function onPage(
  needs: Needs,
  ctx: Context,
  work: (page: Page) => Promise<void>,
  beforeRestart: () => Promise<unknown> | undefined = () => undefined,
): Promise<void> {
  const uid = String(ctx['params'].uid)
  const interaction = await openInteraction(needs.oidc.current(), ctx, uid)
  const asked = interaction && parameter(interaction, 'ui_locales')
  if (asked) requestState(ctx).uiLocales = asked
  if (interaction) await needs.wearBrand(ctx, parameter(interaction, 'client_id'))
  if (interaction && (await isDone(work({ ctx, interaction, uid, query: ctx.search })))) return
  await beforeRestart()
  await needs.startAgain(ctx)
}

/** False when the interaction ended while its form was handled, because the form was sent twice. */
async function isDone(work: Promise<void>): Promise<boolean> {
  try {
    await work
    return true
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return false
    throw error
  }
}

async function show(needs: Needs, page: Page): Promise<void> {
  const { ctx, interaction } = page
  if (await needs.signedIn.take(needs.oidc, page)) return
  const step = nextStep(interaction.prompt.name)
  if (step === 'sign-in' && (await signedInMeanwhile(needs, page)))
    return redirect(ctx, interaction.returnTo + page.query)
  if (step === 'create') return needs.steps.create.show(page)
  if (step === 'select-account') return needs.steps.selectAccount.show(page)
  if (step === 'sign-in') return needs.steps.signIn.show(page)
  if (step === 'verify-email') return needs.steps.verifyEmail.show(page)
  if (step === 'no-access') return needs.steps.noAccess.show(page)
  if (step === 'terms') return needs.steps.terms.show(page)
  if (step === 'new-password') return needs.steps.newPassword.show(page)
  if (step === 'set-up') return needs.steps.setUp.show(page)
  return needs.steps.consent.show(page)
}

/** The sign-in page within another step: to sign in as somebody else, after sign-up, or after a new password. */
async function showSignIn(needs: Needs, page: Page): Promise<void> {
  if (nextStep(page.interaction.prompt.name) === 'sign-in') return show(needs, page)
  await needs.steps.signIn.show(page)
}

/** A further page of the sign-in. */
async function showCode(needs: Needs, page: Page, { show: showPage }: StepPages): Promise<void> {
  const isSignIn = nextStep(page.interaction.prompt.name) === 'sign-in'
  if (isSignIn && (await signedInMeanwhile(needs, page)))
    return redirect(page.ctx, page.interaction.returnTo + page.query)
  await showPage(page)
}

/** A form for a step that is not due (an old page, a forged form) leads to the page of the step that is. */
function whenDue(step: Step, work: (page: Page) => Promise<void>): (page: Page) => Promise<void> {
  return async (page) => {
    if (nextStep(page.interaction.prompt.name) === step) return work(page)
    redirect(page.ctx, `/interaction/${page.uid}${page.query}`)
  }
}

/** Another tab signed in while this page was open, so this step has nothing left to ask. */
async function signedInMeanwhile({ oidc }: Needs, { ctx, interaction }: Page): Promise<boolean> {
  const onlyMissingSession = interaction.prompt.reasons.every((reason) => reason === 'no_session')
  if (!onlyMissingSession) return false
  const session = await readSession(oidc.current(), ctx)
  return session.accountId !== undefined
}

async function cancel({ oidc }: Needs, page: Page): Promise<void> {
  const isAllowed = nextStep(page.interaction.prompt.name) !== 'no-access'
  const why = isAllowed ? 'the person cancelled' : 'this account may not use this app'
  const refusal = { error: 'access_denied', error_description: why }
  await resume(oidc, page, refusal, { mergeWithLastSubmission: false })
}

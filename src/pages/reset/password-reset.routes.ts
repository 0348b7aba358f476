/** The pages for a forgotten password: request the mail, and choose a new password by its link. */
import { Router } from '@koa/router'
import { z } from 'zod'
import { parseEmail, emailProblemMessage } from '../../platform/email.ts'
import { findAccountById, isVerified } from '../../accounts/account.ts'
import { previewToken } from '../../accounts/one-time-token.ts'
import { passwordProblemMessage } from '../../passwords/password-policy.ts'
import { LONGEST_NAME, NAME_PROBLEM_MESSAGE } from '../../accounts/profile.ts'
import { completeReset, requestReset } from '../../accounts/journeys/password-reset.ts'
import type { ResetDone } from '../../accounts/journeys/password-reset.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import type { FormErrors } from '../../http/request/validate.ts'
import { CHALLENGE_NEEDED, orChallenge } from '../../interaction/challenge.ts'
import type { LinkPages } from '../../interaction/link-pages.ts'
import { keptCode } from '../../interaction/next-page.ts'
import { redirect } from '../../interaction/page.ts'

const forgotSchema = z.object({
  email: z.string().max(1000, emailProblemMessage.too_long).trim().min(1, 'reset-email-missing'),
})

const resetSchema = z.object({
  token: z.string().max(200),
  way: z.string().max(4000).optional(),
  code: z.string().max(100, 'page-mail-code-wrong').trim().optional(),
  name: z.string().max(LONGEST_NAME, NAME_PROBLEM_MESSAGE).optional(),
  password: z.string().min(1, 'reset-password-missing'),
})

export function passwordResetRoutes(pages: LinkPages): Router {
  const router = new Router()
  router.get('/forgot', (ctx) => showForgot(pages, ctx))
  router.post('/forgot', (ctx) => submitForgot(pages, ctx))
  router.get('/forgot/sent', (ctx) => showSent(pages, ctx))
  router.get('/reset', (ctx) => open(pages, ctx))
  router.post('/reset', (ctx) => submit(pages, ctx))
  router.get('/reset/done', (ctx) => showDone(pages, ctx))
  return router
}

function forgotHref(pages: LinkPages, ctx: AnyContext): string {
  return `/forgot${pages.returnPath.query(ctx)}`
}

async function showForgot(pages: LinkPages, ctx: AnyContext): Promise<void> {
  const action = forgotHref(pages, ctx)
  const member = await pages.findMember(ctx)
  const back = pages.returnPath.path(ctx)
  const signInHref = back ?? (member ? undefined : '/sign-in')
  // An account of another provider or of a passkey may have none. Its owner comes from the pages of the account.
  const isFirst = member?.account.passwordHash === null
  const values = { email: pages.typedAddress.read(ctx) || (member?.account.email ?? '') }
  const client = await pages.appOf(ctx)
  const said = pages.nextPage.take(ctx)
  const challenge = await pages.challenges.forPage(ctx, 'forgot', pages.returnPath.query(ctx), said)
  const locals = { action, signInHref, isFirst, client, values, errors: {}, ...said, ...challenge }
  pages.render(ctx, 'forgot', { ...locals })
}

async function submitForgot(pages: LinkPages, ctx: AnyContext): Promise<void> {
  const form = validateForm(forgotSchema, formOf(ctx))
  const { values } = form
  const refuse = (errors: FormErrors) => pages.nextPage.lead(ctx, forgotHref(pages, ctx), { values, errors })
  if (!form.ok) return refuse(form.errors)
  const { email } = form.value
  const parsed = parseEmail(email)
  if (!parsed.ok) return refuse({ email: emailProblemMessage[parsed.problem] })
  pages.typedAddress.write(ctx, email)
  const ip = requestState(ctx).clientIp ?? ''
  const wayBack = pages.returnPath.seal(ctx)
  const proof = pages.challenges.proofOf(ctx)
  const browser = pages.browserSecret.ensure(ctx)
  const requested = await orChallenge(requestReset(pages, { email, browser, wayBack, ip, proof }))
  if (requested === 'challenge') return refuse({ '': CHALLENGE_NEEDED })
  pages.nextPage.lead(ctx, `/forgot/sent${pages.returnPath.query(ctx)}`, { about: { email } })
}

/** Without the address that was typed here, the form is all there is to show. */
async function showSent(pages: LinkPages, ctx: AnyContext): Promise<void> {
  const { about } = pages.nextPage.take(ctx)
  const form = forgotHref(pages, ctx)
  if (!about) return redirect(ctx, form)
  const client = await pages.appOf(ctx)
  const locals = { email: about['email'], forgotHref: form, client }
  pages.render(ctx, 'forgot-sent', { ...locals, ...(await pages.mailWait(ctx)) })
}

/** Opening the link changes nothing, so that mail scanners do no harm. */
async function open(pages: LinkPages, ctx: AnyContext): Promise<void> {
  const { token } = ctx.query
  await show(pages, ctx, typeof token === 'string' ? token : '')
}

async function show(pages: LinkPages, ctx: AnyContext, token: string): Promise<void> {
  const { db, clock, config } = pages
  const browser = pages.browserSecret.read(ctx)
  const preview = await previewToken(db, { token, purpose: 'reset', browser }, clock())
  const said = pages.nextPage.take(ctx)
  // Sealed. The form keeps it for a browser that lost its cookies, and for a link that ended meanwhile.
  const way = ('wayBack' in preview ? preview.wayBack : null) ?? said.values?.['way'] ?? null
  if (preview.state !== 'live') return expired(pages, ctx, way)
  const account = await findAccountById(db, preview.accountId)
  const locals = {
    action: '/reset',
    token,
    way,
    needsCode: !preview.actsHere,
    // A stranger may have typed the name at registration, so it is removed.
    asksName: account !== undefined && !isVerified(account),
    values: {},
    errors: {},
    minLength: config.accounts.passwordMinLength,
    // Only the browser that requested the mail sees the address, because it knows it already.
    email: preview.actsHere ? account?.email : undefined,
    client:
      (await pages.appOf(ctx, pages.returnPath.open(way))) ??
      (await pages.appElsewhere(ctx, preview.askedFrom)),
    ...said,
  }
  pages.render(ctx, 'reset', locals)
}

async function submit(pages: LinkPages, ctx: AnyContext): Promise<void> {
  const fields = formOf(ctx)
  const form = validateForm(resetSchema, fields)
  const link = new URLSearchParams({ token: fields['token'] ?? '' })
  const refuse = (errors: FormErrors) =>
    pages.nextPage.lead(ctx, `/reset?${link}`, {
      values: { ...form.values, ...keptCode(ctx, errors) },
      errors,
    })
  if (!form.ok) return refuse(form.errors)
  const { token, way, code, name, password: newPassword } = form.value
  const browser = pages.browserSecret.read(ctx)
  const given = { token, code, name, newPassword, browser, ip: requestState(ctx).clientIp }
  const outcome = await completeReset(pages, given)
  if (outcome.ok) return done(pages, ctx, { token, way }, outcome.accountId)
  const errors = errorsOf(pages, outcome)
  if (errors) return refuse(errors)
  // The page says that the link works no longer, and still leads back to the app.
  pages.nextPage.lead(ctx, `/reset?${link}`, { values: form.values })
}

/** The sign-in page that follows has the address of the account: the mailbox was proven. */
async function done(
  pages: LinkPages,
  ctx: AnyContext,
  { token, way }: { token: string; way: string | undefined },
  accountId: string,
): Promise<void> {
  const { db, clock } = pages
  const account = await findAccountById(db, accountId)
  pages.typedAddress.write(ctx, account?.email ?? '')
  const browser = pages.browserSecret.read(ctx)
  const used = await previewToken(db, { token, purpose: 'reset', browser }, clock())
  const wayBack = (used.state === 'used' && used.wayBack) || way
  const signInHref = pages.returnPath.open(wayBack) ?? '/sign-in'
  pages.nextPage.lead(ctx, '/reset/done', { about: { signInHref } })
}

async function showDone(pages: LinkPages, ctx: AnyContext): Promise<void> {
  const { about } = pages.nextPage.take(ctx)
  if (!about) return redirect(ctx, '/sign-in')
  const { signInHref } = about
  const client = await pages.appOf(ctx, signInHref)
  pages.render(ctx, 'reset-done', { signInHref, client })
}

function errorsOf(pages: LinkPages, refused: Exclude<ResetDone, { ok: true }>): FormErrors | undefined {
  if (refused.reason === 'wrong_code') return { code: 'page-mail-code-wrong' }
  if (refused.reason === 'name_refused') return { name: NAME_PROBLEM_MESSAGE }
  if (refused.reason === 'password_refused')
    return { password: passwordProblemMessage(refused.problem, pages.config) }
  return undefined
}

async function expired(pages: LinkPages, ctx: AnyContext, wayBack: string | null): Promise<void> {
  // For the brand: this page names no app.
  await pages.appOf(ctx, pages.returnPath.open(wayBack))
  const signInHref = pages.returnPath.open(wayBack) ?? '/sign-in'
  const values = { email: pages.typedAddress.read(ctx) }
  const locals = { purpose: 'reset', action: '/forgot', values, errors: {}, signInHref }
  pages.render(ctx, 'link-expired', { ...locals }, 410)
}

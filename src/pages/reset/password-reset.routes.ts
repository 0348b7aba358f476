/** The pages for a forgotten password: request the mail, and choose a new password by its link. */
import { Router } from '@koa/router'
import { z } from 'zod'
import { parseEmail, emailProblemText } from '../../platform/email.ts'
import { findAccountById, isVerified } from '../../accounts/account.ts'
import { previewToken } from '../../accounts/one-time-token.ts'
import { passwordProblemText } from '../../passwords/password-policy.ts'
import { LONGEST_NAME, NAME_PROBLEM_TEXT } from '../../accounts/profile.ts'
import { completeReset, requestReset } from '../../accounts/journeys/password-reset.ts'
import type { ResetDone } from '../../accounts/journeys/password-reset.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import type { LinkPages } from '../../interaction/link-pages.ts'

const forgotSchema = z.object({
  email: z.string().max(1000, emailProblemText.too_long).trim().min(1, 'Enter your e-mail address.'),
})

const resetSchema = z.object({
  token: z.string().max(200),
  code: z.string().max(100, 'This is not the code from the mail.').trim().optional(),
  name: z.string().max(LONGEST_NAME, NAME_PROBLEM_TEXT).optional(),
  password: z.string().min(1, 'Choose a password.'),
})

export function passwordResetRoutes(pages: LinkPages): Router {
  const router = new Router()
  router.get('/forgot', (ctx) => showForgot(pages, ctx))
  router.post('/forgot', (ctx) => submitForgot(pages, ctx))
  router.get('/reset', (ctx) => open(pages, ctx))
  router.post('/reset', (ctx) => submit(pages, ctx))
  return router
}

type Form = { values?: Record<string, string>; errors?: Record<string, string> }

function showForgot(pages: LinkPages, ctx: AnyContext, form: Form = {}, status = 200): void {
  const action = `/forgot${pages.returnPath.query(ctx)}`
  const signInHref = pages.returnPath.path(ctx) ?? '/sign-in'
  const locals = { action, signInHref, values: {}, errors: {}, ...form }
  pages.render(ctx, 'forgot', { title: 'Forgotten password', ...locals }, status)
}

async function submitForgot(pages: LinkPages, ctx: AnyContext): Promise<void> {
  const form = validateForm(forgotSchema, formOf(ctx))
  if (!form.ok) return showForgot(pages, ctx, form, 400)
  const { email } = form.value
  const parsed = parseEmail(email)
  if (!parsed.ok)
    return showForgot(
      pages,
      ctx,
      { values: form.values, errors: { email: emailProblemText[parsed.problem] } },
      400,
    )
  const ip = requestState(ctx).clientIp ?? ''
  const wayBack = pages.returnPath.seal(ctx)
  await requestReset(pages, { email, browser: pages.browserSecret.ensure(ctx), wayBack, ip })
  const mailsAreLate = await pages.mailsAreLate()
  const locals = { email, forgotHref: `/forgot${pages.returnPath.query(ctx)}`, mailsAreLate }
  pages.render(ctx, 'forgot-sent', { title: 'Look in your mail', ...locals })
}

/** Opening the link changes nothing, so that mail scanners do no harm. */
async function open(pages: LinkPages, ctx: AnyContext): Promise<void> {
  const { token } = ctx.query
  await show(pages, ctx, typeof token === 'string' ? token : '')
}

async function show(
  pages: LinkPages,
  ctx: AnyContext,
  token: string,
  { values = {}, errors = {} }: Form = {},
  status = 200,
): Promise<void> {
  const { db, clock, config } = pages
  const browser = pages.browserSecret.read(ctx)
  const preview = await previewToken(db, { token, purpose: 'reset', browser }, clock())
  if (preview.state !== 'live') return expired(pages, ctx)
  const account = await findAccountById(db, preview.accountId)
  const locals = {
    action: '/reset',
    token,
    needsCode: !preview.actsHere,
    // A stranger may have typed the name at registration, so it is removed.
    asksName: account !== undefined && !isVerified(account),
    values,
    errors,
    minLength: config.accounts.passwordMinLength,
    // Only the browser that requested the mail sees the address, because it knows it already.
    email: preview.actsHere ? account?.email : undefined,
  }
  pages.render(ctx, 'reset', { title: 'New password', ...locals }, status)
}

async function submit(pages: LinkPages, ctx: AnyContext): Promise<void> {
  const fields = formOf(ctx)
  const form = validateForm(resetSchema, fields)
  if (!form.ok) return show(pages, ctx, fields['token'] ?? '', form, 400)
  const { token, code, name, password: newPassword } = form.value
  const browser = pages.browserSecret.read(ctx)
  const given = { token, code, name, newPassword, browser, ip: requestState(ctx).clientIp }
  const outcome = await completeReset(pages, given)
  if (outcome.ok) return done(pages, ctx, token)
  const errors = errorsOf(pages, outcome)
  if (!errors) return expired(pages, ctx)
  await show(pages, ctx, token, { values: form.values, errors }, 400)
}

async function done(pages: LinkPages, ctx: AnyContext, token: string): Promise<void> {
  const { db, clock } = pages
  const browser = pages.browserSecret.read(ctx)
  const used = await previewToken(db, { token, purpose: 'reset', browser }, clock())
  const signInHref = pages.returnPath.open(used.state === 'used' ? used.wayBack : null) ?? '/sign-in'
  pages.render(ctx, 'reset-done', { title: 'Password saved', signInHref })
}

function errorsOf(
  pages: LinkPages,
  refused: Exclude<ResetDone, { ok: true }>,
): Record<string, string> | undefined {
  if (refused.reason === 'wrong_code') return { code: 'This is not the code from the mail.' }
  if (refused.reason === 'name_refused') return { name: NAME_PROBLEM_TEXT }
  if (refused.reason === 'password_refused')
    return { password: passwordProblemText(refused.problem, pages.config) }
  return undefined
}

function expired(pages: LinkPages, ctx: AnyContext): void {
  pages.render(ctx, 'link-expired', { title: 'Link expired', purpose: 'reset', resendHref: '/forgot' }, 410)
}

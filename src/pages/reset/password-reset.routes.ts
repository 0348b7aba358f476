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
import type { Render } from '../../http/render.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import type { BrowserSecret } from '../../interaction/browser-secret.ts'
import type { ReturnPath } from '../../interaction/return-path.ts'
import type { Services } from '../../services.ts'

type Needs = {
  services: Services
  render: Render
  browserSecret: BrowserSecret
  returnPath: ReturnPath
  mailbox: boolean
}

const forgotSchema = z.object({
  email: z.string().max(1000, emailProblemText.too_long).trim().min(1, 'Enter your e-mail address.'),
})

const resetSchema = z.object({
  token: z.string().max(200),
  code: z.string().max(100, 'This is not the code from the mail.').trim().optional(),
  name: z.string().max(LONGEST_NAME, NAME_PROBLEM_TEXT).optional(),
  password: z.string().min(1, 'Choose a password.'),
})

export function passwordResetRoutes(needs: Needs): Router {
  const router = new Router()
  router.get('/forgot', (ctx) => showForgot(needs, ctx))
  router.post('/forgot', (ctx) => submitForgot(needs, ctx))
  router.get('/reset', (ctx) => open(needs, ctx))
  router.post('/reset', (ctx) => submit(needs, ctx))
  return router
}

type Form = { values?: Record<string, string>; errors?: Record<string, string> }

function showForgot(needs: Needs, ctx: AnyContext, form: Form = {}, status = 200): void {
  const action = `/forgot${needs.returnPath.query(ctx)}`
  const signInHref = needs.returnPath.path(ctx) ?? '/sign-in'
  const locals = { action, signInHref, values: {}, errors: {}, ...form }
  needs.render(ctx, 'forgot', { title: 'Forgotten password', ...locals }, status)
}

async function submitForgot(needs: Needs, ctx: AnyContext): Promise<void> {
  const form = validateForm(forgotSchema, formOf(ctx))
  if (!form.ok) return showForgot(needs, ctx, form, 400)
  const { email } = form.value
  const parsed = parseEmail(email)
  if (!parsed.ok)
    return showForgot(
      needs,
      ctx,
      { values: form.values, errors: { email: emailProblemText[parsed.problem] } },
      400,
    )
  const ip = requestState(ctx).clientIp ?? ''
  const wayBack = needs.returnPath.seal(ctx)
  await requestReset(needs.services, { email, browser: needs.browserSecret.ensure(ctx), wayBack, ip })
  const locals = { email, mailbox: needs.mailbox, forgotHref: `/forgot${needs.returnPath.query(ctx)}` }
  needs.render(ctx, 'forgot-sent', { title: 'Look in your mail', ...locals })
}

/** Opening the link changes nothing, so that mail scanners do no harm. */
async function open(needs: Needs, ctx: AnyContext): Promise<void> {
  const { token } = ctx.query
  await show(needs, ctx, typeof token === 'string' ? token : '')
}

async function show(
  needs: Needs,
  ctx: AnyContext,
  token: string,
  { values = {}, errors = {} }: Form = {},
  status = 200,
): Promise<void> {
  const { db, clock, config } = needs.services
  const browser = needs.browserSecret.read(ctx)
  const preview = await previewToken(db, { token, purpose: 'reset', browser }, clock())
  if (preview.state !== 'live') return expired(needs, ctx)
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
  needs.render(ctx, 'reset', { title: 'New password', ...locals }, status)
}

async function submit(needs: Needs, ctx: AnyContext): Promise<void> {
  const fields = formOf(ctx)
  const form = validateForm(resetSchema, fields)
  if (!form.ok) return show(needs, ctx, fields['token'] ?? '', form, 400)
  const { token, code, name, password: newPassword } = form.value
  const browser = needs.browserSecret.read(ctx)
  const given = { token, code, name, newPassword, browser, ip: requestState(ctx).clientIp }
  const outcome = await completeReset(needs.services, given)
  if (outcome.ok) return done(needs, ctx, token)
  const errors = errorsOf(needs, outcome)
  if (!errors) return expired(needs, ctx)
  await show(needs, ctx, token, { values: form.values, errors }, 400)
}

async function done(needs: Needs, ctx: AnyContext, token: string): Promise<void> {
  const { db, clock } = needs.services
  const browser = needs.browserSecret.read(ctx)
  const used = await previewToken(db, { token, purpose: 'reset', browser }, clock())
  const signInHref = needs.returnPath.open(used.state === 'used' ? used.wayBack : null) ?? '/sign-in'
  needs.render(ctx, 'reset-done', { title: 'Password saved', signInHref })
}

function errorsOf(
  needs: Needs,
  refused: Exclude<ResetDone, { ok: true }>,
): Record<string, string> | undefined {
  if (refused.reason === 'wrong_code') return { code: 'This is not the code from the mail.' }
  if (refused.reason === 'name_refused') return { name: NAME_PROBLEM_TEXT }
  if (refused.reason === 'password_refused')
    return { password: passwordProblemText(refused.problem, needs.services.config) }
  return undefined
}

function expired(needs: Needs, ctx: AnyContext): void {
  needs.render(ctx, 'link-expired', { title: 'Link expired', purpose: 'reset', resendHref: '/forgot' }, 410)
}

/**
 * The page behind the link of an activation mail. It acts at once in the browser that registered. In another browser it
 * asks for the code and the password.
 */
import { Router } from '@koa/router'
import { z } from 'zod'
import { activate, activateElsewhere, activateWithNewPassword } from '../../accounts/journeys/activation.ts'
import type { Activated } from '../../accounts/journeys/activation.ts'
import { previewToken } from '../../accounts/one-time-token.ts'
import { passwordProblemText } from '../../passwords/password-policy.ts'
import { LONGEST_NAME, NAME_PROBLEM_TEXT } from '../../accounts/profile.ts'
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
}

const schema = z.object({
  token: z.string().max(200),
  code: z
    .string()
    .max(100, 'This is not the code from the mail.')
    .trim()
    .min(1, 'Enter the code from the mail.'),
  password: z.string().min(1, 'Enter the password.'),
  name: z.string().max(LONGEST_NAME, NAME_PROBLEM_TEXT).optional(),
  mode: z.literal('new-password').optional(),
})

export function activationRoutes(needs: Needs): Router {
  const router = new Router()
  router.get('/activate', (ctx) => open(needs, ctx))
  router.post('/activate', (ctx) => submit(needs, ctx))
  return router
}

/** Opening the link changes something only in the browser that requested it, because mail scanners lack its cookie. */
async function open(needs: Needs, ctx: AnyContext): Promise<void> {
  const { token = '', mode } = ctx.query
  if (typeof token !== 'string') return expired(needs, ctx)
  const browser = needs.browserSecret.read(ctx)
  const preview = await previewToken(
    needs.services.db,
    { token, purpose: 'activation', browser },
    needs.services.clock(),
  )
  if (preview.state === 'used') return done(needs, ctx, preview.wayBack)
  if (preview.state !== 'live') return expired(needs, ctx)
  if (!preview.actsHere || ctx.method === 'HEAD')
    return ask(needs, ctx, { token, mode: mode === 'new-password' })
  const activated = await activate(needs.services, { token, browser, ip: requestState(ctx).clientIp })
  if (activated.ok || activated.reason === 'used') return done(needs, ctx, preview.wayBack)
  expired(needs, ctx)
}

async function submit(needs: Needs, ctx: AnyContext): Promise<void> {
  const fields = formOf(ctx)
  const form = validateForm(schema, fields)
  const { token: sent = '', mode: sentMode } = fields
  const page = { token: sent, mode: sentMode === 'new-password', values: form.values }
  if (!form.ok) return ask(needs, ctx, { ...page, errors: form.errors }, 400)
  const { token, code, password, name, mode } = form.value
  const ip = requestState(ctx).clientIp
  const activated = mode
    ? await activateWithNewPassword(needs.services, { token, code, newPassword: password, name, ip })
    : await activateElsewhere(needs.services, { token, code, password, ip })
  if (activated.ok || activated.reason === 'used') return done(needs, ctx)
  const errors = errorsOf(needs, activated)
  if (!errors) return expired(needs, ctx)
  ask(needs, ctx, { ...page, errors }, 400)
}

function errorsOf(
  needs: Needs,
  refused: Exclude<Activated, { ok: true }>,
): Record<string, string> | undefined {
  if (refused.reason === 'wrong_code') return { code: 'This is not the code from the mail.' }
  if (refused.reason === 'wrong_password')
    return { password: 'This is not the password chosen at registration.' }
  if (refused.reason === 'name_refused') return { name: NAME_PROBLEM_TEXT }
  if (refused.reason === 'password_refused')
    return { password: passwordProblemText(refused.problem, needs.services.config) }
  return undefined
}

type Question = {
  token: string
  mode: boolean
  values?: Record<string, string>
  errors?: Record<string, string>
}

function ask(
  needs: Needs,
  ctx: AnyContext,
  { token, mode, values = {}, errors = {} }: Question,
  status = 200,
): void {
  const other = new URLSearchParams({ token, ...(mode ? {} : { mode: 'new-password' }) })
  needs.render(
    ctx,
    'activate',
    {
      title: 'Activate your account',
      action: '/activate',
      token,
      values,
      errors,
      newPasswordMode: mode,
      switchModeHref: `/activate?${other}`,
      minLength: needs.services.config.accounts.passwordMinLength,
    },
    status,
  )
}

function done(needs: Needs, ctx: AnyContext, sealedPath: string | null = null): void {
  const continueHref = needs.returnPath.open(sealedPath) ?? '/sign-in'
  needs.render(ctx, 'activated', { title: 'Account activated', continueHref })
}

function expired(needs: Needs, ctx: AnyContext): void {
  const locals = { title: 'Link expired', purpose: 'activation', resendHref: '/register' }
  needs.render(ctx, 'link-expired', locals, 410)
}

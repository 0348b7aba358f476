/** Sign-up: one form, and the same page after it for every address. */
import { Router } from '@koa/router'
import { z } from 'zod'
import { emailProblemText } from '../../platform/email.ts'
import { passwordProblemText } from '../../passwords/password-policy.ts'
import { LONGEST_NAME, NAME_PROBLEM_TEXT } from '../../accounts/profile.ts'
import { register, resendActivation } from '../../accounts/journeys/sign-up.ts'
import type { RegistrationProblem } from '../../accounts/journeys/sign-up.ts'
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

// `register` checks the values, and reports every field at once.
const schema = z.object({
  name: z.string().max(LONGEST_NAME, NAME_PROBLEM_TEXT).trim().default(''),
  email: z.string().max(1000, emailProblemText.too_long).trim().default(''),
  password: z.string().default(''),
})

const resendSchema = z.object({ email: z.string().max(320).trim().min(1) })

export function registrationRoutes(needs: Needs): Router {
  const router = new Router()
  router.get('/register', (ctx) => show(needs, ctx, hinted(ctx.query['email'])))
  router.post('/register', (ctx) => submit(needs, ctx))
  router.post('/register/resend', (ctx) => resend(needs, ctx))
  return router
}

type Form = { values?: Record<string, string>; errors?: Record<string, string> }

function show(needs: Needs, ctx: AnyContext, form: Form = {}, status = 200): void {
  const { passwordMinLength: minLength } = needs.services.config.accounts
  const locals = {
    action: `/register${needs.returnPath.query(ctx)}`,
    signInHref: needs.returnPath.path(ctx) ?? '/sign-in',
    minLength,
    values: {},
    errors: {},
    ...form,
  }
  needs.render(ctx, 'register', { title: 'Create an account', ...locals }, status)
}

/** The address that the app suggested. */
function hinted(email: unknown): Form {
  return typeof email === 'string' ? { values: { email } } : {}
}

async function submit(needs: Needs, ctx: AnyContext): Promise<void> {
  const form = validateForm(schema, formOf(ctx))
  if (!form.ok) return show(needs, ctx, form, 400)
  const ip = requestState(ctx).clientIp ?? ''
  const registered = await register(needs.services, {
    ...form.value,
    browser: needs.browserSecret.ensure(ctx),
    wayBack: needs.returnPath.seal(ctx),
    ip,
  })
  if (!registered.ok)
    return show(needs, ctx, { values: form.values, errors: errorsOf(needs, registered.problems) }, 400)
  sent(needs, ctx, form.value.email)
}

function errorsOf(needs: Needs, problems: RegistrationProblem[]): Record<string, string> {
  return Object.fromEntries(
    problems.map((found) => {
      if (found.reason === 'email_invalid') return ['email', emailProblemText[found.problem]]
      if (found.reason === 'password_refused')
        return ['password', passwordProblemText(found.problem, needs.services.config)]
      // This page asks for no user name.
      return found.reason === 'username_taken'
        ? ['', 'The user name is taken.']
        : [found.field, NAME_PROBLEM_TEXT]
    }),
  )
}

async function resend(needs: Needs, ctx: AnyContext): Promise<void> {
  const form = validateForm(resendSchema, formOf(ctx))
  if (!form.ok) return show(needs, ctx, {}, 400)
  await resendActivation(needs.services, { email: form.value.email, ip: requestState(ctx).clientIp ?? '' })
  sent(needs, ctx, form.value.email, 'Another mail is on its way, if this address waits for one.')
}

function sent(needs: Needs, ctx: AnyContext, email: string, notice?: string): void {
  const resendAction = `/register/resend${needs.returnPath.query(ctx)}`
  const continueHref = needs.returnPath.path(ctx)
  const locals = { email, resendAction, continueHref, mailbox: needs.mailbox, notice }
  needs.render(ctx, 'register-sent', { title: 'Look in your mail', ...locals })
}

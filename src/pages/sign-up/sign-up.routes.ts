/** Sign-up: one form, and the same page after it for every address. */
import { Router } from '@koa/router'
import { z } from 'zod'
import { emailProblemText } from '../../platform/email.ts'
import { passwordProblemText } from '../../passwords/password-policy.ts'
import { LONGEST_NAME, NAME_PROBLEM_TEXT } from '../../accounts/profile.ts'
import { register, resendActivation } from '../../accounts/journeys/sign-up.ts'
import type { RegistrationProblem } from '../../accounts/journeys/sign-up.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import type { LinkPages } from '../../interaction/link-pages.ts'

// `register` checks the values, and reports every field at once.
const schema = z.object({
  name: z.string().max(LONGEST_NAME, NAME_PROBLEM_TEXT).trim().default(''),
  email: z.string().max(1000, emailProblemText.too_long).trim().default(''),
  password: z.string().default(''),
})

const resendSchema = z.object({ email: z.string().max(320).trim().min(1) })

export function registrationRoutes(pages: LinkPages): Router {
  const router = new Router()
  router.get('/register', (ctx) => show(pages, ctx, hinted(ctx.query['email'])))
  router.post('/register', (ctx) => submit(pages, ctx))
  router.post('/register/resend', (ctx) => resend(pages, ctx))
  return router
}

type Form = { values?: Record<string, string>; errors?: Record<string, string> }

function show(pages: LinkPages, ctx: AnyContext, form: Form = {}, status = 200): void {
  const { passwordMinLength: minLength } = pages.config.accounts
  const locals = {
    action: `/register${pages.returnPath.query(ctx)}`,
    signInHref: pages.returnPath.path(ctx) ?? '/sign-in',
    minLength,
    values: {},
    errors: {},
    ...form,
  }
  pages.render(ctx, 'register', { title: 'Create an account', ...locals }, status)
}

/** The address that the app suggested. */
function hinted(email: unknown): Form {
  return typeof email === 'string' ? { values: { email } } : {}
}

async function submit(pages: LinkPages, ctx: AnyContext): Promise<void> {
  const form = validateForm(schema, formOf(ctx))
  if (!form.ok) return show(pages, ctx, form, 400)
  const ip = requestState(ctx).clientIp ?? ''
  const registered = await register(pages, {
    ...form.value,
    browser: pages.browserSecret.ensure(ctx),
    wayBack: pages.returnPath.seal(ctx),
    ip,
  })
  if (!registered.ok)
    return show(pages, ctx, { values: form.values, errors: errorsOf(pages, registered.problems) }, 400)
  await sent(pages, ctx, form.value.email)
}

function errorsOf(pages: LinkPages, problems: RegistrationProblem[]): Record<string, string> {
  return Object.fromEntries(
    problems.map((found) => {
      if (found.reason === 'email_invalid') return ['email', emailProblemText[found.problem]]
      if (found.reason === 'password_refused')
        return ['password', passwordProblemText(found.problem, pages.config)]
      // This page asks for no user name.
      return found.reason === 'username_taken'
        ? ['', 'The user name is taken.']
        : [found.field, NAME_PROBLEM_TEXT]
    }),
  )
}

async function resend(pages: LinkPages, ctx: AnyContext): Promise<void> {
  const form = validateForm(resendSchema, formOf(ctx))
  if (!form.ok) return show(pages, ctx, {}, 400)
  await resendActivation(pages, { email: form.value.email, ip: requestState(ctx).clientIp ?? '' })
  await sent(pages, ctx, form.value.email, 'Another mail is on its way, if this address waits for one.')
}

async function sent(pages: LinkPages, ctx: AnyContext, email: string, notice?: string): Promise<void> {
  const resendAction = `/register/resend${pages.returnPath.query(ctx)}`
  const continueHref = pages.returnPath.path(ctx)
  const mailsAreLate = await pages.mailsAreLate()
  const locals = { email, resendAction, continueHref, notice, mailsAreLate }
  pages.render(ctx, 'register-sent', { title: 'Look in your mail', ...locals })
}

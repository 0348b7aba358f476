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
import type { FormErrors } from '../../http/request/validate.ts'
import type { LinkPages } from '../../interaction/link-pages.ts'
import type { Said } from '../../interaction/next-page.ts'
import { redirect } from '../../interaction/page.ts'

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
  router.get('/register/sent', (ctx) => showSent(pages, ctx))
  router.get('/register/resend', (ctx) => redirect(ctx, sentHref(pages, ctx)))
  router.post('/register/resend', (ctx) => resend(pages, ctx))
  return router
}

function show(pages: LinkPages, ctx: AnyContext, form: Pick<Said, 'values'>): void {
  const { passwordMinLength: minLength } = pages.config.accounts
  const locals = {
    action: formHref(pages, ctx),
    signInHref: pages.returnPath.path(ctx) ?? '/sign-in',
    minLength,
    values: {},
    errors: {},
    ...form,
    ...pages.nextPage.take(ctx),
  }
  pages.render(ctx, 'register', locals)
}

/** The address that the app suggested. */
function hinted(email: unknown): Pick<Said, 'values'> {
  return typeof email === 'string' ? { values: { email } } : {}
}

async function submit(pages: LinkPages, ctx: AnyContext): Promise<void> {
  const form = validateForm(schema, formOf(ctx))
  const { values } = form
  const refuse = (errors: FormErrors) => pages.nextPage.lead(ctx, formHref(pages, ctx), { values, errors })
  if (!form.ok) return refuse(form.errors)
  const ip = requestState(ctx).clientIp ?? ''
  const registered = await register(pages, {
    ...form.value,
    browser: pages.browserSecret.ensure(ctx),
    wayBack: pages.returnPath.seal(ctx),
    ip,
  })
  if (!registered.ok) return refuse(errorsOf(pages, registered.problems))
  const { email } = form.value
  pages.nextPage.lead(ctx, sentHref(pages, ctx), { about: { email } })
}

function errorsOf(pages: LinkPages, problems: RegistrationProblem[]): Record<string, string> {
  return Object.fromEntries(
    problems.map((found) => {
      if (found.reason === 'email_invalid') return ['email', emailProblemText[found.problem]]
      if (found.reason === 'password_refused')
        return ['password', passwordProblemText(found.problem, pages.config)]
      // This page asks for no user name.
      return found.reason === 'username_taken'
        ? ['', 'sign-up-username-taken']
        : [found.field, NAME_PROBLEM_TEXT]
    }),
  )
}

async function resend(pages: LinkPages, ctx: AnyContext): Promise<void> {
  const form = validateForm(resendSchema, formOf(ctx))
  if (!form.ok) return redirect(ctx, formHref(pages, ctx))
  const { email } = form.value
  await resendActivation(pages, { email, ip: requestState(ctx).clientIp ?? '' })
  const notice = 'sign-up-sent-again'
  pages.nextPage.lead(ctx, sentHref(pages, ctx), { about: { email }, notice })
}

/** Without the address that was typed here, the form is all there is to show. */
async function showSent(pages: LinkPages, ctx: AnyContext): Promise<void> {
  const { about, notice } = pages.nextPage.take(ctx)
  if (!about) return redirect(ctx, formHref(pages, ctx))
  const resendAction = `/register/resend${pages.returnPath.query(ctx)}`
  const continueHref = pages.returnPath.path(ctx)
  const mailsAreLate = await pages.mailsAreLate()
  const locals = { email: about['email'], resendAction, continueHref, notice, mailsAreLate }
  pages.render(ctx, 'register-sent', locals)
}

function formHref(pages: LinkPages, ctx: AnyContext): string {
  return `/register${pages.returnPath.query(ctx)}`
}

function sentHref(pages: LinkPages, ctx: AnyContext): string {
  return `/register/sent${pages.returnPath.query(ctx)}`
}

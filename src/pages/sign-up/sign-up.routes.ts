/** Sign-up: one form, and the same page after it for every address. */
import { Router } from '@koa/router'
import { z } from 'zod'
import { emailProblemMessage } from '../../platform/email.ts'
import { LONGEST_NAME, NAME_PROBLEM_MESSAGE } from '../../accounts/profile.ts'
import { registerHere } from '../../accounts/journeys/sign-up.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import type { FormErrors } from '../../http/request/validate.ts'
import { CHALLENGE_NEEDED, orChallenge } from '../../interaction/challenge.ts'
import { redirect } from '../../interaction/page.ts'
import { formHref, problemTexts, sentHref } from './sign-up-pages.ts'
import type { SignUpPages } from './sign-up-pages.ts'

// `registerHere` checks the values, and reports every field at once.
const schema = z.object({
  name: z.string().max(LONGEST_NAME, NAME_PROBLEM_MESSAGE).trim().default(''),
  email: z.string().max(1000, emailProblemMessage.too_long).trim().default(''),
  password: z.string().default(''),
})

export function registrationRoutes(pages: SignUpPages): Router {
  const router = new Router()
  router.get('/register', (ctx) => show(pages, ctx))
  router.post('/register', (ctx) => submit(pages, ctx))
  return router
}

async function show(pages: SignUpPages, ctx: AnyContext): Promise<void> {
  const { passwordMinLength: minLength } = pages.config.accounts
  const said = pages.nextPage.take(ctx)
  const locals = {
    action: formHref(pages, ctx),
    client: await pages.appOf(ctx),
    signInHref: pages.returnPath.path(ctx) ?? '/sign-in',
    minLength,
    values: { email: hinted(ctx.query['email']) ?? pages.typedAddress.read(ctx) },
    errors: {},
    ...said,
    ...(await pages.challenges.forPage(ctx, 'register', pages.returnPath.query(ctx), said)),
  }
  pages.render(ctx, 'register', { ...locals })
}

/** The address that the app suggested. */
function hinted(email: unknown): string | undefined {
  return typeof email === 'string' ? email : undefined
}

async function submit(pages: SignUpPages, ctx: AnyContext): Promise<void> {
  const form = validateForm(schema, formOf(ctx))
  const { values } = form
  const refuse = (errors: FormErrors) => pages.nextPage.lead(ctx, formHref(pages, ctx), { values, errors })
  if (!form.ok) return refuse(form.errors)
  const { email } = form.value
  pages.typedAddress.write(ctx, email)
  const given = {
    ...form.value,
    locale: pages.render.texts(ctx).language,
    browser: pages.browserSecret.ensure(ctx),
    wayBack: pages.returnPath.seal(ctx),
    ip: requestState(ctx).clientIp ?? '',
    proof: pages.challenges.proofOf(ctx),
  }
  const registered = await orChallenge(registerHere(pages, given))
  if (registered === 'challenge') return refuse({ '': CHALLENGE_NEEDED })
  if (!registered.ok) return refuse(problemTexts(pages, registered.problems))
  const id = pages.waiting.write(ctx, registered.kept)
  redirect(ctx, sentHref(pages, ctx, id))
}

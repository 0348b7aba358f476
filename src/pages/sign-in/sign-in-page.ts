/** The sign-in page with e-mail and password, for an app or for the person's own account page. */
import { z } from 'zod'
import { accountPath } from '../../accounts/account-pages.ts'
import { signIn } from '../../accounts/journeys/sign-in.ts'
import type { SignedIn } from '../../accounts/journeys/sign-in.ts'
import { Overload } from '../../platform/errors.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import { PASSWORD_AMR, readSession } from '../../provider/sessions/browser-session.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { expectedEmail, isOtherWanted } from './expected-person.ts'
import { parameter, shownClient } from '../../interaction/open-interaction.ts'
import type { Interaction } from '../../interaction/open-interaction.ts'
import { redirect, resume, returnQuery } from '../../interaction/page.ts'
import type { Page, StepPages } from '../../interaction/page.ts'
import { beginSession, leaveSession } from './session-changes.ts'
import type { SignInServices } from './browser-memory.ts'

type Account = Extract<SignedIn, { ok: true }>['account']

const schema = z.object({
  email: z
    .string()
    .max(320, 'This is too long for an e-mail address or user name.')
    .trim()
    .min(1, 'Enter your e-mail address or user name.'),
  password: z.string().min(1, 'Enter your password.'),
})

const OTHER_ACCOUNT =
  'The app expects another account than the one that just signed in. Use that one, or go back to the app.'

// One text for a wrong password, an unknown address and a disabled account.
const REFUSED =
  'This name and password do not match. After too many attempts, signing in pauses for a few minutes.'

/** The sign-in step of an interaction. */
export function signInPages(services: SignInServices): StepPages {
  return {
    show: (page) => showStep(services, page),
    submit: (page) => submitStep(services, page),
    whenLost: (ctx) => signInAnyway(services, ctx),
  }
}

async function showStep(services: SignInServices, page: Page, form: FormState = {}): Promise<void> {
  const { ctx, interaction, uid, query } = page
  const client = await shownClient(services.oidc.current(), parameter(interaction, 'client_id'))
  const action = `/interaction/${uid}/sign-in${query}`
  render(services, ctx, {
    values: { email: await expectedEmail(services, page) },
    errors: needsOther(interaction) ? { '': OTHER_ACCOUNT } : {},
    action,
    client,
    cancelAction: `/interaction/${uid}/cancel`,
    registerHref: `/register${returnQuery(uid, query)}`,
    forgotHref: `/forgot${returnQuery(uid, query)}`,
    ...form,
  })
}

/** The person who signed in for this request is not the one that the app expects. */
function needsOther({ prompt, lastSubmission }: Interaction): boolean {
  return lastSubmission?.['login'] !== undefined && isOtherWanted(prompt.reasons)
}

async function submitStep(services: SignInServices, page: Page): Promise<void> {
  const { ctx } = page
  const attempt = await attemptSignIn(services, ctx)
  if (!attempt.account) return showStep(services, page, attempt.form)
  await makeRoom(services, page, attempt.account)
  // The time of the sign-in is part of the result, because later steps repeat the result.
  const ts = Math.floor(services.clock() / SECOND_MS)
  const login = { accountId: attempt.account.id, amr: PASSWORD_AMR, remember: true, ts }
  // A sign-in also answers these two prompts.
  const { name } = page.interaction.prompt
  const answered = name === 'create' || name === 'select_account' ? { [name]: {} } : {}
  await resume(services.oidc, page, { login, ...answered })
  recognise(services, ctx, attempt.account)
}

/** A browser that is signed in as somebody else is signed out first. */
async function makeRoom(
  services: SignInServices,
  { ctx, interaction }: Page,
  account: Account,
): Promise<void> {
  const session = await readSession(services.oidc.current(), ctx)
  if (!session.accountId || session.accountId === account.id) return
  await forget(interaction)
  await leaveSession(services, ctx)
}

async function forget(interaction: Interaction): Promise<void> {
  interaction.session = undefined
  await interaction.persist()
}

/** The sign-in page for the person's own account. */
export type SignInPage = {
  show: (ctx: AnyContext) => Promise<void>
  submit: (ctx: AnyContext) => Promise<void>
}

// The query names the next page, from a closed list.
function actionOf(ctx: AnyContext): string {
  return `/sign-in${ctx.search}`
}

export function signInPage(services: SignInServices): SignInPage {
  return {
    async show(ctx) {
      const again = ctx.query['again'] !== undefined
      if (!again && (await services.findMember(ctx))) return redirect(ctx, accountPath(ctx.query['next']))
      render(services, ctx, { action: actionOf(ctx) })
    },
    async submit(ctx) {
      const attempt = await attemptSignIn(services, ctx)
      if (!attempt.account) return render(services, ctx, { action: actionOf(ctx), ...attempt.form })
      await beginSession(services, ctx, attempt.account)
      recognise(services, ctx, attempt.account)
      redirect(ctx, accountPath(ctx.query['next']))
    },
  }
}

/**
 * On a page without its interaction, the person is signed in all the same. The app's request then passes when it
 * restarts.
 */
async function signInAnyway(services: SignInServices, ctx: AnyContext): Promise<void> {
  const { account } = await attemptSignIn(services, ctx)
  if (!account) return
  await beginSession(services, ctx, account)
  recognise(services, ctx, account)
}

function recognise(services: SignInServices, ctx: AnyContext, account: Account): void {
  services.deviceCookie.write(ctx, account)
  services.remembered.remember(ctx, account)
}

type FormState = { values?: Record<string, string>; errors?: Record<string, string>; status?: number }
type Attempt = { account: Account; form?: undefined } | { account?: undefined; form: FormState }

async function attemptSignIn(services: SignInServices, ctx: AnyContext): Promise<Attempt> {
  const form = validateForm(schema, formOf(ctx))
  if (!form.ok) return { form: { values: form.values, errors: form.errors, status: 400 } }
  const result = await signIn(services, {
    ...form.value,
    ip: requestState(ctx).clientIp ?? '',
    deviceCookie: services.deviceCookie.read(ctx),
  })
  if (result.ok) return { account: result.account }
  // Known and unknown addresses are blocked alike, and get the same bytes.
  if (result.reason === 'blocked') throw new Overload('too_many_attempts', result.retryAfterSeconds)
  return { form: { values: form.values, errors: { '': REFUSED }, status: 400 } }
}

function render(
  services: SignInServices,
  ctx: AnyContext,
  { status, ...locals }: FormState & Record<string, unknown>,
): void {
  const links = { registerHref: '/register', forgotHref: '/forgot' }
  services.render(
    ctx,
    'sign-in',
    { title: 'Sign in', values: {}, errors: {}, ...links, ...locals },
    status ?? 200,
  )
}

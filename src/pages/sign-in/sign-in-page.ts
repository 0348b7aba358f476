/** The sign-in page with e-mail and password, for an app or for the person's own account page. */
import { z } from 'zod'
import { accountPath } from '../../accounts/account-pages.ts'
import type { Account as StoredAccount } from '../../accounts/account.ts'
import type { SignedIn } from '../../accounts/journeys/sign-in.ts'
import { Overload } from '../../platform/errors.ts'
import type { Render } from '../../http/render.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import { PASSWORD_AMR, readSession } from '../../provider/sessions/browser-session.ts'
import type { Oidc } from '../../provider/contract/current-provider.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import type { Clock } from '../../platform/clock.ts'
import { expectedEmail, isOtherWanted } from './expected-person.ts'
import { parameter, shownClient } from '../../interaction/open-interaction.ts'
import type { Interaction } from '../../interaction/open-interaction.ts'
import { redirect, resume, returnQuery } from '../../interaction/page.ts'
import type { Page, StepPages } from '../../interaction/page.ts'
import type { RememberedAccounts } from './remembered-accounts.ts'

type Account = Extract<SignedIn, { ok: true }>['account']
type Fields = { email: string; password: string; ip: string; deviceCookie: string | undefined }

export type SignInNeeds = {
  clock: Clock
  oidc: Oidc
  render: Render
  signIn: (fields: Fields) => Promise<SignedIn>
  /** Signs the browser in without an app, and records the session. */
  startSession: (ctx: AnyContext, account: Account) => Promise<void>
  isSignedIn: (ctx: AnyContext) => Promise<boolean>
  findAccount: (id: string) => Promise<StoredAccount | undefined>
  remembered: RememberedAccounts
  /** Ends the grants of a browser session that another account replaces. */
  leaveSession: (ctx: AnyContext) => Promise<void>
  deviceCookie: {
    read: (ctx: AnyContext) => string | undefined
    write: (ctx: AnyContext, account: Account) => void
  }
}

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
export function signInPages(needs: SignInNeeds): StepPages {
  return {
    show: (page) => showStep(needs, page),
    submit: (page) => submitStep(needs, page),
    whenLost: (ctx) => signInAnyway(needs, ctx),
  }
}

async function showStep(needs: SignInNeeds, page: Page, form: FormState = {}): Promise<void> {
  const { ctx, interaction, uid, query } = page
  const client = await shownClient(needs.oidc.current(), parameter(interaction, 'client_id'))
  const action = `/interaction/${uid}/sign-in${query}`
  render(needs, ctx, {
    values: { email: await expectedEmail(needs, page) },
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

async function submitStep(needs: SignInNeeds, page: Page): Promise<void> {
  const { ctx } = page
  const attempt = await attemptSignIn(needs, ctx)
  if (!attempt.account) return showStep(needs, page, attempt.form)
  await makeRoom(needs, page, attempt.account)
  // The time of the sign-in is part of the result, because later steps repeat the result.
  const ts = Math.floor(needs.clock() / SECOND_MS)
  const login = { accountId: attempt.account.id, amr: PASSWORD_AMR, remember: true, ts }
  // A sign-in also answers these two prompts.
  const { name } = page.interaction.prompt
  const answered = name === 'create' || name === 'select_account' ? { [name]: {} } : {}
  await resume(needs.oidc, page, { login, ...answered })
  recognise(needs, ctx, attempt.account)
}

/** A browser that is signed in as somebody else is signed out first. */
async function makeRoom(needs: SignInNeeds, { ctx, interaction }: Page, account: Account): Promise<void> {
  const session = await readSession(needs.oidc.current(), ctx)
  if (!session.accountId || session.accountId === account.id) return
  await forget(interaction)
  await needs.leaveSession(ctx)
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

export function signInPage(needs: SignInNeeds): SignInPage {
  return {
    async show(ctx) {
      const again = ctx.query['again'] !== undefined
      if (!again && (await needs.isSignedIn(ctx))) return redirect(ctx, accountPath(ctx.query['next']))
      render(needs, ctx, { action: actionOf(ctx) })
    },
    async submit(ctx) {
      const attempt = await attemptSignIn(needs, ctx)
      if (!attempt.account) return render(needs, ctx, { action: actionOf(ctx), ...attempt.form })
      await needs.startSession(ctx, attempt.account)
      recognise(needs, ctx, attempt.account)
      redirect(ctx, accountPath(ctx.query['next']))
    },
  }
}

/**
 * On a page without its interaction, the person is signed in all the same. The app's request then passes when it
 * restarts.
 */
async function signInAnyway(needs: SignInNeeds, ctx: AnyContext): Promise<void> {
  const { account } = await attemptSignIn(needs, ctx)
  if (!account) return
  await needs.startSession(ctx, account)
  recognise(needs, ctx, account)
}

function recognise(needs: SignInNeeds, ctx: AnyContext, account: Account): void {
  needs.deviceCookie.write(ctx, account)
  needs.remembered.remember(ctx, account)
}

type FormState = { values?: Record<string, string>; errors?: Record<string, string>; status?: number }
type Attempt = { account: Account; form?: undefined } | { account?: undefined; form: FormState }

async function attemptSignIn(needs: SignInNeeds, ctx: AnyContext): Promise<Attempt> {
  const form = validateForm(schema, formOf(ctx))
  if (!form.ok) return { form: { values: form.values, errors: form.errors, status: 400 } }
  const result = await needs.signIn({
    ...form.value,
    ip: requestState(ctx).clientIp ?? '',
    deviceCookie: needs.deviceCookie.read(ctx),
  })
  if (result.ok) return { account: result.account }
  // Known and unknown addresses are blocked alike, and get the same bytes.
  if (result.reason === 'blocked') throw new Overload('too_many_attempts', result.retryAfterSeconds)
  return { form: { values: form.values, errors: { '': REFUSED }, status: 400 } }
}

function render(
  needs: SignInNeeds,
  ctx: AnyContext,
  { status, ...locals }: FormState & Record<string, unknown>,
): void {
  const links = { registerHref: '/register', forgotHref: '/forgot' }
  needs.render(
    ctx,
    'sign-in',
    { title: 'Sign in', values: {}, errors: {}, ...links, ...locals },
    status ?? 200,
  )
}

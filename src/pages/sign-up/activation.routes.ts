/**
 * The page behind the link of an activation mail. It acts at once in the browser that registered. In another browser it
 * asks for the code and the password.
 */
import { Router } from '@koa/router'
import { z } from 'zod'
import {
  activate,
  activateElsewhere,
  activateWithNewPassword,
  activateWithPasskey,
} from '../../accounts/journeys/activation.ts'
import { enterByLink, goesOnElsewhere } from '../../accounts/journeys/activation-here.ts'
import { takesStrangers } from '../../accounts/registrations/registration-mode.ts'
import { isWaiting } from '../../accounts/registrations/approvals.ts'
import { previewToken } from '../../accounts/one-time-token.ts'
import { requestOptions } from '../../passkeys/options.ts'
import { browserOf, passkeyPartOf } from '../../passkeys/passkey-form.ts'
import type { PasskeyPart } from '../../passkeys/passkey-form.ts'
import type { NewPasskey } from '../../accounts/passkeys/passkey.ts'
import { proofPlace, signedByRegistered } from '../../passkeys/registering.ts'
import { passwordProblemMessage } from '../../passwords/password-policy.ts'
import { LONGEST_NAME, NAME_PROBLEM_MESSAGE } from '../../accounts/profile.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import type { FormErrors } from '../../http/request/validate.ts'
import { keptCode } from '../../interaction/next-page.ts'
import { redirect } from '../../interaction/page.ts'
import { originOf } from '../../interaction/signed-in-browser.ts'
import { goOn, showReady } from './sign-up-pages.ts'
import type { SignUpPages } from './sign-up-pages.ts'

const schema = z.object({
  token: z.string().max(200),
  code: z.string().max(100, 'page-mail-code-wrong').trim().min(1, 'page-mail-code-missing'),
  password: z.string().min(1, 'activation-password-missing'),
  name: z.string().max(LONGEST_NAME, NAME_PROBLEM_MESSAGE).optional(),
  mode: z.literal('new-password').optional(),
})
/** The passkey that registered takes the place of the password. */
const passkeySchema = schema.pick({ token: true, code: true })

export function activationRoutes(pages: SignUpPages): Router {
  const router = new Router()
  router.get('/activate', (ctx) => open(pages, ctx))
  router.post('/activate', (ctx) => submit(pages, ctx))
  return router
}

/** Opening the link changes something only in the browser that requested it, because mail scanners lack its cookie. */
async function open(pages: SignUpPages, ctx: AnyContext): Promise<void> {
  const { token = '', mode } = ctx.query
  if (typeof token !== 'string') return expired(pages, ctx)
  const browser = pages.browserSecret.read(ctx)
  const preview = await previewToken(pages.db, { token, purpose: 'activation', browser }, pages.clock())
  if (preview.state === 'used') return done(pages, ctx, { token, ...preview })
  if (preview.state !== 'live') return expired(pages, ctx)
  if (!preview.actsHere || ctx.method === 'HEAD') {
    const client = await pages.appElsewhere(ctx, preview.askedFrom)
    const { hasPasskey } = preview
    return ask(pages, ctx, { token, hasPasskey, client, mode: mode === 'new-password' })
  }
  const ip = requestState(ctx).clientIp ?? ''
  const activated = await activate(pages, { token, browser, ip, signsIn: true })
  if (activated.ok) return enter(pages, ctx, activated, preview.wayBack)
  if (activated.reason === 'used') return done(pages, ctx, { token, ...preview })
  expired(pages, ctx)
}

/** The password was typed in this browser, or the passkey made, so it is signed in, and goes on where it came from. */
async function enter(
  pages: SignUpPages,
  ctx: AnyContext,
  activated: { accountId: string; passkey?: NewPasskey | undefined },
  wayBack: string | null,
): Promise<void> {
  const { returnPath } = pages
  const way = { page: returnPath.open(wayBack, ''), signIn: returnPath.open(wayBack) }
  const from = originOf(ctx, returnPath.clientIdOf(way.page))
  const entered = await enterByLink(pages, activated, { ip: requestState(ctx).clientIp ?? '', from })
  await goOn(pages, ctx, entered, way)
}

async function submit(pages: SignUpPages, ctx: AnyContext): Promise<void> {
  const fields = formOf(ctx)
  const response = passkeyPartOf(ctx)
  const form = response === undefined ? validateForm(schema, fields) : validateForm(passkeySchema, fields)
  const { token: sent = '', mode: sentMode } = fields
  const link = new URLSearchParams({ token: sent, ...(sentMode === undefined ? {} : { mode: sentMode }) })
  const refuse = (errors: FormErrors) =>
    pages.nextPage.lead(ctx, `/activate?${link}`, {
      values: { ...form.values, ...keptCode(ctx, errors) },
      errors,
    })
  if (!form.ok) return refuse(form.errors)
  const activated = await attempt(pages, ctx, form.value, response)
  // The page of a used link says that the account is active.
  if (activated.ok || activated.reason === 'used') return redirect(ctx, `/activate?${link}`)
  const errors = errorsOf(pages, activated)
  if (errors) return refuse(errors)
  // Without a link, the page says that it works no longer.
  redirect(ctx, '/activate')
}

type Sent = z.infer<typeof passkeySchema> & Partial<z.infer<typeof schema>>

async function attempt(
  pages: SignUpPages,
  ctx: AnyContext,
  { token, code, password = '', name, mode }: Sent,
  response: string | undefined,
): Promise<Attempted> {
  const ip = requestState(ctx).clientIp
  if (response !== undefined)
    return activateWithPasskey(pages, {
      token,
      code,
      signed: (passkey) => signedByRegistered(pages, { response, browser: browserOf(ctx), token, passkey }),
      ip,
    })
  return mode
    ? activateWithNewPassword(pages, { token, code, newPassword: password, name, ip })
    : activateElsewhere(pages, { token, code, password, ip })
}

type Attempted = Awaited<ReturnType<typeof activateWithPasskey>>

function errorsOf(pages: SignUpPages, refused: Exclude<Attempted, { ok: true }>): FormErrors | undefined {
  if (refused.reason === 'wrong_passkey') return { '': 'activation-passkey-wrong' }
  if (refused.reason === 'wrong_code') return { code: 'page-mail-code-wrong' }
  if (refused.reason === 'wrong_password') return { password: 'activation-password-wrong' }
  if (refused.reason === 'name_refused') return { name: NAME_PROBLEM_MESSAGE }
  if (refused.reason === 'password_refused')
    return { password: passwordProblemMessage(refused.problem, pages.config) }
  return undefined
}

type Question = {
  token: string
  mode: boolean
  hasPasskey: boolean
  client: Awaited<ReturnType<SignUpPages['appElsewhere']>>
}

function ask(pages: SignUpPages, ctx: AnyContext, { token, mode, hasPasskey, client }: Question): void {
  const other = new URLSearchParams({ token, ...(mode ? {} : { mode: 'new-password' }) })
  pages.render(ctx, 'activate', {
    action: '/activate',
    token,
    values: {},
    errors: {},
    newPasswordMode: mode,
    client,
    hasPasskey,
    passkey: hasPasskey && !mode ? passkeyOf(pages, ctx, token) : undefined,
    switchModeHref: `/activate?${other}`,
    minLength: pages.config.accounts.passwordMinLength,
    ...pages.nextPage.take(ctx),
  })
}

/** Any passkey may answer: which one registered is nobody's business before the code. */
function passkeyOf(pages: SignUpPages, ctx: AnyContext, token: string): PasskeyPart | undefined {
  const options = requestOptions(pages, proofPlace(browserOf(ctx), token))
  return options && { kind: 'get', options: JSON.stringify(options), label: 'activation-passkey-button' }
}

type Used = { token: string; accountId: string; wayBack: string | null; askedFrom: string | null }

/**
 * Of a link that was used before. In the browser that registered, a signed-in person goes on at once, and anybody else by the
 * sign-in page. Another browser leads back to that one, where the way to the app is.
 */
async function done(pages: SignUpPages, ctx: AnyContext, { token, accountId, ...used }: Used): Promise<void> {
  if (await isWaiting(pages.db, accountId)) return redirect(ctx, '/register/waiting')
  const way = pages.returnPath.open(used.wayBack, '')
  if (way !== undefined) {
    await pages.wearBrand(ctx, pages.returnPath.clientIdOf(way))
    return showReady(pages, ctx, way, way)
  }
  const client = await pages.appElsewhere(ctx, used.askedFrom)
  const elsewhere = client && ((await goesOnElsewhere(pages, token)) ? 'waits' : 'sign-in')
  pages.render(ctx, 'activated', { continueHref: '/sign-in', client, elsewhere })
}

function expired(pages: SignUpPages, ctx: AnyContext): void {
  const locals = {
    purpose: 'activation',
    action: '/register/resend',
    signInHref: '/sign-in',
    // The account may be gone by now: one that nobody confirmed is deleted.
    registerHref: takesStrangers(pages.config) ? '/register' : undefined,
    values: { email: pages.typedAddress.read(ctx) },
    errors: {},
  }
  pages.render(ctx, 'link-expired', { ...locals }, 410)
}

/**
 * The page after a registration: for the code of the mail, for another mail, and for another address. It goes on by itself
 * when the link is opened on another device. It is the same for every address.
 */
import { Router } from '@koa/router'
import { z } from 'zod'
import { activateHere, isConfirmed } from '../../accounts/journeys/activation-here.ts'
import { registerAgain, resendActivation } from '../../accounts/journeys/sign-up.ts'
import { takesStrangers } from '../../accounts/registrations/registration-mode.ts'
import { readProfile } from '../../accounts/unproven-owner.ts'
import { detailsSignal } from '../../passkeys/signals.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import { redirect } from '../../interaction/page.ts'
import type { Message } from '../../words/message.ts'
import { formHref, goOn, goOnByItself, here, problemTexts, sentHref, wayOn } from './sign-up-pages.ts'
import type { SignUpPages } from './sign-up-pages.ts'
import type { WaitingRegistration } from './waiting-registrations.ts'

const codeSchema = z.object({
  code: z.string().trim().min(1, 'page-mail-code-missing').max(100, 'register-sent-code-wrong'),
})
const emailSchema = z.object({ email: z.string().trim().min(1, 'reset-email-missing').max(1000) })

const CODE_PROBLEMS = {
  wrong_code: 'register-sent-code-wrong',
  exhausted: 'register-sent-code-exhausted',
}

export function sentRoutes(pages: SignUpPages): Router {
  const router = new Router()
  router.get('/register/sent', (ctx) => show(pages, ctx))
  router.post('/register/sent', (ctx) => submitCode(pages, ctx))
  router.get('/register/confirmed', (ctx) => tell(pages, ctx))
  router.post('/register/resend', (ctx) => resend(pages, ctx))
  router.get('/register/resend', (ctx) => redirect(ctx, sentHref(pages, ctx, idOf(ctx))))
  router.get('/register/address', (ctx) => showAddress(pages, ctx))
  router.post('/register/address', (ctx) => correct(pages, ctx))
  return router
}

/** Without the address that was typed here, the form is all there is to show. */
async function show(pages: SignUpPages, ctx: AnyContext): Promise<void> {
  const said = pages.nextPage.take(ctx)
  const id = idOf(ctx)
  // After the mail for an address alone, an older registration is not what this page is about.
  const kept = id === undefined && said.about ? undefined : pages.waiting.read(ctx, id)
  const email = kept?.email ?? said.about?.['email']
  if (email === undefined) return redirect(ctx, formHref(pages, ctx))
  if (kept && ctx.method === 'GET' && (await isConfirmed(pages, here(pages, ctx, kept))))
    return goOnByItself(pages, ctx, kept)
  const { errors = {}, notice } = said
  const [client, wait] = await Promise.all([pages.appOf(ctx), pages.mailWait(ctx, said)])
  const signInHref = wayOn(pages, ctx).signIn ?? '/sign-in'
  const links = { ...(kept ? hrefsFor(pages, ctx, kept) : resendFor(pages, ctx)), signInHref }
  const passkeySignals = [kept?.passkey && detailsSignal(pages, personOf(kept), kept.passkey)]
  const locals = { email, errors, notice, client, ...wait, passkeySignals, ...links }
  pages.render(ctx, 'register-sent', locals)
}

/** The passkey was made under the address that was typed first. */
function personOf({ email, profile }: WaitingRegistration) {
  return { email, name: readProfile(profile)?.name ?? '' }
}

/** What the page of a registration offers. */
function hrefsFor(pages: SignUpPages, ctx: AnyContext, { id }: WaitingRegistration) {
  const sent = sentHref(pages, ctx, id)
  const { search } = new URL(sent, 'http://localhost')
  return {
    codeAction: sent,
    resendAction: `/register/resend${search}`,
    addressHref: `/register/address${search}`,
    confirmedHref: `/register/confirmed?${new URLSearchParams({ for: id })}`,
    checkHref: sent,
  }
}

function resendFor(pages: SignUpPages, ctx: AnyContext) {
  const query = pages.returnPath.query(ctx)
  // An account that nobody confirmed is deleted in time. Then no mail comes.
  const registerHref = takesStrangers(pages.config) ? `/register${query}` : undefined
  return { resendAction: `/register/resend${query}`, registerHref }
}

async function submitCode(pages: SignUpPages, ctx: AnyContext): Promise<void> {
  const kept = pages.waiting.read(ctx, idOf(ctx))
  if (!kept) return startOver(pages, ctx)
  const sent = sentHref(pages, ctx, kept.id)
  const form = validateForm(codeSchema, formOf(ctx))
  const refuse = (code: Message) => pages.nextPage.lead(ctx, sent, { errors: { code } })
  if (!form.ok) return refuse(form.errors['code'] ?? CODE_PROBLEMS.wrong_code)
  const activated = await activateHere(pages, { ...here(pages, ctx, kept), code: form.value.code })
  if (!activated.ok) return refuse(CODE_PROBLEMS[activated.reason])
  pages.waiting.remove(ctx, kept.id)
  if (!activated.account) pages.typedAddress.write(ctx, kept.email)
  await goOn(pages, ctx, activated, wayOn(pages, ctx))
}

/** For our script. Nothing here depends on what became of other addresses. */
async function tell(pages: SignUpPages, ctx: AnyContext): Promise<void> {
  const kept = pages.waiting.read(ctx, idOf(ctx))
  const confirmed = kept !== undefined && (await isConfirmed(pages, here(pages, ctx, kept)))
  ctx.type = 'json'
  ctx.body = JSON.stringify({ confirmed, late: (await pages.mailWait(ctx)).mailsAreLate })
}

/** Another mail. Without a registration in this browser, for an address alone: its link then asks for the password. */
async function resend(pages: SignUpPages, ctx: AnyContext): Promise<void> {
  const form = validateForm(emailSchema, formOf(ctx))
  const id = idOf(ctx)
  const kept =
    id === undefined ? pages.waiting.of(ctx, form.values['email'] ?? '') : pages.waiting.read(ctx, id)
  if (kept) return again(pages, ctx, kept, kept.email)
  if (!form.ok) return startOver(pages, ctx)
  const { email } = form.value
  pages.typedAddress.write(ctx, email)
  await resendActivation(pages, { email, ip: requestState(ctx).clientIp ?? '' })
  const notice = 'register-sent-sent-address'
  pages.nextPage.lead(ctx, sentHref(pages, ctx), { about: { email }, notice })
}

function showAddress(pages: SignUpPages, ctx: AnyContext): void {
  const kept = pages.waiting.read(ctx, idOf(ctx))
  if (!kept) return redirect(ctx, formHref(pages, ctx))
  pages.render(ctx, 'register-address', {
    action: addressHref(pages, ctx, kept.id),
    backHref: sentHref(pages, ctx, kept.id),
    values: { email: kept.email },
    errors: {},
    ...pages.nextPage.take(ctx),
  })
}

function addressHref(pages: SignUpPages, ctx: AnyContext, id: string): string {
  return sentHref(pages, ctx, id).replace('/register/sent', '/register/address')
}

async function correct(pages: SignUpPages, ctx: AnyContext): Promise<void> {
  const kept = pages.waiting.read(ctx, idOf(ctx))
  if (!kept) return startOver(pages, ctx)
  const form = validateForm(emailSchema, formOf(ctx))
  if (form.ok) return again(pages, ctx, kept, form.value.email)
  pages.nextPage.lead(ctx, addressHref(pages, ctx, kept.id), { values: form.values, errors: form.errors })
}

async function again(
  pages: SignUpPages,
  ctx: AnyContext,
  kept: WaitingRegistration,
  email: string,
): Promise<void> {
  const sent = sentHref(pages, ctx, kept.id)
  const registered = await registerAgain(pages, kept, {
    email,
    browser: pages.browserSecret.ensure(ctx),
    wayBack: pages.returnPath.seal(ctx),
    ip: requestState(ctx).clientIp ?? '',
  })
  if (!registered.ok) {
    const { password, ...errors } = problemTexts(pages, registered)
    const said = { values: { email }, errors: password ? { email: password } : errors }
    return pages.nextPage.lead(ctx, addressHref(pages, ctx, kept.id), said)
  }
  pages.waiting.write(ctx, registered.kept, kept.id)
  pages.typedAddress.write(ctx, email)
  pages.nextPage.lead(ctx, sent, 'page-sent-again')
}

/** The browser lost what was typed: no cookies, or two days later. */
function startOver(pages: SignUpPages, ctx: AnyContext): void {
  const errors = { '': 'register-sent-too-late' }
  const values = { email: formOf(ctx)['email'] ?? pages.typedAddress.read(ctx) }
  pages.nextPage.lead(ctx, formHref(pages, ctx), { values, errors })
}

function idOf(ctx: AnyContext): string | undefined {
  const { for: id } = ctx.query
  return typeof id === 'string' ? id : undefined
}

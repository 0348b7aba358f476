/** Sign-up: one form, and the same page after it for every address. */
import { Router } from '@koa/router'
import { z } from 'zod'
import { emailProblemMessage } from '../../platform/email.ts'
import { LONGEST_NAME, NAME_PROBLEM_MESSAGE } from '../../accounts/profile.ts'
import { areTermsDue, LONGEST_TERMS_VERSION } from '../../accounts/terms.ts'
import { registerHere } from '../../accounts/journeys/sign-up.ts'
import { formOf, requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { validateForm } from '../../http/request/validate.ts'
import type { FormErrors } from '../../http/request/validate.ts'
import { CHALLENGE_NEEDED, orChallenge } from '../../interaction/challenge.ts'
import { redirect } from '../../interaction/page.ts'
import { findAccountById } from '../../accounts/account.ts'
import { findInvitation } from '../../accounts/registrations/invitations.ts'
import { takesStrangers } from '../../accounts/registrations/registration-mode.ts'
import { readSession } from '../../provider/sessions/browser-session.ts'
import { upstreamButtons } from '../../upstreams/offered.ts'
import type { UpstreamButton } from '../../upstreams/offered.ts'
import { readCreation } from '../../passkeys/answers.ts'
import { browserOf, passkeyPartOf } from '../../passkeys/passkey-form.ts'
import type { PasskeyPart } from '../../passkeys/passkey-form.ts'
import { unknownPasskey, unknownSignal } from '../../passkeys/signals.ts'
import { beginRegistration, checkRegistered } from '../../passkeys/registering.ts'
import { browserName } from '../../sessions/browser-name.ts'
import { formHref, problemTexts, sentHref } from './sign-up-pages.ts'
import type { SignUpPages } from './sign-up-pages.ts'

// `registerHere` checks the values, and reports every field at once.
const schema = z.object({
  name: z.string().max(LONGEST_NAME, NAME_PROBLEM_MESSAGE).trim().default(''),
  email: z.string().max(1000, emailProblemMessage.too_long).trim().default(''),
  password: z.string().default(''),
  /** The version that the page showed. */
  terms: z.string().max(LONGEST_TERMS_VERSION).optional(),
})

const LONGEST_TOKEN = 100

export function registrationRoutes(pages: SignUpPages): Router {
  const router = new Router()
  router.get('/register', (ctx) => show(pages, ctx))
  router.post('/register', (ctx) => submit(pages, ctx))
  router.get('/register/waiting', (ctx) => pages.render(ctx, 'register-waiting'))
  return router
}

async function show(pages: SignUpPages, ctx: AnyContext): Promise<void> {
  const invited = await invitedTo(pages, ctx)
  if (invited.why) return closed(pages, ctx, invited.why)
  const { passwordMinLength: minLength } = pages.config.accounts
  const said = pages.nextPage.take(ctx)
  const locals = {
    action: formHref(pages, ctx),
    client: await pages.appOf(ctx),
    signInHref: pages.returnPath.path(ctx) ?? '/sign-in',
    minLength,
    upstreams: await buttons(pages, ctx),
    approves: invited.approves,
    signedInAs: invited.byLink ? await signedInAs(pages, ctx) : undefined,
    values: { email: invited.email ?? hinted(ctx.query['email']) ?? pages.typedAddress.read(ctx) },
    errors: {},
    passkey: newPasskeyOf(pages, ctx),
    passkeySignals: [unknownSignal(pages, said.values?.['unknownPasskey'])],
    ...said,
    ...(await pages.challenges.forPage(ctx, 'register', pages.returnPath.query(ctx), said)),
  }
  pages.render(ctx, 'register', { ...locals })
}

/** The providers that make accounts. A sign-in there carries no invitation, and waits for no approval. */
async function buttons(pages: SignUpPages, ctx: AnyContext): Promise<UpstreamButton[]> {
  const { accountRegistration: mode } = pages.config.registration
  if (mode !== 'open' && mode !== 'domains') return []
  const offered = await pages.offered.for(pages.returnPath.clientId(ctx))
  const making = offered.filter(({ signUp }) => signUp === 'create')
  return upstreamButtons(
    making,
    (id) => pages.returnPath.path(ctx, `/upstream/${id}`) ?? `/sign-in/upstream/${id}`,
  )
}

/** In place of a password. Nothing where this server has no passkeys. */
function newPasskeyOf(pages: SignUpPages, ctx: AnyContext): PasskeyPart | undefined {
  const begun = beginRegistration(pages, browserOf(ctx))
  if (!begun) return undefined
  const { options, state } = begun
  return { kind: 'create', options: JSON.stringify(options), state, label: 'passkey-sign-up' }
}

/** `ended`: the link was used, revoked, has expired, or never worked. */
type Closed = 'closed' | 'invitation' | 'ended'

type Invited = { why?: Closed; email?: string | undefined; approves: boolean; byLink?: boolean }

/** What the mode says before an address is typed. */
async function invitedTo({ db, config, clock }: SignUpPages, ctx: AnyContext): Promise<Invited> {
  const { accountRegistration: mode } = config.registration
  const approves = mode === 'approval'
  if (mode === 'closed') return { why: 'closed', approves }
  const invitation = invitationOf(ctx)
  if (invitation === undefined) return mode === 'invitation' ? { why: 'invitation', approves } : { approves }
  const found = await findInvitation(db, { invitation }, clock())
  if (!found) return { why: 'ended', approves }
  return { email: found.email ?? undefined, approves: false, byLink: true }
}

async function closed(pages: SignUpPages, ctx: AnyContext, why: Closed): Promise<void> {
  const signInHref = pages.returnPath.path(ctx) ?? '/sign-in'
  const leadsOn = why === 'ended' && takesStrangers(pages.config)
  const registerHref = leadsOn ? `/register${pages.returnPath.query(ctx)}` : undefined
  const locals = { why, signInHref, registerHref, client: await pages.appOf(ctx) }
  pages.render(ctx, 'register-closed', { ...locals }, why === 'ended' ? 410 : 200)
}

/** Somebody may open the link of an invitation in a browser of another account. */
async function signedInAs(pages: SignUpPages, ctx: AnyContext): Promise<string | undefined> {
  const { accountId } = await readSession(pages.oidc.current(), ctx)
  return accountId === undefined ? undefined : (await findAccountById(pages.db, accountId))?.email
}

/** The token of the link. It stays in the address of the form. */
function invitationOf(ctx: AnyContext): string | undefined {
  const { invitation } = ctx.query
  return typeof invitation === 'string' && invitation !== '' ? invitation.slice(0, LONGEST_TOKEN) : undefined
}

/** The address that the app suggested. */
function hinted(email: unknown): string | undefined {
  return typeof email === 'string' ? email : undefined
}

async function submit(pages: SignUpPages, ctx: AnyContext): Promise<void> {
  const form = validateForm(schema, formOf(ctx))
  // The password manager can forget what was made for nothing.
  const made = readCreation(passkeyPartOf(ctx) ?? '')
  const values = { ...form.values, ...unknownPasskey(made?.id) }
  const refuse = (errors: FormErrors) => pages.nextPage.lead(ctx, formHref(pages, ctx), { values, errors })
  if (!form.ok) return refuse(form.errors)
  const { email } = form.value
  pages.typedAddress.write(ctx, email)
  const { terms: termsVersion, ...typed } = form.value
  // They changed while the form was open, or were left out.
  if (areTermsDue(pages, { termsVersion: termsVersion ?? null })) return refuse({ '': 'terms-changed' })
  const given = {
    ...typed,
    termsVersion,
    passkey: madePasskey(pages, ctx),
    locale: pages.render.texts(ctx).language,
    browser: pages.browserSecret.ensure(ctx),
    wayBack: pages.returnPath.seal(ctx),
    ip: requestState(ctx).clientIp ?? '',
    proof: pages.challenges.proofOf(ctx),
    invitation: invitationOf(ctx),
  }
  const registered = await orChallenge(registerHere(pages, given))
  if (registered === 'challenge') return refuse({ '': CHALLENGE_NEEDED })
  if (!registered.ok) return refuse(problemTexts(pages, registered))
  const id = pages.waiting.write(ctx, registered.kept)
  redirect(ctx, sentHref(pages, ctx, id))
}

/** Undefined for the form with a password. */
function madePasskey(pages: SignUpPages, ctx: AnyContext) {
  const response = passkeyPartOf(ctx)
  if (response === undefined) return undefined
  const answer = {
    response,
    state: formOf(ctx)['state'] ?? '',
    browser: browserOf(ctx),
    browserName: browserName(ctx.get('User-Agent')),
  }
  return () => checkRegistered(pages, answer)
}

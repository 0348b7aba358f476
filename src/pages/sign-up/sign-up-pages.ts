/** What the pages of sign-up share: the registrations that wait in this browser, and the way on once one is confirmed. */
import { enterConfirmed } from '../../accounts/journeys/activation-here.ts'
import type { Entered, Here } from '../../accounts/journeys/activation-here.ts'
import type { RegistrationProblem } from '../../accounts/journeys/sign-up.ts'
import { NAME_PROBLEM_MESSAGE } from '../../accounts/profile.ts'
import type { Site } from '../../feature.ts'
import { SECURITY_PATH } from '../../factors/factor-changes.ts'
import { requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import type { FormErrors } from '../../http/request/validate.ts'
import { linkPagesOf } from '../../interaction/link-pages.ts'
import type { LinkPages } from '../../interaction/link-pages.ts'
import { redirect } from '../../interaction/page.ts'
import { createSignedInAnswers } from '../../interaction/signed-in-answer.ts'
import type { SignedInAnswers } from '../../interaction/signed-in-answer.ts'
import { originOf, signInBrowser } from '../../interaction/signed-in-browser.ts'
import type { PasskeyProblem } from '../../accounts/passkeys/registered-passkey.ts'
import { passwordProblemMessage } from '../../passwords/password-policy.ts'
import { emailProblemMessage } from '../../platform/email.ts'
import { PASSWORD_AMR, readSession } from '../../provider/sessions/browser-session.ts'
import type { RegistrationRefusal } from '../../accounts/registrations/registration-mode.ts'
import { createOfferedUpstreams } from '../../upstreams/offered.ts'
import type { OfferedUpstreams } from '../../upstreams/offered.ts'
import type { Services } from '../../services.ts'
import type { Message } from '../../words/message.ts'
import { createWaitingRegistrations } from './waiting-registrations.ts'
import type { WaitingRegistration, WaitingRegistrations } from './waiting-registrations.ts'

export type SignUpPages = LinkPages & {
  waiting: WaitingRegistrations
  signedIn: SignedInAnswers
  offered: OfferedUpstreams
}

export function signUpPagesOf(services: Services, site: Site): SignUpPages {
  return {
    ...linkPagesOf(services, site),
    waiting: createWaitingRegistrations(services),
    signedIn: createSignedInAnswers(services),
    offered: createOfferedUpstreams(services),
  }
}

export function formHref(pages: SignUpPages, ctx: AnyContext): string {
  const query = new URLSearchParams(pages.returnPath.query(ctx))
  const { invitation } = ctx.query
  if (typeof invitation === 'string' && invitation !== '') query.set('invitation', invitation)
  return query.size > 0 ? `/register?${query}` : '/register'
}

/** `id`: of a registration that waits. Without one, the page is about an address alone. */
export function sentHref(pages: SignUpPages, ctx: AnyContext, id?: string): string {
  const query = new URLSearchParams(pages.returnPath.query(ctx))
  if (id !== undefined) query.set('for', id)
  return query.size > 0 ? `/register/sent?${query}` : '/register/sent'
}

export function here(pages: SignUpPages, ctx: AnyContext, kept: WaitingRegistration): Here {
  return {
    kept,
    browser: pages.browserSecret.read(ctx),
    ip: requestState(ctx).clientIp ?? '',
    from: originOf(ctx, pages.returnPath.clientId(ctx)),
  }
}

/** Where a person goes on: into the interaction, or to their own pages. */
type WayOn = { page: string | undefined; signIn: string | undefined }

export function wayOn(pages: SignUpPages, ctx: AnyContext): WayOn {
  return { page: pages.returnPath.path(ctx, ''), signIn: pages.returnPath.path(ctx) }
}

/** Signs the browser in and leads on. An account that has to give more than a password goes to the sign-in page. */
export async function goOn(
  pages: SignUpPages,
  ctx: AnyContext,
  { account, amr, waits }: Entered,
  way: WayOn,
): Promise<void> {
  if (waits) return redirect(ctx, '/register/waiting')
  if (!account) return pages.nextPage.lead(ctx, way.signIn ?? '/sign-in', 'activation-sign-in')
  const sessionUid = await signInBrowser(pages, ctx, { account, amr: amr ?? PASSWORD_AMR })
  if (way.page) return redirect(ctx, pages.signedIn.lead(way.page, sessionUid))
  // A passkey that is lost leaves a mailed reset and a recovery code, of which there is none yet.
  if (amr) return pages.nextPage.lead(ctx, SECURITY_PATH, 'activation-passkey-done', { sessionUid })
  pages.nextPage.lead(ctx, '/account', 'activation-done', { sessionUid })
}

/** The address was confirmed by the link. A browser with somebody's session keeps it, unless the person wants another. */
export async function goOnByItself(
  pages: SignUpPages,
  ctx: AnyContext,
  kept: WaitingRegistration,
): Promise<void> {
  const session = await readSession(pages.oidc.current(), ctx)
  const way = wayOn(pages, ctx)
  const entered = session.accountId ? undefined : await enterConfirmed(pages, here(pages, ctx, kept))
  if (entered) {
    pages.waiting.remove(ctx, kept.id)
    return goOn(pages, ctx, entered, way)
  }
  if (!session.accountId) pages.typedAddress.write(ctx, kept.email)
  await showReady(pages, ctx, session.accountId ? (way.page ?? '/account') : (way.signIn ?? '/sign-in'))
}

export async function showReady(pages: SignUpPages, ctx: AnyContext, continueHref: string, path?: string) {
  const client = await pages.appOf(ctx, path)
  pages.render(ctx, 'activated', { continueHref, client })
}

/** Without the page of a closed registration, which `show` renders: the mode changed while the form was open. */
function notAllowed({ config }: SignUpPages, why: RegistrationRefusal): [string, Message] {
  const domains = config.registration.registrationDomains.join(', ')
  if (why === 'domain') return ['email', { id: 'register-domain', args: { domains } }]
  return why === 'closed' ? ['', 'register-closed-lead'] : ['email', 'register-invitation-wrong']
}

const PASSKEY_PROBLEMS: Record<PasskeyProblem, string> = {
  expired: 'passkey-expired',
  refused: 'passkey-sign-up-refused',
  taken: 'passkey-exists',
}

type Refused = { problems: RegistrationProblem[]; passkey?: PasskeyProblem }

export function problemTexts(pages: SignUpPages, { problems, passkey }: Refused): FormErrors {
  if (passkey) return { '': PASSKEY_PROBLEMS[passkey] }
  return Object.fromEntries(
    problems.map((found) => {
      if (found.reason === 'email_invalid') return ['email', emailProblemMessage[found.problem]]
      if (found.reason === 'password_refused')
        return ['password', passwordProblemMessage(found.problem, pages.config)]
      if (found.reason === 'not_allowed') return notAllowed(pages, found.why)
      // This page asks for no user name.
      return found.reason === 'username_taken'
        ? ['', 'sign-up-username-taken']
        : [found.field, NAME_PROBLEM_MESSAGE]
    }),
  )
}

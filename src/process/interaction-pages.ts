/** Builds the pages that sign people in, on the way to an app or to their own account. */
import type { AccountNeeds } from '../interaction/account-needs.ts'
import { findAccountById } from '../accounts/account.ts'
import { activateSignedIn } from '../accounts/activation.ts'
import { resendActivation } from '../accounts/sign-up.ts'
import { signIn } from '../accounts/sign-in.ts'
import { requestState } from '../http/request-state.ts'
import type { AnyContext } from '../http/request-state.ts'
import { clientLogoRoutes } from '../pages/consent/client-logo.routes.ts'
import { consentPages } from '../pages/consent/consent.ts'
import { createAccountPages } from '../pages/sign-up/create-account.ts'
import { createDeviceCookie } from '../interaction/known-browser-cookie.ts'
import { createRememberedAccounts } from '../pages/sign-in/remembered-accounts.ts'
import type { Restarts } from '../interaction/restart.ts'
import { selectAccountPages } from '../pages/sign-in/select-account.ts'
import { signInPage, signInPages } from '../pages/sign-in/sign-in.ts'
import type { SignInNeeds } from '../pages/sign-in/sign-in.ts'
import { verifyEmailPages } from '../pages/sign-up/verify-email.ts'
import type { Site } from '../feature.ts'
import { endSessionAndGrants } from '../sessions/access-endings.ts'
import { readSession, startSession } from '../provider/sessions/browser-session.ts'
import { grantSecondsOf, lifetimesOf, sessionSeconds } from '../provider/grants/lifetimes.ts'
import { createLogos, LOGO_LIMIT_BYTES } from '../clients/client-logo.ts'
import { recordSignIn } from '../provider/sessions/session-record.ts'
import { createGuardedFetch } from '../platform/network/guarded-fetch.ts'
import type { Parts } from '../process/parts.ts'

type Given = { parts: Parts; accounts: AccountNeeds; site: Site; pageUrl: Restarts['pageUrl'] }

export function createInteractionPages({ parts, accounts, site, pageUrl }: Given) {
  const { config, db, clock, sealer } = parts
  const { oidc, render, findMember, findResource } = site
  const grantSeconds = grantSecondsOf(lifetimesOf(config))
  const { secure } = config
  const logoOf = logosOf(parts)
  const deviceCookie = createDeviceCookie({ key: config.keys.device, secure, clock })
  const remembered = createRememberedAccounts({ db, sealer, secure })
  const findAccount = (id: string) => findAccountById(db, id)
  const needs: SignInNeeds = {
    clock,
    oidc,
    render,
    deviceCookie,
    remembered,
    findAccount,
    signIn: (fields) => signIn(accounts, fields),
    isSignedIn: async (ctx) => (await findMember(ctx)) !== undefined,
    ...sessionChanges(parts, site),
  }
  return {
    deviceCookie,
    logoRoutes: clientLogoRoutes({ logoOf }),
    signInPage: signInPage(needs),
    steps: {
      create: createAccountPages({ pageUrl }),
      selectAccount: selectAccountPages({ oidc, render, remembered, findAccount }),
      signIn: signInPages(needs),
      consent: consentPages({ db, clock, oidc, render, grantSeconds, logoOf, findResource }),
      verifyEmail: addressPages(parts, accounts, site),
    },
  }
}

function addressPages({ db, config }: Parts, accounts: AccountNeeds, { oidc, render }: Site) {
  return verifyEmailPages({
    db,
    oidc,
    render,
    mailbox: config.mail.mailbox === 'everybody',
    resendActivation: ({ ctx }, accountId) => resendTo(accounts, ctx, accountId),
    activate: ({ ctx }, accountId, code) =>
      activateSignedIn(accounts, { accountId, code, ip: requestState(ctx).clientIp }),
  })
}

function logosOf({ db, clock, config }: Parts) {
  const fetch = createGuardedFetch({ ...config.guard, limitBytes: LOGO_LIMIT_BYTES })
  return createLogos({ db, clock, fetch })
}

function sessionChanges({ clock, db, store, config }: Parts, { oidc }: Site) {
  const lifetimes = lifetimesOf(config)
  const record = { db, clock, store, lifetimes, maxActive: config.sessions.maxActive }
  const leaveSession = async (ctx: AnyContext) => {
    const session = await readSession(oidc.current(), ctx)
    if (session.accountId) await endSessionAndGrants({ store, clock }, session.uid)
  }
  return {
    leaveSession,
    async startSession(ctx: AnyContext, { id: accountId }: { id: string }) {
      const previous = await readSession(oidc.current(), ctx)
      if (previous.accountId && previous.accountId !== accountId) await leaveSession(ctx)
      const nowMs = clock()
      const ttlSeconds = sessionSeconds(lifetimes, Math.floor(nowMs / 1000), nowMs)
      const session = await startSession(oidc.current(), ctx, { accountId, ttlSeconds, nowMs })
      await recordSignIn(record, ctx, session.uid, accountId)
    },
  }
}

async function resendTo(accounts: AccountNeeds, ctx: AnyContext, accountId: string): Promise<void> {
  const account = await findAccountById(accounts.db, accountId)
  if (account)
    await resendActivation(accounts, { email: account.email, ip: requestState(ctx).clientIp ?? '' })
}

/**
 * Mounts sign-in by e-mail and password, for apps and for the person's own account, and the choice among known
 * accounts. `accounts` checks passwords.
 */
import { findAccountById } from '../../accounts/account.ts'
import { signIn as signInWith } from '../../accounts/journeys/sign-in.ts'
import type { Feature } from '../../feature.ts'
import { createDeviceCookie } from '../../interaction/known-browser-cookie.ts'
import type { Services } from '../../services.ts'
import { createRememberedAccounts } from './remembered-accounts.ts'
import { selectAccountPages } from './select-account.ts'
import { sessionChanges } from './session-changes.ts'
import { signInPage, signInPages } from './sign-in-page.ts'
import { signInRoutes } from './sign-in.routes.ts'
import type { Site } from '../../feature.ts'
import type { SignInNeeds } from './sign-in-page.ts'

export function signIn(services: Services): Feature {
  const needsOf = pageNeeds(services)
  return {
    pages: (site) => [signInRoutes(signInPage(needsOf(site)))],
    steps: (site) => ({
      signIn: signInPages(needsOf(site)),
      selectAccount: selectAccountPages({ ...site, ...needsOf(site) }),
    }),
  }
}

function pageNeeds(services: Services): (site: Site) => SignInNeeds {
  const { config, db, clock } = services
  const { secure } = config
  const own = {
    clock,
    deviceCookie: createDeviceCookie({ key: config.keys.device, secure, clock }),
    remembered: createRememberedAccounts({ ...services, secure }),
    findAccount: (id: string) => findAccountById(db, id),
    signIn: (fields: Parameters<SignInNeeds['signIn']>[0]) => signInWith(services, fields),
  }
  return (site) => ({
    ...own,
    oidc: site.oidc,
    render: site.render,
    isSignedIn: async (ctx) => (await site.findMember(ctx)) !== undefined,
    ...sessionChanges(services, site.oidc),
  })
}

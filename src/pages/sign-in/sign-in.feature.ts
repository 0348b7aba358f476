/**
 * Mounts sign-in by e-mail and password, for apps and for the person's own account, and the choice among known
 * accounts. `accounts` checks passwords.
 */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { selectAccountPages } from './select-account.ts'
import { signInPage, signInPages } from './sign-in-page.ts'
import { signInServices } from './browser-memory.ts'
import { signInRoutes } from './sign-in.routes.ts'

export function signIn(services: Services): Feature {
  return {
    pages: (site) => [signInRoutes(signInPage(signInServices({ ...services, ...site })))],
    steps(site) {
      const own = signInServices({ ...services, ...site })
      return { signIn: signInPages(own), selectAccount: selectAccountPages(own) }
    },
  }
}

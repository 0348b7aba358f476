/**
 * Mounts sign-in by e-mail and password, for apps and for the person's own account, and the choice among known
 * accounts. An account with a second factor is asked for its code next. `accounts` and `factors` check what is typed.
 */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { mailedCodePage, mailedCodePages } from './mailed-code-page.ts'
import { selectAccountPages } from './select-account.ts'
import { secondFactorPage, secondFactorPages } from './second-step.ts'
import { signInPage, signInPages } from './sign-in-page.ts'
import { signInServices } from './browser-memory.ts'
import { signInRoutes } from './sign-in.routes.ts'

export function signIn(services: Services): Feature {
  return {
    pages(site) {
      const own = signInServices({ ...services, ...site })
      return [signInRoutes(signInPage(own), secondFactorPage(own), mailedCodePage(own))]
    },
    steps(site) {
      const own = signInServices({ ...services, ...site })
      return {
        signIn: signInPages(own),
        secondFactor: secondFactorPages(own),
        mailedCode: mailedCodePages(own),
        selectAccount: selectAccountPages(own),
      }
    },
  }
}

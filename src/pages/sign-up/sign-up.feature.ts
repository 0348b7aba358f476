/**
 * Mounts sign-up: the form, the mailed link or code, and the confirmation of the address on the way to an app.
 * `accounts` owns the accounts.
 */
import type { Feature } from '../../feature.ts'
import { restartsOf } from '../../interaction/restart.ts'
import type { Services } from '../../services.ts'
import { activationRoutes } from './activation.routes.ts'
import { createAccountPages } from './create-account.ts'
import { sentRoutes } from './sent.routes.ts'
import { signUpPagesOf } from './sign-up-pages.ts'
import { registrationRoutes } from './sign-up.routes.ts'
import { verifyEmailPages } from './verify-email.ts'

export function signUp(services: Services): Feature {
  return {
    pages(site) {
      const pages = signUpPagesOf(services, site)
      return [registrationRoutes(pages), sentRoutes(pages), activationRoutes(pages)]
    },
    steps: (site) => ({
      create: createAccountPages(restartsOf(services)),
      verifyEmail: verifyEmailPages({ ...services, ...site }),
    }),
  }
}

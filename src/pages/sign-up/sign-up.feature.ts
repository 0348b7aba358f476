/**
 * Mounts sign-up: the form, the mailed link or code, and the confirmation of the address on the way to an app.
 * `accounts` owns the accounts.
 */
import { findAccountById } from '../../accounts/account.ts'
import { activateSignedIn } from '../../accounts/journeys/activation.ts'
import { resendActivation } from '../../accounts/journeys/sign-up.ts'
import type { Feature, Site } from '../../feature.ts'
import { requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { createBrowserSecret } from '../../interaction/browser-secret.ts'
import { restartsOf } from '../../interaction/restart.ts'
import { returnPathOf } from '../../interaction/return-path.ts'
import type { Services } from '../../services.ts'
import { activationRoutes } from './activation.routes.ts'
import { createAccountPages } from './create-account.ts'
import { registrationRoutes } from './sign-up.routes.ts'
import { verifyEmailPages } from './verify-email.ts'

export function signUp(services: Services): Feature {
  const { config } = services
  const browserSecret = createBrowserSecret(config)
  const returnPath = returnPathOf(services)
  const mailbox = config.mail.mailbox === 'everybody'
  return {
    pages: ({ render }) => [
      registrationRoutes({ services, render, browserSecret, returnPath, mailbox }),
      activationRoutes({ services, render, browserSecret, returnPath }),
    ],
    steps: (site) => ({
      create: createAccountPages(restartsOf(services)),
      verifyEmail: addressPages(services, site, mailbox),
    }),
  }
}

function addressPages(services: Services, { oidc, render }: Site, mailbox: boolean) {
  return verifyEmailPages({
    db: services.db,
    oidc,
    render,
    mailbox,
    resendActivation: ({ ctx }, accountId) => resendTo(services, ctx, accountId),
    activate: ({ ctx }, accountId, code) =>
      activateSignedIn(services, { accountId, code, ip: requestState(ctx).clientIp }),
  })
}

async function resendTo(services: Services, ctx: AnyContext, accountId: string): Promise<void> {
  const account = await findAccountById(services.db, accountId)
  if (account)
    await resendActivation(services, { email: account.email, ip: requestState(ctx).clientIp ?? '' })
}

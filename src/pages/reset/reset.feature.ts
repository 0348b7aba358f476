/** Mounts the pages for a forgotten password. `accounts` owns the reset. */
import type { Feature } from '../../feature.ts'
import { createBrowserSecret } from '../../interaction/browser-secret.ts'
import { returnPathOf } from '../../interaction/return-path.ts'
import type { Services } from '../../services.ts'
import { passwordResetRoutes } from './password-reset.routes.ts'

export function reset(services: Services): Feature {
  const needs = {
    services,
    browserSecret: createBrowserSecret(services.config),
    returnPath: returnPathOf(services),
    mailbox: services.config.mail.mailbox === 'everybody',
  }
  return { pages: ({ render }) => [passwordResetRoutes({ ...needs, render })] }
}

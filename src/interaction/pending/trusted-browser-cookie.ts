/** The secret of a browser that somebody trusts. It is random, and opens nothing without the first step of a sign-in. */
import { createSecretCookie } from '../../http/request/secret-cookie.ts'
import type { SecretCookie } from '../../http/request/secret-cookie.ts'
import type { Services } from '../../services.ts'

export type TrustedBrowserCookie = SecretCookie

export function createTrustedBrowserCookie({ config }: Pick<Services, 'config'>): TrustedBrowserCookie {
  return createSecretCookie(config, { name: 'trust', keptMs: config.factors.trustedBrowserMs })
}

/** The cookie by which a mailed link recognizes the browser that requested it. */
import { createSecretCookie } from '../http/request/secret-cookie.ts'
import type { SecretCookie } from '../http/request/secret-cookie.ts'
import { DAY_MS } from '../platform/clock.ts'

export type BrowserSecret = SecretCookie

/** As long as the longest-lived mailed link. */
const KEPT_MS = 2 * DAY_MS

export function createBrowserSecret(config: { secure: boolean }): BrowserSecret {
  return createSecretCookie(config, { name: 'browser', keptMs: KEPT_MS })
}

/** What the sign-in pages work with: the services of every page, and what the browser remembers. */
import type { PageServices } from '../../feature.ts'
import { createDeviceCookie } from '../../interaction/known-browser-cookie.ts'
import type { DeviceCookie } from '../../interaction/known-browser-cookie.ts'
import { createPendingSignIns } from './pending-sign-ins.ts'
import type { PendingSignIns } from './pending-sign-ins.ts'
import { createRememberedAccounts } from './remembered-accounts.ts'
import type { RememberedAccounts } from './remembered-accounts.ts'

export type SignInServices = PageServices & {
  remembered: RememberedAccounts
  deviceCookie: DeviceCookie
  pending: PendingSignIns
}

export function signInServices(services: PageServices): SignInServices {
  return {
    ...services,
    remembered: createRememberedAccounts(services),
    deviceCookie: createDeviceCookie(services),
    pending: createPendingSignIns(services),
  }
}

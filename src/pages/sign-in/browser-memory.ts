/** What the sign-in pages work with: the services of every page, and what the browser remembers. */
import type { SignInOrigin } from '../../audit/sign-in-origin.ts'
import type { PageServices } from '../../feature.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { createDeviceCookie } from '../../interaction/known-browser-cookie.ts'
import type { DeviceCookie } from '../../interaction/known-browser-cookie.ts'
import { browserName } from '../../sessions/browser-name.ts'
import { createPendingSignIns } from './pending-sign-ins.ts'
import type { PendingSignIns } from './pending-sign-ins.ts'
import { createRememberedAccounts } from './remembered-accounts.ts'
import type { RememberedAccounts } from './remembered-accounts.ts'

export type SignInServices = PageServices & {
  remembered: RememberedAccounts
  deviceCookie: DeviceCookie
  pending: PendingSignIns
}

/** What the person's list of sign-ins says of this one. `client`: the id of the app that it is for. */
export function originOf(ctx: AnyContext, client?: string): SignInOrigin {
  return { browser: browserName(ctx.get('User-Agent')), client: client || undefined }
}

export function signInServices(services: PageServices): SignInServices {
  return {
    ...services,
    remembered: createRememberedAccounts(services),
    deviceCookie: createDeviceCookie(services),
    pending: createPendingSignIns(services),
  }
}

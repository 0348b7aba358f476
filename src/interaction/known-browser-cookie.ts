/** The cookie of a browser that has signed in before: strangers' failed attempts do not count against it. */
import { DEVICE_COOKIE_MAX_AGE_MS, issueDeviceCookie } from '../attempts/known-browser.ts'
import { cookieName, cookieOf } from '../http/cookies.ts'
import type { AnyContext } from '../http/request-state.ts'
import type { Clock } from '../platform/clock.ts'

export type DeviceCookie = {
  read: (ctx: AnyContext) => string | undefined
  /** `account` as it was when its password was checked. */
  write: (ctx: AnyContext, account: Owner) => void
}

type Owner = Parameters<typeof issueDeviceCookie>[1]
type Needs = { key: Buffer; secure: boolean; clock: Clock }

export function createDeviceCookie({ key, secure, clock }: Needs): DeviceCookie {
  const name = cookieName('device', secure)
  const options = { httpOnly: true, sameSite: 'lax', secure, path: '/', signed: false } as const
  return {
    read: (ctx) => cookieOf(ctx, name),
    write(ctx, account) {
      ctx.cookies.set(name, issueDeviceCookie(key, account, clock()), {
        ...options,
        maxAge: DEVICE_COOKIE_MAX_AGE_MS,
      })
    },
  }
}

/** The cookie of a browser that has signed in before. Failed attempts of strangers do not count against it. */
import { DEVICE_COOKIE_MAX_AGE_MS, issueDeviceCookie } from '../attempts/known-browser.ts'
import { cookieName, cookieOf } from '../http/request/cookies.ts'
import type { AnyContext } from '../http/request/request-state.ts'
import type { Services } from '../services.ts'

export type DeviceCookie = {
  read: (ctx: AnyContext) => string | undefined
  /** `account` as it was when its password was checked. */
  write: (ctx: AnyContext, account: Owner) => void
}

type Owner = Parameters<typeof issueDeviceCookie>[1]

export function createDeviceCookie({ config, clock }: Pick<Services, 'config' | 'clock'>): DeviceCookie {
  const { secure } = config
  const name = cookieName('device', secure)
  const options = { httpOnly: true, sameSite: 'lax', secure, path: '/', signed: false } as const
  return {
    read: (ctx) => cookieOf(ctx, name),
    write(ctx, account) {
      ctx.cookies.set(name, issueDeviceCookie(config.keys.device, account, clock()), {
        ...options,
        maxAge: DEVICE_COOKIE_MAX_AGE_MS,
      })
    },
  }
}

/** The cookie by which a mailed link recognizes the browser that requested it. */
import { newBrowserSecret } from '../accounts/one-time-token.ts'
import { cookieName, cookieOf } from '../http/request/cookies.ts'
import type { AnyContext } from '../http/request/request-state.ts'
import { DAY_MS } from '../platform/clock.ts'

export type BrowserSecret = {
  read: (ctx: AnyContext) => string | undefined
  /** The browser's secret. A browser without one gets one now. */
  ensure: (ctx: AnyContext) => string
}

const SHAPE = /^[\w-]{43}$/
/** As long as the longest-lived mailed link. */
const MAX_AGE_MS = 2 * DAY_MS

export function createBrowserSecret({ secure }: { secure: boolean }): BrowserSecret {
  const name = cookieName('browser', secure)
  const read = (ctx: AnyContext): string | undefined => {
    const value = cookieOf(ctx, name)
    return value && SHAPE.test(value) ? value : undefined
  }
  return {
    read,
    ensure(ctx) {
      const value = read(ctx) ?? newBrowserSecret()
      // Lax, not strict: a link in a web mail is a navigation from another site.
      const options = { httpOnly: true, sameSite: 'lax', secure, path: '/', signed: false } as const
      ctx.cookies.set(name, value, { ...options, maxAge: MAX_AGE_MS })
      return value
    },
  }
}

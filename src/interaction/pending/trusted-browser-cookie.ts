/** The secret of a browser that somebody trusts. It is random, and opens nothing without the first step of a sign-in. */
import { cookieName, cookieOf } from '../../http/request/cookies.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { randomToken } from '../../platform/tokens.ts'
import type { Services } from '../../services.ts'

export type TrustedBrowserCookie = {
  read: (ctx: AnyContext) => string | undefined
  /** The browser's secret, kept for as long as trust lasts. A browser without one gets one now. */
  ensure: (ctx: AnyContext) => string
}

const SHAPE = /^[\w-]{43}$/

export function createTrustedBrowserCookie({ config }: Pick<Services, 'config'>): TrustedBrowserCookie {
  const { secure, factors } = config
  const name = cookieName('trust', secure)
  const read = (ctx: AnyContext): string | undefined => {
    const value = cookieOf(ctx, name)
    return value && SHAPE.test(value) ? value : undefined
  }
  return {
    read,
    ensure(ctx) {
      const value = read(ctx) ?? randomToken()
      // Lax, not strict: people come from the app that they sign in to.
      const options = { httpOnly: true, sameSite: 'lax', secure, path: '/', signed: false } as const
      ctx.cookies.set(name, value, { ...options, maxAge: factors.trustedBrowserMs })
      return value
    },
  }
}

/** A random secret by which a browser is recognized. The server keeps its digest alone. */
import { randomToken } from '../../platform/tokens.ts'
import { cookieName, cookieOf } from './cookies.ts'
import type { CookiePurpose } from './cookies.ts'
import type { AnyContext } from './request-state.ts'

export type SecretCookie = {
  read: (ctx: AnyContext) => string | undefined
  /** The browser's secret, kept for `keptMs` from now on. A browser without one gets one now. */
  ensure: (ctx: AnyContext) => string
}

const SHAPE = /^[\w-]{43}$/

export function createSecretCookie(
  { secure }: { secure: boolean },
  { name: baseName, keptMs }: { name: CookiePurpose; keptMs: number },
): SecretCookie {
  const name = cookieName(baseName, secure)
  const read = (ctx: AnyContext): string | undefined => {
    const value = cookieOf(ctx, name)
    return value && SHAPE.test(value) ? value : undefined
  }
  return {
    read,
    ensure(ctx) {
      const value = read(ctx) ?? randomToken()
      // Lax, not strict: people come from the app that they sign in to, or from the link of a mail.
      const options = { httpOnly: true, sameSite: 'lax', secure, path: '/', signed: false } as const
      ctx.cookies.set(name, value, { ...options, maxAge: keptMs })
      return value
    },
  }
}

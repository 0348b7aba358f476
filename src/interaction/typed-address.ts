/**
 * The address that was typed last in this browser, so that nobody types it twice: from the sign-in page to the forgotten
 * password, and back. It is sealed, says nothing about any account, and ends with a sign-in.
 */
import { z } from 'zod'
import { cookieName, cookieOf } from '../http/request/cookies.ts'
import type { AnyContext } from '../http/request/request-state.ts'
import type { FormErrors } from '../http/request/validate.ts'
import { HOUR_MS } from '../platform/clock.ts'
import type { Services } from '../services.ts'
import type { Config } from '../settings/config.ts'

export type TypedAddress = {
  /** Empty without one. */
  read: (ctx: AnyContext) => string
  write: (ctx: AnyContext, email: string) => void
  clear: (ctx: AnyContext) => void
}

const CONTEXT = 'typed-address'
const KEPT_MS = HOUR_MS
/** The longest that a form takes. */
const LONGEST = 320

const kept = z.object({ email: z.string(), untilMs: z.number() })

export function createTypedAddress({
  config: { secure },
  sealer,
  clock,
}: Pick<Services, 'config' | 'sealer' | 'clock'>): TypedAddress {
  const name = cookieName('address', secure)
  const options = { httpOnly: true, sameSite: 'lax', secure, path: '/', signed: false } as const
  return {
    read(ctx) {
      const sealed = cookieOf(ctx, name)
      const opened = sealed === undefined ? undefined : sealer.open(sealed, CONTEXT)
      const { data } = kept.safeParse(opened && JSON.parse(opened))
      return data && clock() < data.untilMs ? data.email : ''
    },
    write(ctx, email) {
      if (email === '' || email.length > LONGEST) return
      const value = sealer.seal(JSON.stringify({ email, untilMs: clock() + KEPT_MS }), CONTEXT)
      ctx.cookies.set(name, value, { ...options, maxAge: KEPT_MS })
    },
    clear(ctx) {
      if (cookieOf(ctx, name) !== undefined) ctx.cookies.set(name, null, options)
    },
  }
}

/** What the field is called in which people say who they are, and what it says when it is empty. */
export function nameWords({ factors }: Pick<Config, 'factors'>, errors: FormErrors = {}) {
  if (factors.usernameSignIn) return { nameLabel: 'sign-in-name', errors }
  const isMissing = errors['email'] === 'sign-in-name-missing'
  return {
    nameLabel: 'page-email',
    errors: { ...errors, ...(isMissing && { email: 'reset-email-missing' }) },
  }
}

/**
 * The registrations that wait for their mail in this browser: a sealed cookie, for its own pages. Each has its own page, so
 * two tabs do not disturb each other.
 */
import { z } from 'zod'
import type { KeptRegistration } from '../../accounts/journeys/kept-registration.ts'
import { cookieName, cookieOf } from '../../http/request/cookies.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { newPasskeySchema } from '../../accounts/passkeys/registered-passkey.ts'
import { DAY_MS } from '../../platform/clock.ts'
import { lookupEmail } from '../../platform/email.ts'
import { randomToken } from '../../platform/tokens.ts'
import type { Services } from '../../services.ts'

export type WaitingRegistration = KeptRegistration & { id: string }

export type WaitingRegistrations = {
  /** The one with this id. Without an id, the latest. */
  read: (ctx: AnyContext, id: unknown) => WaitingRegistration | undefined
  /** The one with this address. */
  of: (ctx: AnyContext, email: string) => WaitingRegistration | undefined
  /** Answers the id: the given one, or a new one. */
  write: (ctx: AnyContext, kept: KeptRegistration, id?: string) => string
  remove: (ctx: AnyContext, id: string) => void
}

/** As long as the longest-lived mailed link. */
const KEPT_MS = 2 * DAY_MS
const MOST_ENTRIES = 3
/** Browsers keep no cookie of more than 4,096 characters with its name and attributes (RFC 6265bis §5.6). */
const MAX_LENGTH = 3800
const CONTEXT = 'waiting-registrations'
const PATH = '/register'

const base = z.object({
  id: z.string(),
  mail: z.string(),
  email: z.string(),
  profile: z.string(),
  atMs: z.number(),
})
const entries = z.array(
  z.union([
    base.extend({ passwordHash: z.string() }),
    base.extend({ passwordHash: z.null(), passkey: newPasskeySchema }),
  ]),
)

export function createWaitingRegistrations({
  config: { secure },
  sealer,
  clock,
}: Pick<Services, 'config' | 'sealer' | 'clock'>): WaitingRegistrations {
  const name = cookieName('registration', secure)
  const read = (ctx: AnyContext): WaitingRegistration[] => {
    const sealed = cookieOf(ctx, name)
    const opened = sealed === undefined ? undefined : sealer.open(sealed, CONTEXT)
    const { data = [] } = entries.safeParse(opened && JSON.parse(opened))
    return data.filter(({ atMs }) => clock() < atMs + KEPT_MS)
  }
  const write = (ctx: AnyContext, kept: WaitingRegistration[]): void => {
    const options = { httpOnly: true, sameSite: 'lax', secure, path: PATH, signed: false } as const
    if (kept.length === 0) return void ctx.cookies.set(name, null, options)
    const value = sealer.seal(JSON.stringify(kept), CONTEXT)
    if (value.length > MAX_LENGTH && kept.length > 1) return write(ctx, kept.slice(0, -1))
    ctx.cookies.set(name, value, { ...options, maxAge: KEPT_MS })
  }
  const others = (ctx: AnyContext, id: string) => read(ctx).filter((entry) => entry.id !== id)
  return {
    read: (ctx, id) => read(ctx).find((entry) => id === undefined || entry.id === id),
    of: (ctx, email) => read(ctx).find((entry) => lookupEmail(entry.email) === lookupEmail(email)),
    write(ctx, kept, id = randomToken().slice(0, 16)) {
      const entry = { ...kept, id }
      write(ctx, [entry, ...others(ctx, id)].slice(0, MOST_ENTRIES))
      return id
    },
    remove: (ctx, id) => write(ctx, others(ctx, id)),
  }
}

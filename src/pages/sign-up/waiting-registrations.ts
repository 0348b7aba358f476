/**
 * The registrations that wait for their mail in this browser: a sealed cookie, for its own pages. Each has its own page, so
 * two tabs do not disturb each other.
 */
import { z } from 'zod'
import type { KeptRegistration } from '../../accounts/journeys/kept-registration.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { createSealedEntries } from '../../http/request/sealed-entries.ts'
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

const base = z.object({
  id: z.string(),
  mail: z.string(),
  email: z.string(),
  profile: z.string(),
  atMs: z.number(),
})

const COOKIE = {
  name: 'registration',
  context: 'waiting-registrations',
  path: '/register',
  schema: z.union([
    base.extend({ passwordHash: z.string() }),
    base.extend({ passwordHash: z.null(), passkey: newPasskeySchema }),
  ]),
  keptMs: KEPT_MS,
  mostEntries: 3,
} as const

export function createWaitingRegistrations(
  services: Pick<Services, 'config' | 'sealer' | 'clock'>,
): WaitingRegistrations {
  const kept = createSealedEntries<WaitingRegistration>(services, COOKIE)
  const read = (ctx: AnyContext) => kept.read(ctx).filter(({ atMs }) => services.clock() < atMs + KEPT_MS)
  const others = (ctx: AnyContext, id: string) => read(ctx).filter((entry) => entry.id !== id)
  return {
    read: (ctx, id) => read(ctx).find((entry) => id === undefined || entry.id === id),
    of: (ctx, email) => read(ctx).find((entry) => lookupEmail(entry.email) === lookupEmail(email)),
    write(ctx, registration, id = randomToken().slice(0, 16)) {
      kept.write(ctx, [{ ...registration, id }, ...others(ctx, id)])
      return id
    },
    remove: (ctx, id) => kept.write(ctx, others(ctx, id)),
  }
}

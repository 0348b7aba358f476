/**
 * What the pages of one's security remember of this browser, in a sealed cookie of the session. It is when the password was
 * typed again, the open set-up, and new recovery codes until they are saved.
 */
import { z } from 'zod'
import { cookieName, cookieOf } from '../../http/request/cookies.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { SECURITY_PATH } from '../../factors/factor-changes.ts'
import type { Member } from '../../interaction/member.ts'
import { HOUR_MS, MINUTE_MS } from '../../platform/clock.ts'
import type { Services } from '../../services.ts'

const schema = z.object({
  sessionUid: z.string(),
  /** When the password was typed again. */
  provenAtMs: z.number().optional(),
  /** When a passkey was used here that verified the person. */
  verifiedAtMs: z.number().optional(),
  /** When the set-up that was begun here expires: it names the set-up. */
  setUpUntilMs: z.number().optional(),
  newCodes: z
    .object({
      codes: z.array(z.string()),
      madeAtMs: z.number(),
      /** True: they are the first ones, of an app that was set up now. */
      first: z.boolean().optional(),
    })
    .optional(),
})

export type Memory = Omit<z.output<typeof schema>, 'sessionUid'>

export type PageMemory = {
  /** Empty for another session than the one that it was kept in. */
  read: (ctx: AnyContext, member: Member) => Memory
  /** Replaces all of it. */
  keep: (ctx: AnyContext, member: Member, memory: Memory) => void
}

const CONTEXT = 'security-pages'
/** How long new recovery codes can be shown. */
const CODES_MS = 15 * MINUTE_MS

export function createPageMemory({
  config: { secure },
  sealer,
  clock,
}: Pick<Services, 'config' | 'sealer' | 'clock'>): PageMemory {
  const name = cookieName('security', secure)
  const options = { httpOnly: true, sameSite: 'lax', secure, path: SECURITY_PATH, signed: false } as const
  return {
    read(ctx, member) {
      const sealed = cookieOf(ctx, name)
      const opened = sealed === undefined ? undefined : sealer.open(sealed, CONTEXT)
      if (opened === undefined) return {}
      const { sessionUid, newCodes, ...kept } = schema.parse(JSON.parse(opened))
      if (sessionUid !== member.sessionUid) return {}
      return newCodes && clock() < newCodes.madeAtMs + CODES_MS ? { ...kept, newCodes } : kept
    },
    keep(ctx, { sessionUid }, memory) {
      const value = sealer.seal(JSON.stringify({ ...memory, sessionUid }), CONTEXT)
      ctx.cookies.set(name, value, { ...options, maxAge: HOUR_MS })
    },
  }
}

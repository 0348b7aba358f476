/**
 * Remembers, for ten minutes, that the right password was given on this browser for one request, while the page asks for
 * the code. The same for a person that another provider vouched for. The sealed cookie alone gives no access. Each open
 * request has its own entry, so two tabs do not disturb each other.
 */
import { z } from 'zod'
import { SECOND_STEP_MS } from '../../factors/finish-sign-in.ts'
import type { PasswordProof } from '../../factors/finish-sign-in.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { createSealedEntries } from '../../http/request/sealed-entries.ts'
import type { Services } from '../../services.ts'

export type PendingSignIns = {
  /** `of`: the request that the sign-in is for. */
  read: (ctx: AnyContext, of: string) => PasswordProof | undefined
  write: (ctx: AnyContext, of: string, proof: PasswordProof) => void
  /** Gives the entry of one request to another one. */
  move: (ctx: AnyContext, from: string, to: string) => void
  clear: (ctx: AnyContext, of: string) => void
}

/** A sign-in without an app. */
export const OWN_PAGE = 'own'
/** A sign-in for a request that was lost, until the page of that request starts again. */
export const LOST = 'lost'

const entry = z.object({
  of: z.string(),
  accountId: z.string(),
  state: z.string(),
  atMs: z.number(),
  upstream: z
    .object({ label: z.string(), amr: z.array(z.string()), session: z.string().optional() })
    .optional(),
  first: z.literal('otp').optional(),
})

const COOKIE = {
  name: 'second_step',
  context: 'second-step',
  schema: entry,
  keptMs: SECOND_STEP_MS,
  mostEntries: 5,
} as const

export function createPendingSignIns(services: Pick<Services, 'sealer' | 'config'>): PendingSignIns {
  const { read, write } = createSealedEntries(services, COOKIE)
  const others = (ctx: AnyContext, of: string) => read(ctx).filter((one) => one.of !== of)
  return {
    read: (ctx, of) => read(ctx).find((one) => one.of === of),
    write: (ctx, of, { accountId, state, atMs, upstream, first }) =>
      write(ctx, [{ of, accountId, state, atMs, upstream, first }, ...others(ctx, of)]),
    move(ctx, from, to) {
      const moved = read(ctx).filter(({ of }) => of === from)
      const kept = others(ctx, from).filter(({ of }) => of !== to)
      write(ctx, [...moved.map((one) => ({ ...one, of: to })), ...kept])
    },
    clear(ctx, of) {
      if (read(ctx).some((one) => one.of === of)) write(ctx, others(ctx, of))
    },
  }
}

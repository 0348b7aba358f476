/**
 * The way back into an app's request, for somebody who has to register or choose a new password first: the address of the
 * interaction's sign-in page travels in the query of our forms, and sealed with the mailed link.
 */
import { z } from 'zod'
import type { AnyContext } from '../http/request/request-state.ts'
import type { Services } from '../services.ts'
import { restartsOf } from './restart.ts'

export type ReturnPath = {
  /** The query that carries it on to the next form; empty when nobody came from an app. */
  query: (ctx: AnyContext) => string
  path: (ctx: AnyContext) => string | undefined
  /** For the mailed link's record. */
  seal: (ctx: AnyContext) => string | undefined
  /** The path of a sealed one. */
  open: (sealed: string | null | undefined) => string | undefined
}

/** What a sealed way back is bound to. */
export const RETURN_PATH_CONTEXT = 'way-back'
const carried = z.object({ from: z.string().regex(/^[\w-]{1,64}$/), restart: z.string().max(4000) })

/** The one of these services. */
export function returnPathOf(services: Pick<Services, 'config' | 'sealer' | 'clock'>): ReturnPath {
  const restarts = restartsOf(services)
  return createReturnPath({ ...services, isRestart: (sealed) => restarts.open(sealed) !== undefined })
}

export function createReturnPath({
  sealer,
  isRestart,
}: Pick<Services, 'sealer'> & { isRestart: (sealed: string) => boolean }): ReturnPath {
  // Whatever the query says, the address is one of ours, and its request one that was accepted here.
  const read = (ctx: AnyContext) => {
    const { data } = carried.safeParse(ctx.query)
    return data && isRestart(data.restart) ? data : undefined
  }
  const path = (ctx: AnyContext): string | undefined => {
    const found = read(ctx)
    return found && `/interaction/${found.from}/sign-in?${new URLSearchParams({ restart: found.restart })}`
  }
  return {
    path,
    query(ctx) {
      const found = read(ctx)
      return found ? `?${new URLSearchParams(found)}` : ''
    },
    seal(ctx) {
      const found = path(ctx)
      return found && sealer.seal(found, RETURN_PATH_CONTEXT)
    },
    open: (sealed) => (sealed ? sealer.open(sealed, RETURN_PATH_CONTEXT) : undefined),
  }
}

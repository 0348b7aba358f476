/**
 * Leads people back into an app's request after they registered or chose a new password. It is the address of the
 * interaction's sign-in page. It is in the query of our forms, and sealed in the record of the mailed link.
 */
import { z } from 'zod'
import type { AnyContext } from '../http/request/request-state.ts'
import type { SealedColumn } from '../platform/sql/reseal.ts'
import type { Services } from '../services.ts'
import { restartsOf } from './restart.ts'

export type ReturnPath = {
  /** The query for the next form. Empty without an app's request. */
  query: (ctx: AnyContext) => string
  path: (ctx: AnyContext) => string | undefined
  /** The sealed form, for the mailed link's record. */
  seal: (ctx: AnyContext) => string | undefined
  /** Unseals the path. */
  open: (sealed: string | null | undefined) => string | undefined
}

/** Binds what is sealed to its purpose. */
const CONTEXT = 'way-back'
/** The column that `keys reseal` seals again. */
export const SEALED_RETURN_PATHS: SealedColumn = {
  what: 'mailed links',
  table: 'oneTimeTokens',
  column: 'wayBack',
  key: 'digest',
  context: () => CONTEXT,
}

const carried = z.object({ from: z.string().regex(/^[\w-]{1,64}$/), restart: z.string().max(4000) })

/** Builds the return path of these services. */
export function returnPathOf(services: Pick<Services, 'config' | 'sealer' | 'clock'>): ReturnPath {
  const restarts = restartsOf(services)
  return createReturnPath({ ...services, isRestart: (sealed) => restarts.open(sealed) !== undefined })
}

export function createReturnPath({
  sealer,
  isRestart,
}: Pick<Services, 'sealer'> & { isRestart: (sealed: string) => boolean }): ReturnPath {
  // Accepts only one of our own addresses, with a request that was accepted here.
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
      return found && sealer.seal(found, CONTEXT)
    },
    open: (sealed) => (sealed ? sealer.open(sealed, CONTEXT) : undefined),
  }
}

/**
 * Leads people back into an app's request after they registered, chose a new password or set up a second factor. It is an
 * address of the interaction. It is in the query of our forms, and sealed in the record of the mailed link.
 */
import { z } from 'zod'
import type { AnyContext } from '../http/request/request-state.ts'
import type { SealedColumn } from '../platform/sql/reseal.ts'
import type { Services } from '../services.ts'
import { restartsOf } from './restart.ts'
import type { Restarts } from './restart.ts'

export type ReturnPath = {
  /** The query for the next form. Empty without an app's request. */
  query: (ctx: AnyContext) => string
  /** Of the interaction's sign-in page, if no other one is named. */
  path: (ctx: AnyContext, page?: InteractionPage) => string | undefined
  /** The client of the request. `undefined` also for a device, which the address does not name. */
  clientId: (ctx: AnyContext) => string | undefined
  /** The sealed form, for the mailed link's record. */
  seal: (ctx: AnyContext) => string | undefined
  /** Unseals the path. Of the interaction's sign-in page, if no other one is named. */
  open: (sealed: string | null | undefined, page?: InteractionPage) => string | undefined
  /** The client of an unsealed path. */
  clientIdOf: (path: string | undefined) => string | undefined
}

/** The page of the step that is due, the sign-in page, the form that declines a set-up, or the way to another provider. */
export type InteractionPage = '' | '/sign-in' | '/set-up/later' | `/upstream/${string}`

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
  return createReturnPath({ ...services, openRestart: restarts.open })
}

export function createReturnPath({
  sealer,
  openRestart,
}: Pick<Services, 'sealer'> & { openRestart: Restarts['open'] }): ReturnPath {
  // Accepts only one of our own addresses, with a request that was accepted here.
  const read = (ctx: AnyContext) => {
    const { data } = carried.safeParse(ctx.query)
    return data && openRestart(data.restart) ? data : undefined
  }
  const clientIdIn = (sealedRequest: unknown): string | undefined => {
    const restart = openRestart(sealedRequest)
    if (restart?.kind === 'stale') return restart.clientId
    return (restart && new URL(restart.url).searchParams.get('client_id')) ?? undefined
  }
  const path = (ctx: AnyContext, page: InteractionPage = '/sign-in'): string | undefined => {
    const found = read(ctx)
    return found && `/interaction/${found.from}${page}?${new URLSearchParams({ restart: found.restart })}`
  }
  return {
    path,
    clientId: (ctx) => clientIdIn(read(ctx)?.restart),
    clientIdOf: (found) => clientIdIn(new URLSearchParams(found?.split('?')[1]).get('restart')),
    query(ctx) {
      const found = read(ctx)
      return found ? `?${new URLSearchParams(found)}` : ''
    },
    seal(ctx) {
      const found = path(ctx)
      return found && sealer.seal(found, CONTEXT)
    },
    open: (sealed, page = '/sign-in') =>
      (sealed ? sealer.open(sealed, CONTEXT) : undefined)?.replace(/\/sign-in(?=\?)/, page),
  }
}

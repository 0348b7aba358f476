/**
 * The page after a form that is refused for now (429, 503). The form is answered with a redirect to it, so that neither
 * reload nor back sends the form again, also without JavaScript. A program gets the refusal itself.
 */
import { Router } from '@koa/router'
import { z } from 'zod'
import type { LeadElsewhere, RenderErrorPage } from '../../http/public-error.ts'
import { requestState } from '../../http/request/request-state.ts'
import { wantsPage } from '../../http/request/wants-page.ts'
import { ownPath, redirect } from '../../interaction/page.ts'
import { MINUTE_MS, SECOND_MS } from '../../platform/clock.ts'
import { isLibraryForm } from '../../provider/endpoints/addresses.ts'
import type { Services } from '../../services.ts'

const PATH = '/try-later'
const CONTEXT = 'try-later'
/** A refusal for a second has to be there still when a slow browser arrives. */
const SHOWN_MS = MINUTE_MS
const LATER = new Set([429, 503])

const refusal = z.object({
  status: z.number(),
  code: z.string(),
  errorId: z.string().optional(),
  /** When the form may be sent again. */
  againAtMs: z.number(),
  untilMs: z.number(),
})

export type TryLater = {
  /** False: it is no form of a page, or it may not be sent again later either. */
  lead: LeadElsewhere
  routes: (showFailure: RenderErrorPage) => Router
}

/** The address is sealed: nobody else can make this server show a failure. */
export function createTryLater({ sealer, clock }: Pick<Services, 'sealer' | 'clock'>): TryLater {
  return {
    lead(ctx, { status, code, errorId, retryAfterSeconds = 1 }) {
      const isForm = ctx.method === 'POST' && (!ctx.path.startsWith('/oauth/') || isLibraryForm(ctx.path))
      if (!isForm || !LATER.has(status) || !wantsPage(ctx)) return false
      const againAtMs = clock() + retryAfterSeconds * SECOND_MS
      const untilMs = Math.max(againAtMs, clock() + SHOWN_MS)
      const why = sealer.seal(JSON.stringify({ status, code, errorId, againAtMs, untilMs }), CONTEXT)
      redirect(ctx, `${PATH}?${new URLSearchParams({ why, to: ctx.path + ctx.search })}`)
      return true
    },
    routes: (showFailure) => pageOf({ sealer, clock }, showFailure),
  }
}

function pageOf({ sealer, clock }: Pick<Services, 'sealer' | 'clock'>, showFailure: RenderErrorPage): Router {
  const router = new Router()
  router.get(PATH, async (ctx) => {
    const formHref = ownPath(ctx.query['to'])
    const opened = typeof ctx.query['why'] === 'string' ? sealer.open(ctx.query['why'], CONTEXT) : undefined
    const { data } = refusal.safeParse(opened && JSON.parse(opened))
    if (!data || clock() >= data.untilMs) return redirect(ctx, formHref)
    // The refusal was counted. A flood would otherwise leave a line for each of these.
    requestState(ctx).folded = true
    const retryAfterSeconds = Math.max(1, Math.ceil((data.againAtMs - clock()) / SECOND_MS))
    await showFailure(ctx, { ...data, message: '', retryAfterSeconds, formHref })
    ctx.set('Retry-After', String(retryAfterSeconds))
  })
  return router
}

/** The buttons of the sign-in page for the person's own account. */
import { Router } from '@koa/router'
import { redirect } from '../../interaction/page.ts'
import { OWN_PAGE } from '../../interaction/pending/pending-sign-ins.ts'
import { begin } from './begin.ts'
import { leadBack } from './refusals.ts'
import type { UpstreamServices } from './upstream-pages.ts'

export function ownSignInRoutes(services: UpstreamServices): Router {
  const router = new Router()
  router.get('/sign-in/upstream/:upstream', (ctx) => redirect(ctx, `/sign-in${ctx.search}`))
  router.post('/sign-in/upstream/:upstream', async (ctx) => {
    const again = ctx.query['again'] === undefined ? {} : { maxAgeSeconds: 0 }
    const purpose = { of: OWN_PAGE, query: ctx.search, strict: false, ...again }
    await begin(services, ctx, purpose, { refuse: (text) => leadBack(services, ctx, purpose, text) })
  })
  return router
}

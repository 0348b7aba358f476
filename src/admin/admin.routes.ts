/** The administration pages: the start, a list, one thing, and the forms of what can be done. */
import { Router } from '@koa/router'
import type { RouterContext } from '@koa/router'
import { redirect } from '../interaction/page.ts'
import { CONSOLE_CALLBACK_PATH } from '../operations/own-clients/console-client.ts'
import { downloadAudit } from './audit-download.ts'
import { showAct, submitAct } from './act-page.ts'
import { finishSignIn } from './console-session.ts'
import { atDesk } from './desk.ts'
import type { DeskServices } from './desk.ts'
import { showList, showOne } from './reading-pages.ts'
import { showStart } from './start-page.ts'

export function adminRoutes(services: DeskServices): Router {
  const router = new Router()
  router.get(CONSOLE_CALLBACK_PATH, async (ctx: RouterContext) => {
    const { to, values } = await finishSignIn(services, ctx)
    if (!values) return redirect(ctx, to)
    const member = await services.findMember(ctx)
    services.nextPage.lead(ctx, to, { errors: { '': 'admin-send-again' }, values }, member)
  })
  router.get('/admin', atDesk(services, showStart))
  router.get('/admin/audit-entries/export/:format', atDesk(services, downloadAudit))
  router.get('/admin/:section', atDesk(services, showList))
  router.get('/admin/:section/-/:verb', atDesk(services, showAct))
  router.post('/admin/:section/-/:verb', atDesk(services, submitAct))
  router.get('/admin/:section/:key', atDesk(services, showOne))
  router.get('/admin/:section/:key/:verb', atDesk(services, showAct))
  router.post('/admin/:section/:key/:verb', atDesk(services, submitAct))
  return router
}

/** The page that says what became of a device. Its own address: at that of the library, a reload would find nothing. */
import { Router } from '@koa/router'
import { LIBRARY_PATHS } from '../../provider/endpoints/addresses.ts'
import type { Site } from '../../feature.ts'
import { redirect } from '../../interaction/page.ts'

export const ANSWERED_PATH = '/device-answered'

export function deviceAnsweredRoutes({ render, nextPage }: Pick<Site, 'render' | 'nextPage'>): Router {
  const router = new Router()
  router.get('/device-answered', (ctx) => {
    const { about } = nextPage.take(ctx)
    if (!about) return redirect(ctx, LIBRARY_PATHS.code_verification)
    const { answer, app } = about
    render(ctx, 'device-answered', { allowed: answer === 'allowed', clientName: app || undefined })
  })
  return router
}

/** The sites that may use these passkeys, for browsers (WebAuthn Level 3 §5.11, related origin requests). */
import { Router } from '@koa/router'
import { RELATED_ORIGINS_PATH } from '../../provider/endpoints/addresses.ts'

export function relatedOriginsRoutes(origins: readonly string[]): Router {
  const router = new Router()
  router.get(RELATED_ORIGINS_PATH, (ctx) => {
    ctx.body = { origins }
  })
  return router
}

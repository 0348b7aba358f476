/**
 * The way back from our pages, `/oauth/authorize/<interaction>`. The request was read and kept when it arrived. The
 * library would answer an error here by what the address says: to a redirect address and in a mode that nobody checked.
 */
import { Router } from '@koa/router'

/** Goes before the protocol; of the address's parameters only `kept` is left. */
export function resumedRequestRoutes(authorizationPath: string, kept: string): Router {
  const router = new Router()
  router.get(`${authorizationPath}/:uid`, (ctx, next) => {
    const value = ctx.query[kept]
    ctx.query = value === undefined ? {} : { [kept]: value }
    return next()
  })
  return router
}

/**
 * The return from our pages, `/oauth/authorize/<interaction>`. The request was read and stored when it arrived. For an
 * error here, the library would use the parameters of the address: a redirect address and a mode that nobody checked.
 */
import { Router } from '@koa/router'

/** Runs before the protocol. Keeps only `kept` of the address's parameters. */
export function resumedRequestRoutes(authorizationPath: string, kept: string): Router {
  const router = new Router()
  router.get(`${authorizationPath}/:uid`, (ctx, next) => {
    const value = ctx.query[kept]
    ctx.query = value === undefined ? {} : { [kept]: value }
    return next()
  })
  return router
}

/** Serves the logos of apps. */
import { Router } from '@koa/router'
import { AppError } from '../../platform/errors.ts'
import { CLIENT_LOGOS } from '../../clients/logo/client-logo.ts'
import type { LogoOf } from '../../clients/logo/client-logo.ts'

export function clientLogoRoutes({ logoOf }: { logoOf: LogoOf }): Router {
  const router = new Router()
  router.get(`${CLIENT_LOGOS}:clientId`, async (ctx) => {
    const { language } = ctx.query
    const logo = await logoOf(
      ctx.params['clientId'] ?? '',
      typeof language === 'string' ? language : undefined,
    )
    if (!logo) throw new AppError('logo_not_found', 404, 'There is no such picture.')
    // Opened on its own, the picture would be foreign content on our address.
    ctx.set('Content-Security-Policy', "default-src 'none'; sandbox")
    ctx.set('Cross-Origin-Resource-Policy', 'same-origin')
    ctx.set('Cache-Control', 'private, max-age=3600')
    ctx.type = logo.type
    ctx.body = logo.bytes
  })
  return router
}

/** Serves the logos and icons of apps. */
import { Router } from '@koa/router'
import type { AnyContext } from '../../http/request/request-state.ts'
import { AppError } from '../../platform/errors.ts'
import type { Logo, LogoOf } from '../../clients/logo/client-logo.ts'

export function clientLogoRoutes({ logoOf, iconOf }: { logoOf: LogoOf; iconOf: LogoOf }): Router {
  const router = new Router()
  router.get('/client-logo/:clientId', async (ctx) => {
    const { language } = ctx.query
    const clientId = ctx.params['clientId'] ?? ''
    show(ctx, await logoOf(clientId, typeof language === 'string' ? language : undefined))
  })
  router.get('/client-icon/:clientId', async (ctx) => show(ctx, await iconOf(ctx.params['clientId'] ?? '')))
  return router
}

function show(ctx: AnyContext, picture: Logo | undefined): void {
  if (!picture) throw new AppError('logo_not_found', 404, 'There is no such picture.')
  // Opened on its own, the picture would be foreign content on our address.
  ctx.set('Content-Security-Policy', "default-src 'none'; sandbox")
  ctx.set('Cross-Origin-Resource-Policy', 'same-origin')
  ctx.set('Cache-Control', 'private, max-age=3600')
  ctx.type = picture.type
  ctx.body = picture.bytes
}

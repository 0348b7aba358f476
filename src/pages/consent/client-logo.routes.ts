/** Serves the logos and icons of apps. */
import { Router } from '@koa/router'
import type { RouterContext } from '@koa/router'
import type { AnyContext } from '../../http/request/request-state.ts'
import { AppError } from '../../platform/errors.ts'
import type { Logo, LogoOf } from '../../clients/logo/client-logo.ts'
import { findLogo, LOGO_TYPE } from '../../clients/logo/uploaded-logo.ts'
import type { Services } from '../../services.ts'

export function clientLogoRoutes({
  db,
  logoOf,
  iconOf,
}: Pick<Services, 'db'> & { logoOf: LogoOf; iconOf: LogoOf }): Router {
  const router = new Router()
  router.get('/client-logo/:clientId', async (ctx) => {
    const { language } = ctx.query
    const clientId = ctx.params['clientId'] ?? ''
    show(ctx, await logoOf(clientId, typeof language === 'string' ? language : undefined))
  })
  router.get('/client-logo/:clientId/:logoId', async (ctx) => showUploaded(db, ctx))
  router.get('/client-icon/:clientId', async (ctx) => show(ctx, await iconOf(ctx.params['clientId'] ?? '')))
  return router
}

async function showUploaded(db: Services['db'], ctx: RouterContext): Promise<void> {
  const { clientId = '', logoId = '' } = ctx.params
  const bytes = await findLogo(db, clientId, logoId)
  if (!bytes) throw noLogo()
  isolate(ctx)
  // Mail programs show it too.
  ctx.set('Cross-Origin-Resource-Policy', 'cross-origin')
  // Another logo has another address.
  ctx.set('Cache-Control', 'public, max-age=31536000, immutable')
  ctx.type = LOGO_TYPE
  ctx.status = 200
  ctx.etag = logoId
  if (ctx.fresh) ctx.status = 304
  else ctx.body = bytes
}

function show(ctx: AnyContext, picture: Logo | undefined): void {
  if (!picture) throw noLogo()
  isolate(ctx)
  ctx.set('Cross-Origin-Resource-Policy', 'same-origin')
  ctx.set('Cache-Control', 'private, max-age=3600')
  ctx.type = picture.type
  ctx.body = picture.bytes
}

/** Opened on its own, the picture would be foreign content on our address. */
function isolate(ctx: AnyContext): void {
  ctx.set('Content-Security-Policy', "default-src 'none'; sandbox")
}

function noLogo(): AppError {
  return new AppError('logo_not_found', 404, 'There is no such picture.')
}

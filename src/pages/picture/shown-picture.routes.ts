/** Serves the pictures of accounts to anybody who has the address: apps show them on pages of their own. */
import { Router } from '@koa/router'
import { PICTURES } from '../../accounts/picture-address.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import { findPicture, PICTURE_TYPE } from '../../pictures/pictures.ts'
import type { Size } from '../../pictures/pictures.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'

export function shownPictureRoutes({ db }: Pick<Services, 'db'>): Router {
  const router = new Router()
  router.get(`${PICTURES}:id`, (ctx) => show(db, ctx, ctx.params['id'] ?? '', 'large'))
  router.get(`${PICTURES}:id/small`, (ctx) => show(db, ctx, ctx.params['id'] ?? '', 'small'))
  return router
}

async function show(db: Services['db'], ctx: AnyContext, id: string, size: Size): Promise<void> {
  const bytes = await findPicture(db, id, size)
  if (!bytes) throw new AppError('picture_not_found', 404, 'There is no such picture.')
  // Opened on its own, it is content that somebody uploaded, on our address.
  ctx.set('Content-Security-Policy', "default-src 'none'; sandbox")
  ctx.set('Cross-Origin-Resource-Policy', 'cross-origin')
  // Another picture has another address.
  ctx.set('Cache-Control', 'public, max-age=31536000, immutable')
  ctx.type = PICTURE_TYPE
  ctx.status = 200
  ctx.etag = `${id}-${size}`
  if (ctx.fresh) ctx.status = 304
  else ctx.body = bytes
}

/** Serves status lists to verifiers of JWT access tokens: public, cacheable, and open to scripts of any origin. */
import { Router } from '@koa/router'
import type { Context } from 'koa'
import { AppError } from '../../platform/errors.ts'
import { STATUS_LISTS_PATH } from '../../provider/endpoints/addresses.ts'
import { TTL_SECONDS } from './status-document.ts'
import type { StatusDocuments } from './status-document.ts'

/** `addresses`: of all lists (draft-ietf-oauth-status-list §9). */
export function statusListRoutes(documents: StatusDocuments, addresses: () => Promise<string[]>): Router {
  const router = new Router()
  router.get(STATUS_LISTS_PATH, async (ctx) => {
    ctx.set('Access-Control-Allow-Origin', '*')
    ctx.body = { status_lists: await addresses() }
  })
  router.get(`${STATUS_LISTS_PATH}/:id`, async (ctx) => {
    const document = await documents.find(ctx.params['id'] ?? '')
    if (!document) throw new AppError('status_list_not_found', 404, 'There is no such status list.')
    cacheable(ctx)
    ctx.status = 200
    ctx.set('ETag', document.etag)
    ctx.type = 'application/statuslist+jwt'
    if (ctx.fresh) ctx.status = 304
    else ctx.body = document.jwt
  })
  return router
}

function cacheable(ctx: Context): void {
  ctx.set('Cache-Control', `public, max-age=${TTL_SECONDS}`)
  ctx.set('Access-Control-Allow-Origin', '*')
  ctx.set('Cross-Origin-Resource-Policy', 'cross-origin')
}

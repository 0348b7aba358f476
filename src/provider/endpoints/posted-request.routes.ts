/**
 * Turns an app's request that is posted as a form into the same request as a GET. OpenID Connect Core §3.1.2.1 and
 * RP-Initiated Logout §2 require POST beside GET. But a form of another site carries none of our cookies
 * (`SameSite=Lax`).
 */
import { Router } from '@koa/router'
import type { Context } from 'koa'
import { AppError } from '../../platform/errors.ts'
import { readBody } from '../../http/request/read-body.ts'

/** The longest query that every proxy accepts. */
const LIMIT_BYTES = 8 * 1024
const FORM = 'application/x-www-form-urlencoded'

/** Runs before the protocol. It decides nothing, and a repeated parameter stays repeated. */
export function postedRequestRoutes(paths: readonly string[]): Router {
  const router = new Router()
  for (const path of paths) router.post(path, (ctx) => turnIntoGet(ctx, path))
  return router
}

/** The address of the sign-out page's form leads to that page, when it is opened. */
export function formAddressRoutes(forms: Readonly<Record<string, string>>): Router {
  const router = new Router()
  for (const [form, page] of Object.entries(forms))
    router.get(form, (ctx) => {
      ctx.redirect(page)
      ctx.status = 303
    })
  return router
}

/** 303, so that no browser posts the form anywhere else (RFC 9700 §4.12). */
async function turnIntoGet(ctx: Context, path: string): Promise<void> {
  if (!ctx.is(FORM)) throw new AppError('invalid_request', 400, `This address takes ${FORM}.`)
  const body = await readBody(ctx, { limitBytes: LIMIT_BYTES }).catch(sayWhereMoreFits)
  const parameters = [...new URLSearchParams(ctx.search), ...new URLSearchParams(body.toString())]
  ctx.redirect(`${path}?${new URLSearchParams(parameters)}`)
  ctx.status = 303
}

function sayWhereMoreFits(error: unknown): never {
  if (!(error instanceof AppError) || error.status !== 413) throw error
  const message = `A request by way of the browser has at most ${LIMIT_BYTES} bytes; push a larger one (RFC 9126).`
  throw new AppError(error.code, error.status, message, { cause: error })
}

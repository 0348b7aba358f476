/**
 * The address that a device shows as a picture, with its code (`verification_uri_complete`, RFC 8628 §3.3.1). The library takes
 * a code only from its form. So this request goes on as if that form had been sent, and the person meets one question.
 *
 * It is safe without the secret of the form. The code only leads to the question. The policy of the provider asks
 * it for each code, and it names the code, the device and its network. Another site that opens this address gains what a link to a
 * sign-in gains. The answer of the person is a form with a secret of its own.
 */
import { Router } from '@koa/router'
import type { Context } from 'koa'
import type { AnyContext } from '../../http/request/request-state.ts'

const LINKED = 'linkedCode'
/** More than any spelling of a code has. */
const LONGEST = 100

/** Runs before the protocol. */
export function linkedCodeRoutes(path: string): Router {
  const router = new Router()
  router.get(path, async (ctx, next) => {
    const { user_code: userCode } = ctx.query
    if (ctx.method !== 'GET' || typeof userCode !== 'string' || userCode === '' || !isOpenedByPerson(ctx))
      return next()
    ctx.querystring = ''
    ctx.state[LINKED] = userCode.slice(0, LONGEST)
    ctx.method = 'POST'
    try {
      await next()
    } finally {
      ctx.method = 'GET'
    }
  })
  return router
}

/** The code of an opened address, for the steps behind these routes. */
export function linkedCodeOf(ctx: AnyContext): string | undefined {
  return ctx.state[LINKED] as string | undefined
}

/**
 * False for pictures, frames and scripts of another site: each would count as a guess of a code, in the name of the network. Also
 * for a page that a browser loads ahead of time.
 */
function isOpenedByPerson(ctx: Context): boolean {
  const destination = ctx.get('Sec-Fetch-Dest')
  return (destination === '' || destination === 'document') && !ctx.get('Sec-Purpose').includes('prefetch')
}

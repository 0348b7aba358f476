/** Gives every request an id that joins its log lines, also across a proxy. */
import { randomUUID } from 'node:crypto'
import type { Middleware } from 'koa'
import { requestState } from './request-state.ts'

const ACCEPTABLE = /^[\w-]{8,64}$/

/** Keeps `X-Request-Id` when a trusted proxy sent it, else makes one; answers with it. Comes after `clientAddress`. */
export function requestId(): Middleware {
  return (ctx, next) => {
    const state = requestState(ctx)
    const given = state.viaTrustedProxy ? ctx.get('X-Request-Id') : ''
    state.requestId = ACCEPTABLE.test(given) ? given : randomUUID()
    ctx.set('X-Request-Id', state.requestId)
    return next()
  }
}

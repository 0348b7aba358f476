/**
 * Answers requests for the protocol with a wrong method or address (RFC 9110 §15.5.6, RFC 9126 §2.3). Otherwise the
 * guards of our own pages would take them for forged forms.
 */
import type { Context, Middleware } from 'koa'
import { AppError } from '../../platform/errors.ts'
import { newErrorId } from '../../http/error-handler.ts'
import { redactedPath } from '../../http/request/redacted-path.ts'
import { requestState } from '../../http/request/request-state.ts'
import type { Logger } from '../../platform/logging/log.ts'
import { CHALLENGE_PATH, LIBRARY_PATHS, STATUS_LISTS_PATH } from './addresses.ts'

const {
  authorization,
  end_session,
  userinfo,
  jwks,
  registration,
  code_verification: _page,
  ...others
} = LIBRARY_PATHS

const METHODS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [...Object.values(others), registration, CHALLENGE_PATH].map((path) => [path, 'POST']),
  ),
  [authorization]: 'GET, POST',
  [end_session]: 'GET, POST',
  [userinfo]: 'GET, POST',
  [jwks]: 'GET',
  [`${registration}/:id`]: 'GET, PUT, DELETE',
  [STATUS_LISTS_PATH]: 'GET',
  [`${STATUS_LISTS_PATH}/:id`]: 'GET',
  '/.well-known/openid-configuration': 'GET',
  '/.well-known/oauth-authorization-server': 'GET',
}

/** Addresses where apps look for the protocol, here or on other servers. Other addresses are only probes. */
const OF_THE_PROTOCOL = /^\/(?:oauth2?|connect|token|authorize|userinfo|\.well-known)(?:\/|$)/

/** Runs after the protocol. `isPage` recognizes the addresses of our own pages. */
export function refuseOtherAddresses(log: Logger, isPage: (ctx: Context) => boolean): Middleware {
  return async (ctx, next) => {
    const allowed = METHODS[patternOf(ctx.path)]
    if (allowed === undefined && isPage(ctx)) return next()
    if (OF_THE_PROTOCOL.test(ctx.path)) logRefusal(log, ctx, allowed)
    if (allowed === undefined || allowed.split(', ').includes(ctx.method)) throw nothingHere(ctx)
    ctx.set('Allow', allowed)
    ctx.status = 405
  }
}

/** Logged as a refusal, because an app with a wrong address needs the same help. */
function logRefusal(log: Logger, ctx: Context, allowed: string | undefined): void {
  const state = requestState(ctx)
  state.errorId ??= newErrorId()
  const { errorId, requestId } = state
  const isThere = allowed !== undefined && !allowed.split(', ').includes(ctx.method)
  const refusal = isThere ? 'method_not_allowed' : 'not_found'
  const came = { path: redactedPath(ctx.originalUrl), got: ctx.method.slice(0, 20), registered: allowed }
  log.info({ event: 'address.error', errorId, requestId, refusal, ...came }, 'oidc.refused')
}

function patternOf(path: string): string {
  const plain = path.replace(/(?<=.)\/$/, '')
  const at = plain.lastIndexOf('/')
  const ofOne = `${plain.slice(0, at)}/:id`
  return Object.hasOwn(METHODS, ofOne) ? ofOne : plain
}

function nothingHere(ctx: Context): AppError {
  const words = 'There is nothing at this address.'
  const hint = ' The endpoints are named in /.well-known/openid-configuration.'
  return new AppError('not_found', 404, ctx.accepts('json', 'html') === 'html' ? words : words + hint)
}

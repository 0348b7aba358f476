/** Serves operations: address, token, body, work, answer. Failures of every kind are problem details. */
import { Readable } from 'node:stream'
import { Router } from '@koa/router'
import type { RouterContext } from '@koa/router'
import type { Context } from 'koa'
import { z } from 'zod'
import { actingAs } from '../events/actor.ts'
import { AppError } from '../platform/errors.ts'
import { assertMatches, etagOf } from '../http/etag.ts'
import { jsonBody } from '../http/request/json-body.ts'
import { uploadedFile } from '../http/request/uploaded-file.ts'
import { requestState } from '../http/request/request-state.ts'
import type { AnyContext } from '../http/request/request-state.ts'
import { validate } from '../http/request/validate.ts'
import { originsOf } from '../provider/clients/cross-origin.ts'
import { assertMayChange } from '../accounts/roles/caller-bounds.ts'
import { actorOf, assertHolder, assertMayCall, readToken } from './bearer.ts'
import type { BearerNeeds } from './bearer.ts'
import { challengesOf } from './challenge.ts'
import { once } from './kept-answers/idempotency.ts'
import type { KeptAnswer, KeyNeeds } from './kept-answers/idempotency.ts'
import { DOCUMENT_PATH } from './openapi.ts'
import { changesAccount, scopesOf } from './operation.ts'
import type { ApiRequest, ApiToken, Operation } from './operation.ts'
import { PROBLEM_TYPE, problemBody } from './problem.ts'
import { API_PATH } from './scopes.ts'
import { recordView } from './viewed.ts'

export type ApiNeeds = BearerNeeds & KeyNeeds

const METHODS = 'GET, POST, PUT, PATCH, DELETE'
const REQUEST_HEADERS = 'Authorization, Content-Type, DPoP, Idempotency-Key, If-Match, If-None-Match'
const ANSWER_HEADERS = 'ETag, Location, Link, Retry-After, WWW-Authenticate, DPoP-Nonce, Idempotency-Replayed'
const PREFLIGHT_SECONDS = 600
/** Every other address. */
const REST = '/{*rest}'
/** Of a streamed answer, so many wait for a slow caller. */
const STREAMED_PIECES = 16
/** A parameter that nobody reads is a mistake of the caller. */
const NO_QUERY = z.strictObject({})
const NO_UPLOAD = { types: [], limitBytes: 0 }

/** `document`: what describes the operations, for everybody. */
export function apiRoutes(needs: ApiNeeds, operations: readonly Operation[], document: object): Router {
  const router = new Router({ prefix: API_PATH })
  router.get(DOCUMENT_PATH, (ctx) => {
    ctx.set('Access-Control-Allow-Origin', '*')
    ctx.body = document
  })
  for (const one of operations) {
    router[one.method](one.path.replaceAll('{', ':').replaceAll('}', ''), (ctx) => serve(needs, one, ctx))
  }
  router.all(REST, (ctx) => refuse(ctx, needs))
  return router
}

async function serve(needs: ApiNeeds, one: Operation, ctx: RouterContext): Promise<void> {
  failAsProblem(ctx, needs, one)
  const presented = await readToken(needs, ctx.get('Authorization'))
  const { token, held } = presented
  // A page reads why its proof was refused.
  allowOrigin(ctx, held.client)
  await assertHolder(needs, ctx, presented)
  await assertMayCall(needs, one, token)
  const request = await requestOf(one, ctx, token)
  if (changesAccount(one)) await assertMayChange(needs.db, token, accountIn(request))
  const work = () => answerOf(needs, one, request)
  const { 'idempotency-key': key } = ctx.headers
  if (!one.creates || typeof key !== 'string') return send(ctx, one, await work())
  if (key === '' || key.length > 255)
    throw new AppError('invalid_request', 400, 'Idempotency-Key has 1 to 255 characters.')
  const caller = `${token.clientId} ${token.account?.id ?? ''}`
  const answer = await once(needs, { key, caller, request: fingerprint(ctx, request) }, work)
  if (answer.replayed) ctx.set('Idempotency-Replayed', 'true')
  send(ctx, one, answer)
}

async function requestOf(one: Operation, ctx: RouterContext, token: ApiToken): Promise<ApiRequest> {
  return {
    params: one.params && validate(one.params, ctx.params),
    query: validate(one.query ?? NO_QUERY, ctx.query),
    body: one.body && validate(one.body, await jsonBody(ctx as unknown as Context)),
    upload: () => uploadedFile(ctx, one.upload ?? NO_UPLOAD),
    token,
    ip: requestState(ctx).clientIp ?? '',
    assertMatches: (current) => assertMatches(ctx.get('If-Match'), current),
  }
}

function accountIn({ params }: ApiRequest): string {
  return (params as { id: string }).id
}

async function answerOf(needs: ApiNeeds, one: Operation, request: ApiRequest): Promise<KeptAnswer> {
  const handle = one.handle as (given: ApiRequest) => ReturnType<Operation['handle']>
  const { body, location } = await actingAs(actorOf(request.token), () => handle(request))
  await recordView(needs, one, request)
  return { status: one.answer.status, body, location }
}

function send(ctx: RouterContext, one: Operation, { status, body, location }: KeptAnswer): void {
  ctx.status = status
  if (location !== undefined) ctx.set('Location', `${API_PATH}${location}`)
  if (one.answer.schema === undefined) {
    ctx.body = null
    ctx.status = status
    return
  }
  if (one.answer.streamed) {
    ctx.type = 'json'
    ctx.body = Readable.from(body as AsyncIterable<string>, { highWaterMark: STREAMED_PIECES })
    return
  }
  if (one.answer.etag) ctx.set('ETag', etagOf(body))
  if (one.method === 'get' && ctx.fresh) ctx.status = 304
  else ctx.body = body as object
}

function fingerprint(ctx: RouterContext, { body, query }: ApiRequest): string {
  return JSON.stringify([ctx.method, ctx.path, query ?? null, body ?? null])
}

/** What no operation serves: preflights (CORS), another method, another address. */
function refuse(ctx: RouterContext, needs: ApiNeeds): void {
  failAsProblem(ctx, needs)
  const allowed = methodsAt(ctx)
  if (allowed.length === 0) throw new AppError('not_found', 404, 'There is nothing at this address.')
  const list = allowed.join(', ')
  if (ctx.method !== 'OPTIONS') {
    ctx.set('Allow', list)
    throw new AppError(
      'method_not_allowed',
      405,
      `This address does not take ${ctx.method}. It takes ${list}.`,
    )
  }
  // A preflight has no token yet, so the origin is checked with the request that follows.
  ctx.set('Access-Control-Allow-Origin', ctx.get('Origin') || '*')
  ctx.set('Access-Control-Allow-Methods', METHODS)
  ctx.set('Access-Control-Allow-Headers', REQUEST_HEADERS)
  ctx.set('Access-Control-Max-Age', String(PREFLIGHT_SECONDS))
  ctx.vary('Origin')
  ctx.status = 204
}

/** HEAD goes with GET. */
function methodsAt({ matched = [] }: RouterContext): string[] {
  return matched
    .filter(({ path }) => path !== `${API_PATH}${REST}`)
    .flatMap(({ methods }) => methods)
    .filter((method) => method !== 'HEAD')
}

/** @throws AppError 403 `origin_not_allowed`, before anything is done */
function allowOrigin(ctx: RouterContext, client: Parameters<typeof originsOf>[0]): void {
  const origin = ctx.get('Origin')
  if (origin === '') return
  if (!originsOf(client).includes(origin))
    throw new AppError(
      'origin_not_allowed',
      403,
      'Pages of this origin may not call with a token of this client.',
    )
  ctx.set('Access-Control-Allow-Origin', origin)
  ctx.set('Access-Control-Expose-Headers', ANSWER_HEADERS)
  ctx.vary('Origin')
}

function failAsProblem(ctx: AnyContext, { adminSignInSeconds }: ApiNeeds, one?: Operation): void {
  requestState(ctx).answerFailure = (answered, failure, error) => {
    const refused = { ...failure, authorization: ctx.get('Authorization') }
    const maxAgeSeconds = one?.signInSeconds ?? adminSignInSeconds
    const challenges = challengesOf(refused, { scope: one && scopesOf(one).join(' '), maxAgeSeconds })
    if (challenges.length > 0) answered.set('WWW-Authenticate', challenges)
    answered.type = PROBLEM_TYPE
    answered.body = JSON.stringify(problemBody(failure, error))
  }
}

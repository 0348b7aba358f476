/**
 * Explains every refusal to those who can correct it. The app's developer reads the answer, in any of its forms. The
 * operator reads the log, by the id that is on the page or in `X-Request-Id`.
 */
import type { EventEmitter } from 'node:events'
import { errors } from 'oidc-provider'
import type { Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider'
import { newErrorId } from '../../http/error-handler.ts'
import { isOutage } from '../../http/outage.ts'
import { requestState } from '../../http/request/request-state.ts'
import { AppError } from '../../platform/errors.ts'
import { loggableError } from '../../platform/logging/loggable-error.ts'
import type { Logger } from '../../platform/logging/log.ts'
import { wrapResponseModes } from '../library/response-modes.ts'
import type { Refusal } from './descriptions.ts'
import { explain, plain } from './explain.ts'
import { openingOf } from './opening.ts'
import { refusalFacts } from './facts.ts'
import { noteAppError } from './app-errors.ts'
import type { NoteError } from '../../clients/errors/client-errors.ts'
import { shownSentence } from '../../platform/shown.ts'

const REFUSALS = [
  'authorization.error',
  'pushed_authorization_request.error',
  'grant.error',
  'authorization_challenge.error',
  'introspection.error',
  'revocation.error',
  'userinfo.error',
  'end_session.error',
  'end_session_confirm.error',
  'end_session_success.error',
  'registration_create.error',
  'registration_read.error',
  'registration_update.error',
  'registration_delete.error',
  'device_authorization.error',
  'code_verification.error',
  'device_resume.error',
  'backchannel_authentication.error',
] as const

export const OUTAGE = {
  error: 'temporarily_unavailable',
  error_description: 'the service is briefly unavailable: send the same request again',
}
const FAILURE = {
  error: 'server_error',
  error_description: 'something went wrong here, not in the request: the operator finds it by X-Request-Id',
}

type RenderError = Configuration['renderError']

/** Endpoints for programs. RFC 6749 §5.2 requires JSON there. The `Accept` header does not count: Java's default is HTML. */
const FOR_PROGRAMS = new Set([
  'token',
  'pushed_authorization_request',
  'introspection',
  'revocation',
  'userinfo',
  'registration',
  'client',
  'client_update',
  'client_delete',
  'device_authorization',
  'backchannel_authentication',
  'authorization_challenge',
])

/** The page is rendered before the library emits its refusal event. */
export function describedPage(render: RenderError): RenderError {
  return (ctx, out, error) => {
    explain(ctx, error)
    noteRefusal(ctx, error)
    if (!FOR_PROGRAMS.has(ctx.oidc.route)) return render?.(ctx, out, error)
    ctx.body = out
    return undefined
  }
}

/** Keeps the refusal for the page. An error of the server is left out, because nobody outside may see its details. */
function noteRefusal(ctx: KoaContextWithOIDC, refusal: Refusal): void {
  if (!(refusal instanceof errors.OIDCProviderError) || refusal.statusCode >= 500) return
  const { message: error, error_description: reason } = refusal
  // There are too many requests: nothing is wrong with the app.
  if (error === 'temporarily_unavailable') return
  requestState(ctx).refusal = { error, reason, ...refusalFacts(ctx, refusal) }
}

type Told = { log: Logger; noteError: NoteError }

/** Call once per provider instance. */
export function describeRefusals(provider: Provider, { log, noteError }: Told): void {
  const events: EventEmitter = provider
  const answers = new WeakMap<KoaContextWithOIDC, { error: string; error_description?: string | undefined }>()
  for (const name of REFUSALS)
    events.on(name, (ctx: KoaContextWithOIDC, refusal: Refusal) => {
      explain(ctx, refusal)
      const { message: error, error_description } = refusal
      answers.set(ctx, { error, error_description })
      tellProgram(ctx, { error, error_description })
      const level = requestState(ctx).folded ? 'debug' : 'info'
      log[level]({ event: name, ...idsOf(ctx), ...entryOf(ctx, refusal) }, 'oidc.refused')
      noteAppError(noteError, ctx, refusal)
    })
  events.on('server_error', (ctx: KoaContextWithOIDC, error: Error) => {
    if (error instanceof AppError && error.status < 500) return refuse(ctx, error, log)
    ctx.state['failure'] = error
    const answer = isOutage(error) ? OUTAGE : FAILURE
    requestState(ctx).failed = answer.error
    tellProgram(ctx, answer)
    log.error({ route: ctx.oidc?.route, ...idsOf(ctx), err: loggableError(error) }, 'oidc.failed')
  })
  wrapResponseModes(provider, (ctx, payload) =>
    'error' in payload ? { ...payload, ...answers.get(ctx) } : payload,
  )
}

/**
 * Turns a refusal of our own nouns, which the library takes for a server error, into one of the protocol. RFC 6749 §5.2
 * does not have a code for each of them.
 */
function refuse(ctx: KoaContextWithOIDC, refusal: AppError, log: Logger): void {
  const { status, message, code, retryAfterSeconds } = refusal
  if (ctx.status >= 500) ctx.status = status
  if (retryAfterSeconds !== undefined) ctx.set('Retry-After', String(Math.ceil(retryAfterSeconds)))
  const error = status === 429 ? OUTAGE.error : 'invalid_request'
  tellProgram(ctx, { error, error_description: plain(message) })
  log.info({ route: ctx.oidc?.route, ...idsOf(ctx), refusal: code, reason: message }, 'oidc.refused')
}

function entryOf(ctx: KoaContextWithOIDC, refusal: Refusal) {
  const { message, error_description: reason, error_detail } = refusal
  const clientId = ctx.oidc.client?.clientId
  // A JSON syntax error quotes the text where it begins.
  const detail = error_detail === undefined ? undefined : shownSentence(error_detail)
  const setting = openingOf(ctx, reason ?? '')
  return { clientId, refusal: message, reason, detail, setting, ...refusalFacts(ctx, refusal) }
}

/** The id that the error page will show as well. */
function idsOf(ctx: KoaContextWithOIDC) {
  const state = requestState(ctx)
  state.errorId ??= newErrorId()
  return { errorId: state.errorId, requestId: state.requestId }
}

/**
 * Puts the words into the JSON that the library has prepared, and into the `WWW-Authenticate` header that repeats them.
 */
function tellProgram(
  ctx: KoaContextWithOIDC,
  answer: { error: string; error_description?: string | undefined },
): void {
  const { body } = ctx as { body: unknown }
  if (typeof body !== 'object' || body === null || !('error' in body)) return
  ctx.body = { ...body, ...answer }
  const challenges = [ctx.response.get('WWW-Authenticate') as string | string[]].flat().filter(Boolean)
  const { error_description: words = '' } = answer
  if (challenges.length > 0)
    ctx.set(
      'WWW-Authenticate',
      challenges.map((one) => redescribed(one, words)),
    )
}

const DESCRIPTION = 'error_description="'

/** The challenge with other words. RFC 6749 §5.2 does not allow quotes and backslashes in a description. */
function redescribed(challenge: string, words: string): string {
  const at = challenge.indexOf(DESCRIPTION)
  if (at < 0) return challenge
  const from = at + DESCRIPTION.length
  const end = challenge.indexOf('"', from)
  return `${challenge.slice(0, from)}${words}${challenge.slice(end < 0 ? challenge.length : end)}`
}

/**
 * The one place that answers failures. Gives each an id, which is on the page and in the log. Logs it once, and answers
 * HTML or JSON by `Accept`. `public-error.ts` decides what may be shown.
 */
import { randomInt } from 'node:crypto'
import type { Middleware } from 'koa'
import { AppError, isLimit, Overload } from '../platform/errors.ts'
import type { Logger } from '../platform/logging/log.ts'
import { toFailure } from './public-error.ts'
import type { Failure, LeadElsewhere, RenderErrorPage } from './public-error.ts'
import { loggableError } from '../platform/logging/loggable-error.ts'
import type { AnswerOverload } from './overload.ts'
import { redactedPath } from './request/redacted-path.ts'
import { requestState } from './request/request-state.ts'
import type { AnyContext, RequestState } from './request/request-state.ts'
import { wantsPage } from './request/wants-page.ts'

export type ErrorNeeds = {
  log: Logger
  /** Sets the HTML body for the failure. If it throws, plain text is answered. */
  renderErrorPage: RenderErrorPage
  /** Is asked before a failure is answered with a page. */
  leadElsewhere?: LeadElsewhere
  /** Answers requests that are refused by overload. It logs for itself. */
  answerOverload?: AnswerOverload
  /** Called with the code of each refusal by a limit. */
  onLimit?: (code: string) => void
}

/** Outermost middleware: answers errors of the inner ones, and requests that none of them answered. */
export function errorHandler(needs: ErrorNeeds): Middleware {
  const answer = failureResponder(needs)
  return async (ctx, next) => {
    try {
      refuseStrangeTarget(ctx.req.url ?? '')
      await next()
      const unanswered = unansweredError(ctx)
      if (unanswered) throw unanswered
    } catch (error) {
      await answer(ctx, error)
    }
  }
}

/** Logs a failure and answers it; also for a library that hands its errors to a function instead of throwing. */
export function failureResponder(needs: ErrorNeeds) {
  const { log, renderErrorPage, leadElsewhere, answerOverload, onLimit } = needs
  return async (ctx: AnyContext, error: unknown): Promise<void> => {
    const state = requestState(ctx)
    const failure = toFailure(error)
    const { code, status } = failure
    if (isLimit(failure)) onLimit?.(code)
    else if (status >= 500) state.failed = code
    const isFolded = error instanceof Overload && answerOverload && !state.answerFailure
    if (isFolded && !ctx.headerSent) return answerOverload(ctx, error)
    // The library may have reported this error before, and the error then has an id.
    const errorId = (state.errorId ??= newErrorId())
    const facts = { errorId, requestId: state.requestId, errorCode: code, status, method: ctx.method }
    const entry = { ...facts, path: redactedPath(ctx.originalUrl), err: loggableError(error) }
    if (status >= 500) log.error(entry, 'http.failed')
    else log[state.folded ? 'debug' : 'info'](entry, 'http.refused')
    if (ctx.respond === false || ctx.headerSent || !ctx.writable) return abandon(ctx)
    const page = { ...failure, errorId }
    const { answerFailure } = state
    for (const name of STALE) ctx.remove(name)
    if (!answerFailure && leadElsewhere?.(ctx, page)) return
    const write = answerFailure ? asOwn(answerFailure, error) : byAccept(needsPage(renderErrorPage, log))
    await answer(ctx, page, write)
  }
}

const ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Eight characters in two groups, without look-alikes: short enough to be read out on the telephone. */
export function newErrorId(): string {
  const characters = Array.from({ length: 8 }, () => ALPHABET[randomInt(ALPHABET.length)])
  return `${characters.slice(0, 4).join('')}-${characters.slice(4).join('')}`
}

// Half of the response was sent: only closing the connection shows the peer that it is incomplete.
function abandon(ctx: AnyContext): void {
  ctx.respond = false
  if (!ctx.res.writableEnded) ctx.res.destroy()
}

type RenderPage = (ctx: AnyContext, page: Logged) => Promise<boolean>

function needsPage(renderErrorPage: ErrorNeeds['renderErrorPage'], log: Logger): RenderPage {
  return async (ctx, page) => {
    try {
      await renderErrorPage(ctx, page)
      return ctx.body !== undefined && ctx.body !== null
    } catch (error) {
      log.error({ errorId: page.errorId, err: loggableError(error) }, 'http.error_page_failed')
      return false
    }
  }
}

// These headers described the response that was replaced.
const STALE = [
  'ETag',
  'Last-Modified',
  'Content-Encoding',
  'Content-Disposition',
  'Location',
  'Content-Length',
]

type Logged = Failure & { errorId: string }
type WriteAnswer = (ctx: AnyContext, page: Logged) => Promise<void> | void

async function answer(ctx: AnyContext, page: Logged, write: WriteAnswer): Promise<void> {
  await write(ctx, page)
  ctx.status = page.status
  ctx.set('Cache-Control', 'no-store')
  if (page.retryAfterSeconds !== undefined) ctx.set('Retry-After', String(Math.ceil(page.retryAfterSeconds)))
}

function asOwn(answerFailure: NonNullable<RequestState['answerFailure']>, error: unknown): WriteAnswer {
  return (ctx, page) => answerFailure(ctx, page, error)
}

function byAccept(renderPage: RenderPage): WriteAnswer {
  return async (ctx, page) => {
    if (!wantsPage(ctx)) answerJson(ctx, page)
    else if (!(await renderPage(ctx, page))) answerText(ctx, page)
    ctx.vary('Accept')
  }
}

function answerJson(ctx: AnyContext, { code, message, errorId }: Logged): void {
  ctx.type = 'json'
  ctx.body = JSON.stringify({ error: code, error_description: message, error_id: errorId })
}

function answerText(ctx: AnyContext, { message, errorId }: Logged): void {
  ctx.type = 'text'
  ctx.body = `${message}\n\nError ${errorId}\n`
}

// Node passes on any text of the request line. To read a path from invalid text would throw later, as a server error.
function refuseStrangeTarget(target: string): void {
  if (target.startsWith('/') || URL.canParse(target)) return
  throw new AppError('invalid_request', 400, 'The address of the request is not one.')
}

function unansweredError(ctx: AnyContext): AppError | undefined {
  if (ctx.respond === false || ctx.headerSent || hasBody(ctx)) return undefined
  if (ctx.status === 404) return new AppError('not_found', 404, 'There is nothing at this address.')
  if (ctx.status === 405 || ctx.status === 501) {
    const allowed = ctx.response.get('Allow')
    const hint = allowed ? ` It takes ${allowed}.` : ''
    return new AppError('method_not_allowed', 405, `This address does not take ${shown(ctx.method)}.${hint}`)
  }
  return undefined
}

function hasBody(ctx: AnyContext): boolean {
  return ctx.body !== undefined && ctx.body !== null
}

function shown(method: string): string {
  return method.slice(0, 20)
}

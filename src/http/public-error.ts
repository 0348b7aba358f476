/** Turns any thrown value into an answer that is safe to show: a status, a stable code and a sentence. */
import { ZodError } from 'zod'
import { AppError, unavailable } from '../platform/errors.ts'
import { isOutage } from './outage.ts'
import type { AnyContext } from './request/request-state.ts'
import { describeIssues } from './request/validate.ts'

export type Failure = {
  status: number
  code: string
  /** Safe to show: never a stack, SQL or a path. */
  message: string
  retryAfterSeconds?: number | undefined
}

export type ErrorPage = Failure & {
  /** Missing where the refusal has no log line of its own. */
  errorId?: string | undefined
  /** The page of the form that was refused. */
  formHref?: string
}

/** Answers with a redirect to a page that says why. False: the failure is the answer. */
export type LeadElsewhere = (ctx: AnyContext, failure: ErrorPage) => boolean

export type RenderErrorPage = (ctx: AnyContext, page: ErrorPage) => unknown

/** Maps any thrown value to a failure. Unknown ones become a 500 without details. */
export function toFailure(error: unknown): Failure {
  if (error instanceof AppError) return fromAppError(error)
  if (error instanceof ZodError) {
    return { status: 400, code: 'invalid_request', message: describeIssues(error) }
  }
  if (error instanceof URIError) {
    return { status: 400, code: 'invalid_request', message: 'The address is not correctly encoded.' }
  }
  return fromExposed(error) ?? (isOutage(error) ? fromAppError(unavailable(error)) : internal())
}

function fromAppError({ status, code, message, retryAfterSeconds }: AppError): Failure {
  return { status, code, message, retryAfterSeconds }
}

type Exposed = { status: number; expose: true; error?: unknown; error_description?: unknown; message: string }

// http-errors (Koa's ctx.throw) and OAuth errors (RFC 6749 §5.2) mark by `expose` that their message may be shown.
function fromExposed(error: unknown): Failure | undefined {
  if (!isExposed(error)) return undefined
  const code = typeof error.error === 'string' ? error.error : (CODES[error.status] ?? 'invalid_request')
  const description = typeof error.error_description === 'string' ? error.error_description : error.message
  return { status: error.status, code, message: description }
}

function isExposed(error: unknown): error is Exposed {
  if (!(error instanceof Error) || !('expose' in error) || !('status' in error)) return false
  return error.expose === true && Number(error.status) >= 400 && Number(error.status) < 500
}

const CODES: Record<number, string> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  406: 'not_acceptable',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
}

function internal(): Failure {
  return {
    status: 500,
    code: 'server_error',
    message: 'Something went wrong on our side. It has been noted.',
  }
}

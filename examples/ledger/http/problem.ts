/** Failures of the API as problem details (RFC 9457). */
import { ZodError } from 'zod'
import type { Context } from 'koa'
import { Refusal } from '../books/refusal.ts'
import type { RefusalCode } from '../books/refusal.ts'

export const PROBLEM_TYPE = 'application/problem+json'
const RETRY_SECONDS = '2'

/** The refusal that an error means; what is none is a failure of the ledger. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof ZodError) {
    const words = error.issues.map(({ path, message }) =>
      [path.join('.'), message].filter(Boolean).join(': '),
    )
    return new Refusal('invalid_request', words.join('; '), { cause: error })
  }
  return new Refusal(isOutage(error) ? 'temporarily_unavailable' : 'server_error', undefined, {
    cause: error,
  })
}

export function answerProblem(ctx: Context, refusal: Refusal, scope?: string): void {
  const { code, status, message, cause } = refusal
  ctx.status = status
  ctx.type = PROBLEM_TYPE
  if (status === 503) ctx.set('Retry-After', RETRY_SECONDS)
  const challenge = challengeOf(code, scope)
  if (challenge) ctx.set('WWW-Authenticate', challenge)
  ctx.body = JSON.stringify(problemOf(code, status, message, cause))
}

export function problemOf(code: RefusalCode, status: number, detail: string, cause?: unknown) {
  const errors = cause instanceof ZodError ? fieldsOf(cause) : []
  return {
    type: `urn:account-server-ledger:problem:${code}`,
    title: titleOf(code),
    status,
    detail,
    code,
    ...(errors.length > 0 && { errors }),
  }
}

/** RFC 6750 §3: without a token the challenge names no error. */
function challengeOf(code: RefusalCode, scope?: string): string | undefined {
  if (code === 'unauthorized') return 'Bearer realm="ledger"'
  if (code === 'invalid_token') return 'Bearer realm="ledger", error="invalid_token"'
  if (code === 'insufficient_scope')
    return `Bearer realm="ledger", error="insufficient_scope", scope="${scope}"`
  return undefined
}

function titleOf(code: string): string {
  const words = code.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function fieldsOf({ issues }: ZodError) {
  return issues.map(({ path, message }) => ({ field: path.map(String).join('.'), message }))
}

/** A database that is away or full answers later. */
function isOutage(error: unknown): boolean {
  const { code = '', name = '' } = (error ?? {}) as { code?: string; name?: string }
  return (
    name === 'KnexTimeoutError' ||
    /^(?:ECONNREFUSED|ECONNRESET|ETIMEDOUT|PROTOCOL_CONNECTION_LOST|ER_(?:LOCK|CON|SERVER)_|SQLITE_BUSY)/.test(
      code,
    )
  )
}

/** Calls operations of the JSON API with the administrator's own token, and says what a refusal means for a page. */
import type { AnyContext } from '../http/request/request-state.ts'
import { requestState } from '../http/request/request-state.ts'
import type { AskSelf } from '../http/ask-self.ts'
import type { Operation } from '../operations/operation.ts'
import { API_PATH } from '../operations/scopes.ts'
import { AppError } from '../platform/errors.ts'
import type { Shown } from './sections/section.ts'

export type Call = {
  id: string
  params?: Readonly<Record<string, string>>
  query?: Readonly<Record<string, string>>
  body?: Shown
  /** In place of a body. */
  file?: { type: string; bytes: Buffer }
  /** The entity tag that was read before: a change of somebody else in between is refused. */
  ifMatch?: string
}
/** `body`: an empty object where the operation answers nothing. */
export type Answer = { body: Shown; etag: string }

/** The API refused what was typed, or the state does not allow it. */
export type Refusal = {
  status: number
  code: string
  detail: string
  fields: { field: string; message: string }[]
}
export class Refused extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.code)
    this.name = 'Refused'
    this.refusal = refusal
  }
}

/** The token is over, or the API wants a newer sign-in (RFC 9470). */
export class SignInNeeded extends Error {}

export type ConsoleApi = (call: Call) => Promise<Answer>

export function consoleApi(
  { askSelf, operations }: { askSelf: AskSelf; operations: readonly Operation[] },
  ctx: AnyContext,
  token: string,
): ConsoleApi {
  return async ({ id, params = {}, query, body, file, ifMatch }) => {
    const one = theOperation(operations, id)
    const path = one.path.replaceAll(/\{([a-z_]{1,40})\}/g, (_, name: string) =>
      encodeURIComponent(params[name] ?? ''),
    )
    const answer = await askSelf({
      method: one.method.toUpperCase() as Parameters<AskSelf>[0]['method'],
      path: `${API_PATH}${path}${query ? `?${new URLSearchParams(query)}` : ''}`,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/json' }),
        ...(file && { 'content-type': file.type }),
        ...(ifMatch && { 'if-match': ifMatch }),
      },
      ...(body && { body: JSON.stringify(body) }),
      ...(file && { body: file.bytes }),
      ip: requestState(ctx).clientIp ?? '',
    })
    const shown = answer.text === '' ? {} : (JSON.parse(answer.text) as Shown)
    if (answer.status < 400) return { body: shown, etag: String(answer.headers['etag'] ?? '') }
    throw problem(answer.status, shown)
  }
}

export function theOperation(operations: readonly Operation[], id: string): Operation {
  const found = operations.find((one) => one.id === id)
  if (!found) throw new Error(`there is no operation ${id}`)
  return found
}

function problem(status: number, shown: Shown): Error {
  // The pages ask for every scope, so a token that lacks one is of an earlier release.
  if (status === 401 || shown['code'] === 'insufficient_scope') return new SignInNeeded()
  const { code, detail, errors } = shown as { code: string; detail: string; errors?: Refusal['fields'] }
  if (status >= 500 || code === 'administrator_required') return new AppError(code, status, detail)
  return new Refused({ status, code, detail, fields: errors ?? [] })
}

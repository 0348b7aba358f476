/** The values that these middlewares store in `ctx.state`, typed, because Koa leaves it open. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BaseContext, DefaultContext } from 'koa'

/** Any Koa context: the application's or a router's. */
export type AnyContext = BaseContext & DefaultContext & { req: IncomingMessage; res: ServerResponse }

export type RequestState = {
  requestId?: string
  /** Where traces are on: 32 hexadecimal digits. */
  traceId?: string
  /** The id shown to the person and written to the log when the request failed. */
  errorId?: string
  /** The code of a failure of the server. Its answer may be a redirect, to a page that says so. */
  failed?: string
  /** What a client of FAPI calls this request in its own log. */
  interactionId?: string
  clientIp?: string
  /** True when the person's connection is encrypted, as far as this server or a trusted proxy knows. */
  secure?: boolean
  viaTrustedProxy?: boolean
  csrfToken?: string
  /** What the protocol refused, for the developer of the app that asked. */
  refusal?: { error: string; reason?: string | undefined; got?: string | undefined; registered?: unknown }
  /** One of many that are logged in sum: no line of its own. */
  folded?: boolean
  /** Answers a failure of this request in a format of its own, in place of a page or the protocol's JSON. */
  answerFailure?: (ctx: AnyContext, failure: ShownFailure, error: unknown) => void
  /** The parsed body, an object without prototype. */
  body?: Record<string, unknown>
  /** The bytes of a file that a form came with. */
  upload?: Buffer
  /** The languages that the app asked for, most wanted first (`ui_locales`, OpenID Connect Core §3.1.2.1). */
  uiLocales?: string | undefined
  /** The language tag of the account that the page is for. */
  readerLocale?: string | null | undefined
  /** The time zone of that account (IANA). */
  readerZone?: string | null | undefined
  /** How the app that the page leads to looks. A floor above defines the rest of its shape. */
  brand?: { name: string }
  /** The id of that app. */
  brandOf?: string
  /** Who is signed in, as the head of their pages shows them. */
  reader?: { name: string; pictureHref?: string }
  /** The signed-in account. The floor above defines its shape. */
  account?: unknown
}

/** A failure as it may be shown. */
export type ShownFailure = { status: number; code: string; message: string; errorId: string }

export function requestState(ctx: AnyContext): RequestState {
  return ctx.state as RequestState
}

/** The fields of a form, every one a string. Empty when the request carried no body. */
export function formOf(ctx: AnyContext): Record<string, string> {
  return (requestState(ctx).body ?? {}) as Record<string, string>
}

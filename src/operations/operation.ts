/**
 * One operation of the JSON API: its address, who may call it, its schemas and its work. The router, the OpenAPI document
 * and the tests read the same value, so that they cannot disagree.
 */
import type { z } from 'zod'
import type { CachedAccount } from '../account-cache/known-account.ts'
import type { ApiScope } from './scopes.ts'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/**
 * - `person`: a token that a person gave an app; the operation acts on that person's account.
 * - `program`: a token that a client got for itself (RFC 6749 §4.4).
 * - `administrator`: a client's own token, or that of a person with a role that allows it.
 */
export type Caller = 'person' | 'program' | 'administrator'

export type Operation = {
  /** The operation's name in the document and in generated clients, e.g. `createAccount`. */
  id: string
  method: Method
  /** Under the API's own address, as OpenAPI writes it: `/accounts/{id}`. */
  path: string
  /** The heading it is shown under. */
  tag: string
  /** One line; the words of the page and of the command line for the same thing. */
  summary: string
  description?: string
  scope: ApiScope
  /** Needed beside it, where the answer joins two subjects. */
  furtherScope?: ApiScope
  caller: Caller
  /** Of an operation that asks for a recent sign-in of a person: the `max_age` that its challenge names. */
  signInSeconds?: number
  params?: Shape
  query?: Shape
  body?: Shape
  /** Instead of a body in JSON: a file, as it is. */
  upload?: Upload
  /** A creation: takes `Idempotency-Key`. */
  creates?: boolean
  /** Answers 429 with `Retry-After` when it is called too often. */
  limited?: boolean
  answer: Answered
  /** Problems beyond those that every operation may answer with: code to status and sentence. */
  problems?: Readonly<Record<string, Problem>>
  handle: (request: never) => Promise<Answer<unknown>>
}

/** Of an operation that gives access. */
export const BEYOND = {
  beyond_your_roles: { status: 403, when: 'It would give or take what the caller may not do.' },
} as const

/** True of operations by which somebody changes the account of another person. */
export function changesAccount({ caller, method, path }: Operation): boolean {
  return caller === 'administrator' && method !== 'get' && path.startsWith('/accounts/{id}')
}

export type Shape = z.ZodObject
export type Upload = {
  /** Media types that it may have. */
  types: readonly string[]
  limitBytes: number
}
export type Answered = {
  status: 200 | 201 | 202 | 204
  description: string
  schema?: z.ZodType
  etag?: boolean
  /** The work answers the JSON of the schema in pieces, each once the caller took those before. */
  streamed?: true
}
export type Problem = { status: number; when: string }

/** What the work is called with. */
export type ApiRequest<P = unknown, Q = unknown, B = unknown> = {
  params: P
  query: Q
  body: B
  /** Reads the file of an operation that takes one. @throws AppError 400, 408, 413 `body_too_large`, 415 `unsupported_media_type` */
  upload: () => Promise<Buffer>
  token: ApiToken
  /** The address that the request came from. The audit trail knows it by itself. */
  ip: string
  /** @throws AppError 412 `precondition_failed` when `If-Match` names another state than this one (RFC 9110 §13.1.1). */
  assertMatches: (current: unknown) => void
}

export type ApiToken = {
  clientId: string
  /** Who acts where there is no token: `cli` of a command on the database. */
  actor?: string
  scopes: ReadonlySet<string>
  /** The person who gave the token; absent for a client's own. */
  account?: CachedAccount | undefined
  /** When that person signed in, where the token says so. */
  signedInAtSeconds?: number | undefined
  /** The level of that sign-in (`acr`), where the token says so. */
  level?: string | undefined
  /** The session in which the person gave it; absent where the access outlives the session. */
  sessionUid?: string | undefined
}

/** `location`: of what was created, under the API's address. */
export type Answer<T> = { body: T; location?: string }

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined
type Body<A extends Answered> = A['streamed'] extends true
  ? AsyncIterable<string>
  : A['schema'] extends z.ZodType
    ? z.output<A['schema']>
    : undefined

type Given<
  P extends Shape | undefined,
  Q extends Shape | undefined,
  B extends Shape | undefined,
  A extends Answered,
> = Omit<Operation, 'params' | 'query' | 'body' | 'answer' | 'handle'> & {
  params?: P
  query?: Q
  body?: B
  answer: A
  handle: (request: ApiRequest<Parsed<P>, Parsed<Q>, Parsed<B>>) => Promise<Answer<Body<A>>>
}

/** What a token needs for it. */
export function scopesOf({ scope, furtherScope }: Pick<Operation, 'scope' | 'furtherScope'>): ApiScope[] {
  return furtherScope === undefined ? [scope] : [scope, furtherScope]
}

/** Ties the types of the schemas to those of the work. */
export function operation<
  P extends Shape | undefined = undefined,
  Q extends Shape | undefined = undefined,
  B extends Shape | undefined = undefined,
  const A extends Answered = Answered,
>(given: Given<P, Q, B, A>): Operation {
  return given as unknown as Operation
}

/**
 * What one request to the provider has read and not yet written. The key is the request's Koa context, which the
 * library keeps in an AsyncLocalStorage. Outside a request there is no scope, and everything is read and written at
 * once.
 */
import { Provider } from 'oidc-provider'
import type { AdapterPayload, KoaContextWithOIDC } from 'oidc-provider'
import type { Entry, Moment, Root } from '../../grant-store/grant-store.ts'

/** A single-use record that the request uses up, as it was found. */
export type PendingUse = {
  model: string
  id: string
  key: string
  payload: AdapterPayload
  foundAt: Moment
}

/** Writes that wait for the end of the request, all under one tag. */
export type PendingCommit = {
  use?: PendingUse
  /** Key of the grant that must still exist. */
  root?: string
  entries: (Entry & { model: string; id: string })[]
}

export type RequestScope = {
  ctx: KoaContextWithOIDC
  /** Grants read together with a token, by tag. `undefined` for a grant that is known to be gone. */
  grants: Map<string, Root | undefined>
  /** Sessions as they were read, by tag. */
  sessions: Map<string, Root>
  /** Single-use records that were found, by the digest of their id. */
  found: Map<string, Pick<PendingUse, 'payload' | 'foundAt'>>
  pending: Map<string, PendingCommit>
  /** Keys that the request no longer needs. They are removed once its answer is certain. */
  finished: string[]
  revoked: Map<string, Promise<void>>
  /** A record that was found used. If its family is revoked for that, the owner is notified. */
  reused?: { model: string; payload: AdapterPayload } | undefined
  flush?: () => Promise<void>
}

// Kept on the context itself. A WeakMap with a key for each request in flight would slow down every garbage collection.
const SCOPE = Symbol('request scope')

type Scoped = { [SCOPE]?: RequestScope }

/** The current request's scope, if this runs inside a request to the provider. */
export function currentScope(): RequestScope | undefined {
  const ctx = Provider.ctx
  return ctx && ((ctx as Scoped)[SCOPE] ?? openScope(ctx))
}

/** The scope of a request, for callers outside the library's own call stack. */
export function scopeOf(ctx: object): RequestScope | undefined {
  return (ctx as Scoped)[SCOPE]
}

/** True when the client, or the proxy for it, has closed the connection. */
export function isAbandoned({ ctx }: RequestScope): boolean {
  const { socket } = ctx.req
  return socket.destroyed || !socket.writable
}

/**
 * The same check for a request of a process that may have hung. Such a process reads the request before it learns that
 * the client hung up. So the event loop reads its sockets once more first.
 */
export async function isSurelyWaitedFor(scope: RequestScope): Promise<boolean> {
  // The first turn ends before the event loop reads its sockets.
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  return !isAbandoned(scope)
}

export function pendingCommit(scope: RequestScope, tag: string): PendingCommit {
  const pending = scope.pending.get(tag) ?? { entries: [] }
  scope.pending.set(tag, pending)
  return pending
}

function openScope(ctx: KoaContextWithOIDC): RequestScope {
  const scope: RequestScope = {
    ctx,
    grants: new Map(),
    sessions: new Map(),
    found: new Map(),
    pending: new Map(),
    finished: [],
    revoked: new Map(),
  }
  return ((ctx as Scoped)[SCOPE] = scope)
}

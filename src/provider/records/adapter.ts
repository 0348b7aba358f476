/**
 * The library's storage, on top of any grant store. It turns raw ids into digests and the library's read-then-act steps
 * into atomic ones, and groups the reads and writes of a request. It keeps nothing itself.
 */
import { errors } from 'oidc-provider'
import type { Adapter, AdapterFactory, AdapterPayload, Provider } from 'oidc-provider'
import { AppError } from '../../platform/errors.ts'
import { MINUTE_MS, SECOND_MS } from '../../platform/clock.ts'
import type { Clock } from '../../platform/clock.ts'
import { createSealer, deriveKey, digest } from '../../platform/tokens.ts'
import type { FlowLimits } from './flow-limits.ts'
import type { GrantStore, Root } from '../../grant-store/grant-store.ts'
import { replaceMember } from '../library/members.ts'
import { createRecordAdapter, revokeOnce, ttlMs } from './record-adapter.ts'
import { withoutId } from './record-payload.ts'
import { createRecordHandles } from './record-handles.ts'
import { currentScope } from './request-scope.ts'
import type { RequestScope } from './request-scope.ts'
import { destroySession } from '../../grant-store/revocation.ts'
import { findSession, findSessionByUid, newVersion, saveSession, untouchedBut } from './session-records.ts'
import type { FoundSession, SessionNeeds, SessionWrite } from './session-records.ts'
import {
  grantDigestOf,
  grantKey,
  isHandle,
  locate,
  locateSession,
  sharedWith,
  tagOf,
} from '../../grant-store/token-ids.ts'
import type { Located } from '../../grant-store/token-ids.ts'
import type { ProtocolPart } from '../contract/protocol-part.ts'
import { createTurns } from './turns.ts'
import { commitEntries, commitPending } from './unit-of-work.ts'
import type { UnitOfWorkNeeds } from './unit-of-work.ts'

export type AdapterNeeds = UnitOfWorkNeeds &
  Pick<SessionNeeds, 'anonymousSessionMs'> & {
    /** Storage of the model Client. */
    clientAdapter: Adapter
    /** Changes how the records of a model are kept. */
    records?: ProtocolPart['records']
    /** Server secrets, the current one first. They seal the secret parts of a record and authenticate handles. */
    secrets: readonly [string, ...string[]]
  }

/** The `adapter` setting of the provider. It needs `installTokenIds` and `flushUnitOfWork` as well. */
export function createAdapterFactory(needs: AdapterNeeds): AdapterFactory {
  const derive = (purpose: string) => {
    const [current, ...older] = needs.secrets
    return [deriveKey(current, purpose), ...older.map((secret) => deriveKey(secret, purpose))] as const
  }
  const parts = {
    ...needs,
    handles: createRecordHandles(derive('oidc-record-handles')),
    userCodeKeys: derive('oidc-user-codes'),
    sealer: createSealer(derive('oidc-records')),
    turns: createTurns(),
  }
  const adapterOf = (model: string): Partial<Adapter> => {
    if (model === 'Session') return sessionAdapter(parts)
    return model === 'Grant' ? grantAdapter(parts) : createRecordAdapter(parts, model)
  }
  return (model) => {
    const change = needs.records?.[model]
    if (model === 'Client') return { ...needs.clientAdapter, ...change?.(needs.clientAdapter) }
    const usual = protect(needs, adapterOf(model))
    return change ? protect(needs, change(usual)) : usual
  }
}

/** Replaces the library's find-then-save by one set-if-absent: a proof or assertion counts once on all nodes. */
export function overrideReplayDetection(
  provider: Provider,
  { store, limits }: { store: GrantStore; limits?: FlowLimits | undefined },
): void {
  const unique = async (issuer: string, jti: string, exp: number) => {
    // Anybody can make proofs. At these endpoints one is remembered only with a token or an authenticated client.
    const ctx = currentScope()?.ctx
    if (ctx) limits?.count(ctx, { by: 'request', bytes: 0 })
    const place = locate('ReplayDetection', digest(`${issuer}\0${jti}`))
    if (!place) throw new TypeError('a digest has no place')
    // Clocks of nodes and clients differ, so a mark outlives what it marks by a little.
    return inProtocol(() => store.claim(place.key, exp * SECOND_MS + MINUTE_MS))
  }
  replaceMember(provider, 'ReplayDetection.unique', () => unique)
}

function sessionAdapter(parts: SessionNeeds & UnitOfWorkNeeds): Partial<Adapter> {
  const remember = (found: FoundSession | undefined) => {
    if (found) currentScope()?.sessions.set(found.place.tag, found.root)
    return found
  }
  const locateAny = (id: string) => parts.handles.open('Session', id) ?? locateSession(id)
  return {
    async find(id) {
      const found = remember(await findSession(parts, id))
      return found && { ...found.payload, jti: found.id }
    },
    async findByUid(uid) {
      const found = remember(await findSessionByUid(parts, uid))
      return found && { ...found.payload, jti: found.id }
    },
    async upsert(id, payload, expiresIn) {
      const place = locateAny(id)
      if (!place) throw new TypeError('a session id without its tag: installTokenIds was not called')
      const scope = currentScope()
      const known = scope?.sessions.get(place.tag)
      const over = known ? { base: known, payload } : await unknownBase(parts, id, place, payload)
      if (over === 'stale') return
      const write = { id, place, payload: withoutId(over.payload), ttlMs: ttlMs(expiresIn), base: over.base }
      if (write.ttlMs <= 0) return
      if (scope && !over.base && !payload.accountId) parts.limits?.count(scope.ctx, { by: 'page', bytes: 0 })
      await (scope ? saveWithAnswer(parts, scope, write) : saveSession(parts, write))
    },
    async destroy(id) {
      const place = locateAny(id)
      if (place) await destroySession(parts, place.tag)
    },
  }
}

/** Writes the session together with the answer. Withdraws the answer on a failure: an error page carries no code. */
async function saveWithAnswer(
  parts: SessionNeeds & UnitOfWorkNeeds,
  scope: RequestScope,
  write: SessionWrite,
): Promise<void> {
  try {
    // A code of this request is written in the same batch. Nobody has it before the answer leaves.
    const [saved] = await Promise.all([saveSession(parts, write), commitEntries(parts, scope)])
    if (saved) scope.sessions.set(write.place.tag, saved)
    // What the request uses up is written last, and only once the library has an answer. A failed request can be
    // repeated.
    if (scope.ctx.status < 400) await commitPending(parts, scope)
  } catch (error) {
    scope.ctx.remove('Location')
    scope.ctx.body = null
    throw error
  }
}

type Over = { base: Root | undefined; payload: AdapterPayload }

/**
 * The base of a write to a session that this request did not read: from a handle, or from an earlier read of one of our
 * pages. `stale` when the session's id or person has changed since.
 */
async function unknownBase(
  { store }: SessionNeeds,
  id: string,
  place: Located,
  payload: AdapterPayload,
): Promise<Over | 'stale'> {
  const base = await store.readRoot(place.key)
  if (isHandle(id)) return base?.digest === place.digest ? { base, payload } : 'stale'
  if (base?.digest !== place.digest) return { base: undefined, payload }
  const merged = untouchedBut(base, payload)
  return merged ? { base, payload: merged } : 'stale'
}

function grantAdapter({ store, clock }: { store: GrantStore; clock: Clock }): Partial<Adapter> {
  const read = async (tag: string, scope: RequestScope | undefined): Promise<Root | undefined> =>
    scope?.grants.has(tag) ? scope.grants.get(tag) : store.readRoot(grantKey(tag))
  return {
    async find(id) {
      const root = await read(tagOf(id), currentScope())
      if (root?.digest !== grantDigestOf(id)) return undefined
      const clientId = sharedWith(id)
      const payload = JSON.parse(root.payload) as AdapterPayload
      return { ...payload, ...(clientId !== undefined && { clientId }), jti: id }
    },
    async upsert(id, payload, expiresIn) {
      const lifetimeMs = ttlMs(expiresIn)
      if (lifetimeMs <= 0 || isHandle(id)) return
      const tag = tagOf(id)
      const root = { digest: digest(id), version: newVersion(), payload: JSON.stringify(withoutId(payload)) }
      const { outcome } = await store.putRoot(grantKey(tag), root, clock() + lifetimeMs)
      currentScope()?.grants.set(tag, outcome === 'done' ? root : undefined)
    },
    async destroy(id) {
      if (!isHandle(id)) await revokeOnce({ store, clock }, tagOf(id))
    },
  }
}

const METHODS = [
  'find',
  'findByUid',
  'findByUserCode',
  'upsert',
  'consume',
  'destroy',
  'revokeByGrantId',
] as const

/** A complete adapter: a missing operation does nothing, and an outage becomes a 503 of the library's own kind. */
function protect(needs: UnitOfWorkNeeds, adapter: Partial<Adapter>): Adapter {
  const guarded = METHODS.map((name) => {
    const method = adapter[name] as ((...args: unknown[]) => Promise<unknown>) | undefined
    return [
      name,
      async (...args: unknown[]) => {
        const scope = currentScope()
        if (scope) scope.flush ??= () => inProtocol(() => commitPending(needs, scope), scope)
        return method && inProtocol(() => method(...args))
      },
    ]
  })
  return Object.fromEntries(guarded) as Adapter
}

async function inProtocol<T>(work: () => Promise<T>, scope = currentScope()): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!scope || !(error instanceof AppError)) throw error
    scope.ctx.set('retry-after', String(error.retryAfterSeconds ?? 1))
    const answer = new errors.TemporarilyUnavailable(error.message, { cause: error })
    // Answers 503 here, as a page or JSON. It never redirects, which would pass the error on to the client.
    throw Object.assign(answer, { status: error.status, statusCode: error.status, allow_redirect: false })
  }
}

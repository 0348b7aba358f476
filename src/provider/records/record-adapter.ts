/**
 * Stores codes, tokens, interactions and pushed requests: everything except sessions and grants. A record under a grant
 * is read together with its grant. Without the grant it counts as missing.
 */
import { errors } from 'oidc-provider'
import type { Adapter, AdapterPayload } from 'oidc-provider'
import { DAY_MS, SECOND_MS } from '../../platform/clock.ts'
import { keyedDigest } from '../../platform/tokens.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Sealer } from '../../platform/tokens.ts'
import type { Entry, GrantStore, SingleUse } from '../../grant-store/grant-store.ts'
import type { RecordHandles } from './record-handles.ts'
import { decode, encode } from './record-payload.ts'
import { currentScope, isSurelyWaitedFor, pendingCommit } from './request-scope.ts'
import type { PendingUse, RequestScope } from './request-scope.ts'
import { revokeGrantByTag } from '../../grant-store/revocation.ts'
import {
  grantDigestOf,
  grantKey,
  isHandle,
  isTagged,
  locate,
  recordKey,
  tagOf,
} from '../../grant-store/token-ids.ts'
import type { Located } from '../../grant-store/token-ids.ts'
import { abandoned, consumeNow, longestPageMs, openSuccessor } from './unit-of-work.ts'
import type { UnitOfWorkNeeds } from './unit-of-work.ts'
import { keepForPage, LINGER_MS, readWaiting, WAITING, waitingEntries } from './waiting-requests.ts'

type Parts = UnitOfWorkNeeds & {
  handles: RecordHandles
  sealer: Sealer
  userCodeKeys: readonly [Buffer, ...Buffer[]]
}
/** A record's name in the library, and its place in the store. */
type Named = { model: string; id: string; place: Located }

/** Models that are written together at the end of a token request. */
const TOKENS = new Set(['AccessToken', 'RefreshToken', 'ClientCredentials'])
/** Models that are read with their use mark. */
const SINGLE_USE = new Set([
  'AuthorizationCode',
  'RefreshToken',
  'DeviceCode',
  'BackchannelAuthenticationRequest',
  'PushedAuthorizationRequest',
  'PreAuthorizedCode',
])
export function createRecordAdapter(parts: Parts, model: string): Partial<Adapter> {
  const { store, handles } = parts
  // A handle names a device code between the person's pages. It is useless as a credential.
  const locateAny = (id: string) =>
    isHandle(id) && !atTokenEndpoint() ? handles.open(model, id) : locate(model, id)
  return {
    async find(id) {
      const place = locateAny(id)
      return place && findRecord(parts, { model, id, place })
    },
    findByUserCode: (userCode) => findByUserCode(parts, model, userCode),
    async upsert(id, payload, expiresIn) {
      const place = locateAny(id)
      if (!place) throw new TypeError(`not an id of ${model}: installTokenIds was not called`)
      await upsertRecord(parts, { model, id, place }, payload, ttlMs(expiresIn))
    },
    async consume(id) {
      const place = locateAny(id)
      if (!place) throw new errors.InvalidGrant('not found')
      await consumeRecord(parts, { model, id, place })
    },
    async destroy(id) {
      const place = locateAny(id)
      if (!place) return
      const scope = currentScope()
      // Removes it only when the answer is certain. After a failure the person can send the request again by reloading.
      if (scope && isResuming(scope)) scope.finished.push(place.key)
      else await store.remove(place.key)
    },
    async revokeByGrantId(grantId) {
      if (isHandle(grantId) || revokesAccessToken()) return
      await revokeOnce(parts, tagOf(grantId))
      await reportReuse(parts, grantId)
    },
  }
}

/** Milliseconds of a lifetime that the library gives in seconds; `undefined` (no limit configured) is one year. */
export function ttlMs(expiresInSeconds: number | undefined): number {
  return Number.isFinite(expiresInSeconds) ? Number(expiresInSeconds) * SECOND_MS : 365 * DAY_MS
}

/** The library revokes one grant up to seven times in parallel. The first call does it, the others wait for it. */
export function revokeOnce(needs: { store: GrantStore; clock: Clock }, tag: string): Promise<void> {
  const scope = currentScope()
  const running = scope?.revoked.get(tag) ?? revokeGrantByTag(needs, tag)
  scope?.revoked.set(tag, running)
  scope?.grants.set(tag, undefined)
  return running
}

/** RFC 7009 §2.1: revoking an access token ends that token, not the grant that other tokens share. */
function revokesAccessToken(): boolean {
  const { route, entities } = currentScope()?.ctx.oidc ?? {}
  return route === 'revocation' && entities?.AccessToken !== undefined
}

function atTokenEndpoint(): boolean {
  return currentScope()?.ctx.oidc.route === 'token'
}

/** True when a write of this model waits for the request's commit. */
function waits(model: string, scope: RequestScope): boolean {
  const { route } = scope.ctx.oidc
  if (route === 'token') return TOKENS.has(model)
  return model === 'AuthorizationCode' && authorizes(scope)
}

/** True when a use of this model waits as well. */
function isUsedUpLater(model: string, scope: RequestScope): boolean {
  return atTokenEndpoint() || (model === 'PushedAuthorizationRequest' && authorizes(scope))
}

function authorizes({ ctx: { oidc } }: RequestScope): boolean {
  return oidc.route === 'authorization' || oidc.route === 'resume'
}

function isResuming({ ctx: { oidc } }: RequestScope): boolean {
  return oidc.route === 'resume' || oidc.route === 'device_resume'
}

async function findRecord(parts: Parts, record: Named): Promise<AdapterPayload | undefined> {
  const { model, id, place } = record
  const { tag, key } = place
  const root = isTagged(model) ? grantKey(tag) : undefined
  const waiting = WAITING.has(model) ? await readWaiting(parts.store, model, key) : undefined
  const single = waiting ?? (SINGLE_USE.has(model) ? await parts.store.readSingleUse(key, root) : undefined)
  const state = single ?? (await parts.store.readToken(key, root))
  const payload = decode(parts.sealer, model, key, waiting?.whole ?? state.payload)
  if (!payload) return undefined
  if (isTagged(model) && payload.grantId !== undefined) {
    if (state.root?.digest !== grantDigestOf(payload.grantId)) return undefined
    currentScope()?.grants.set(tag, state.root)
  }
  if (!single) return { ...payload, jti: id }
  currentScope()?.found.set(place.digest, { payload, foundAt: single.at })
  return { ...payload, ...(await usedMark(parts, record, payload, single)), jti: id }
}

/** `consumed`, in seconds, unless this is the retry of a rotation. */
async function usedMark(
  parts: Parts,
  { model, id }: Named,
  payload: AdapterPayload,
  { use }: SingleUse,
): Promise<{ consumed?: number }> {
  if (!use) return {}
  const scope = currentScope()
  if (scope && atTokenEndpoint()) {
    // The request may have waited in a process that hung, while the client gave up and sent another. That is no sign of
    // theft.
    if (!(await isSurelyWaitedFor(scope))) throw abandoned()
    // Continues as if the token were unused. The commit finds the use again, and answers with the same successor.
    if (model === 'RefreshToken' && (await openSuccessor(parts, id, use)) !== undefined) return {}
    scope.reused = { model, payload }
  }
  return { consumed: Math.floor(use.atMs / SECOND_MS) }
}

async function reportReuse({ onReuse }: Parts, grantId: string): Promise<void> {
  const scope = currentScope()
  const reused = scope?.reused
  if (!scope || reused?.payload.grantId !== grantId) return
  scope.reused = undefined
  const { accountId, clientId } = reused.payload
  await onReuse?.({ model: reused.model, accountId, clientId, grantId })
}

async function upsertRecord(
  parts: Parts,
  { model, id, place: { tag, key, digest: idDigest } }: Named,
  payload: AdapterPayload,
  lifetimeMs: number,
): Promise<void> {
  const { grantId, userCode } = payload
  if (isTagged(model) && grantId !== undefined && tagOf(grantId) !== tag) {
    throw new TypeError(`the id of this ${model} does not carry its grant's tag`)
  }
  // An expired request that waited for a person has nothing more to record.
  if (lifetimeMs <= 0 && WAITING.has(model)) return
  if (lifetimeMs <= 0) return parts.store.remove(key)
  const endsAtMs = parts.clock() + lifetimeMs
  const scope = currentScope()
  const written = (shown: AdapterPayload) => encode(parts.sealer, model, key, shown)
  if (scope && waits(model, scope)) {
    const pending = pendingCommit(scope, tag)
    const expiresAtMs = endsAtMs + (model === 'AuthorizationCode' ? LINGER_MS : 0)
    pending.entries.push({ key, payload: written(payload), expiresAtMs, model, id })
    if (grantId !== undefined && TOKENS.has(model)) pending.root = grantKey(tag)
    return
  }
  const entries = WAITING.has(model)
    ? waitingEntries({ model, key, endsAtMs }, payload, written)
    : [{ key, payload: written(payload), expiresAtMs: endsAtMs }]
  if (scope && (WAITING.has(model) || model === 'Interaction'))
    parts.limits?.count(scope.ctx, { by: WAITING.has(model) ? 'request' : 'page', bytes: sizeOf(entries) })
  if (model === 'Interaction' && scope && payload.parJti !== undefined)
    await keepForPage(parts.store, payload.parJti, parts.clock() + longestPageMs(parts))
  const place = { tag, digest: idDigest }
  const pointer = userCode === undefined ? [] : [userCodeEntry(parts, userCode, place, entries[0]!)]
  await Promise.all([entries, pointer].map((together) => parts.store.commit({ entries: together })))
}

function sizeOf(entries: readonly Entry[]): number {
  return entries.reduce((bytes, { payload }) => bytes + Buffer.byteLength(payload), 0)
}

async function consumeRecord(parts: Parts, { model, id, place }: Named) {
  const { tag, key, digest: idDigest } = place
  const scope = currentScope()
  const found = scope?.found.get(idDigest) ?? (await readUnfound(parts, model, key))
  if (!found) throw new errors.InvalidGrant(`${model} not found`)
  const use: PendingUse = { model, id, key, ...found }
  if (!scope || !isUsedUpLater(model, scope)) return consumeNow(parts, use)
  pendingCommit(scope, tag).use = use
}

async function readUnfound(parts: Parts, model: string, key: string) {
  const { payload: stored, at: foundAt } = await parts.store.readSingleUse(key)
  const payload = decode(parts.sealer, model, key, stored)
  return payload && { payload, foundAt }
}

async function findByUserCode(
  parts: Parts,
  model: string,
  userCode: string,
): Promise<AdapterPayload | undefined> {
  const pointer = await findPointer(parts, userCode)
  if (pointer === undefined) return undefined
  const { tag, digest: idDigest } = JSON.parse(pointer) as { tag: string; digest: string }
  const place = { tag, digest: idDigest, key: recordKey(model, tag, idDigest) }
  return findRecord(parts, { model, id: parts.handles.make(model, place), place })
}

/** A code that was shown before the data key was rotated is found by the earlier key. */
async function findPointer({ store, userCodeKeys }: Parts, userCode: string): Promise<string | undefined> {
  for (const key of userCodeKeys) {
    const { payload } = await store.readToken(userCodeKeyOf(key, userCode))
    if (payload !== undefined) return payload
  }
  return undefined
}

// User codes are short enough to guess. Only the server's key can find one in the store.
function userCodeKeyOf(key: Buffer, userCode: string): string {
  const hidden = keyedDigest(key, userCode)
  return `{${hidden.slice(0, 16)}}:uc:${hidden}`
}

function userCodeEntry(
  parts: Parts,
  userCode: string,
  place: { tag: string; digest: string },
  entry: Entry,
): Entry {
  return { ...entry, key: userCodeKeyOf(parts.userCodeKeys[0], userCode), payload: JSON.stringify(place) }
}

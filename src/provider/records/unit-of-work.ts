/**
 * Commits each token request in one atomic step. The library consumes a code or refresh token, then saves an access
 * token, then a refresh token. The adapter only notes these steps; they are written together here, the use first. When
 * the code or token was used already, nothing is written. So a failure between the steps loses no token, and a race has
 * one winner.
 *
 * A client may present a rotated refresh token again within the grace period, because of a lost answer or two tabs. It gets
 * the same successor again, never a second one. Any other second use revokes the family (RFC 9700 §4.14.2, RFC 6749
 * §4.1.2).
 */
import { errors } from 'oidc-provider'
import type { AdapterPayload } from 'oidc-provider'
import { unavailable } from '../../platform/errors.ts'
import type { AppError } from '../../platform/errors.ts'
import { DAY_MS } from '../../platform/clock.ts'
import type { Clock } from '../../platform/clock.ts'
import { createSealer, deriveKey, randomToken } from '../../platform/tokens.ts'
import type { FlowLimits } from './flow-limits.ts'
import type { CommitOutcome, GrantStore, NewUse, Use } from '../../grant-store/grant-store.ts'
import { isAbandoned, isSurelyWaitedFor, scopeOf } from './request-scope.ts'
import type { PendingCommit, PendingUse, RequestScope } from './request-scope.ts'
import { revokeGrant } from '../../grant-store/revocation.ts'
import { locate } from '../../grant-store/token-ids.ts'
import { LINGER_MS, usedUp } from './waiting-requests.ts'

/** A second use of a code or refresh token. Its family has been revoked. */
export type Reuse = { model: string; accountId?: string; clientId?: string; grantId?: string }

export type UnitOfWorkNeeds = {
  store: GrantStore
  clock: Clock
  /** The grace period in which a rotated refresh token gets its successor again. 0 turns it off. */
  refreshTokenGraceMs: number
  /** The longest time that a page of a request stays open. The default is 24 hours. */
  pageMs?: number
  /** Limits the records of strangers. Without it nothing is counted. */
  limits?: FlowLimits | undefined
  /** Called after the family was revoked, for example to warn the owner. An error that it throws becomes a 500. */
  onReuse?: (reuse: Reuse) => Promise<void> | void
}

/** An upper limit for any page. The composition root passes the configured value. */
const LONGEST_PAGE_MS = 24 * 60 * 60 * 1000

/**
 * How long an exchanged refresh token is remembered at least, so that a second use revokes its family. Without this
 * limit, a family that is refreshed each hour would leave 720 records in Redis.
 */
const EXCHANGED_KNOWN_MS = 7 * DAY_MS

/** A request that takes longer between finding and using a token has hung. Its client has sent another by now. */
const REQUEST_PATIENCE_MS = 5000

/** Requests to these endpoints may note something for the end (`record-adapter.ts`). All others write at once. */
export const COLLECTING = ['authorization', 'resume', 'device_resume', 'token'] as const

/**
 * Writes what the request has noted. The provider calls it before the answer leaves. A refused request
 * uses nothing up. A failed one uses nothing up either, and can be sent again.
 * @throws errors.InvalidGrant when the code or token was used before, expired or was revoked
 */
export async function flushUnitOfWork(ctx: { status: number }): Promise<void> {
  const scope = scopeOf(ctx)
  if (!scope || ctx.status >= 500) return
  if (ctx.status >= 400) scope.pending.clear()
  await scope.flush?.()
}

/** Commits everything pending in `scope`, with the tags in parallel. */
export async function commitPending(needs: UnitOfWorkNeeds, scope: RequestScope): Promise<void> {
  await commitEntries(needs, scope)
  // A device code or pushed request has another tag than its grant, so it is used up last. A fault before that loses
  // nothing. When the request loses a race, nobody gets its tokens, and they end with their family.
  const uses = take(scope, () => true)
  if (uses.some(({ use }) => use && isOverdue(scope, use))) throw abandoned()
  await Promise.all(uses.map((commit) => settle(needs, scope, commit)))
  await forgetFinished(needs, scope)
}

/** Commits the pending writes, except those that only use something up. */
export async function commitEntries(needs: UnitOfWorkNeeds, scope: RequestScope): Promise<void> {
  const commits = take(scope, (commit) => !isUseAlone(commit))
  if ([...commits, ...scope.pending.values()].some(({ use }) => use && isOverdue(scope, use)))
    throw abandoned()
  await Promise.all(commits.map((commit) => settle(needs, scope, commit)))
}

function take({ pending }: RequestScope, fits: (commit: PendingCommit) => boolean): PendingCommit[] {
  const taken = [...pending].filter(([, commit]) => fits(commit))
  for (const [tag] of taken) pending.delete(tag)
  return taken.map(([, commit]) => commit)
}

/** Ignores a removal that fails while the store is down: the record expires by itself. */
async function forgetFinished({ store }: UnitOfWorkNeeds, { finished }: RequestScope): Promise<void> {
  await Promise.allSettled(finished.splice(0).map((key) => store.remove(key)))
}

/** For a client that is gone, or that waited so long that it has sent another request. Its token stays unused. */
export function abandoned(): AppError {
  return unavailable(new Error('nobody waits for the answer any more; nothing was written'))
}

function isOverdue(scope: RequestScope, { foundAt }: PendingUse): boolean {
  return isAbandoned(scope) || performance.now() - foundAt.steadyMs > REQUEST_PATIENCE_MS
}

/**
 * The successor of a used refresh token, while it may be issued again: within the grace period, and not yet used
 * itself. `undefined` means that this is a second use.
 */
export async function openSuccessor(
  { store, refreshTokenGraceMs }: UnitOfWorkNeeds,
  presented: string,
  { ageMs, successor: sealed }: Use,
): Promise<Successor | undefined> {
  if (sealed === undefined || ageMs >= refreshTokenGraceMs) return undefined
  const successor = readSuccessor(presented, sealed)
  const place = successor === undefined ? undefined : locate('RefreshToken', successor.token)
  const state = place && (await store.readSingleUse(place.key))
  return state?.payload !== undefined && !state.use ? successor : undefined
}

/** Uses a record up at once, outside of a token request. */
export async function consumeNow(needs: UnitOfWorkNeeds, use: PendingUse): Promise<void> {
  const outcome = await needs.store.commit({ use: markOf(needs, use), entries: [] })
  if (outcome.outcome !== 'done') await refuse(needs, use, outcome)
}

/** Revokes the family of a record that was used twice, and reports the reuse. */
async function endFamily(needs: UnitOfWorkNeeds, model: string, payload: AdapterPayload): Promise<void> {
  const { accountId, clientId, grantId } = payload
  if (grantId !== undefined) await revokeGrant(needs, grantId)
  await needs.onReuse?.({ model, accountId, clientId, grantId })
}

function isUseAlone({ use, entries }: PendingCommit): boolean {
  return use !== undefined && entries.length === 0
}

async function settle(needs: UnitOfWorkNeeds, scope: RequestScope, commit: PendingCommit): Promise<void> {
  const { use, root, entries } = commit
  const successor = entries.find(({ model }) => model === 'RefreshToken')?.id
  const made = successor === undefined ? undefined : { token: successor, ...requestedIn(scope) }
  const outcome = await needs.store.commit({ use: use && markOf(needs, use, made), root, entries })
  if (outcome.outcome === 'done') return
  if (outcome.outcome === 'used' && use?.model === 'RefreshToken') {
    const earlier = await openSuccessor(needs, use.id, outcome.use)
    if (earlier !== undefined) return answerRetry(needs, scope, commit, earlier)
    // The token was unused when this request found it, and even its successor has been used since. So this request was
    // slow, which proves no theft. A thief has to present the token again, and is detected then.
    if (needs.refreshTokenGraceMs > 0) throw abandoned()
  }
  if (outcome.outcome === 'used' && !(await isSurelyWaitedFor(scope))) throw abandoned()
  await refuse(needs, use, outcome)
}

/** What a rotation issued, and what the request asked for. */
type Successor = { token: string; scope?: string; key?: string | undefined }

/** What a retry has to repeat: the scope, and the key where the access token is bound to one. */
function requestedIn({ ctx: { oidc } }: RequestScope): Pick<Successor, 'scope' | 'key'> {
  const { AccessToken: token } = oidc.entities
  const scope = [...oidc.requestParamScopes].toSorted().join(' ')
  return { scope, key: token?.jkt ?? token?.['x5t#S256'] }
}

function readSuccessor(presented: string, sealed: string): Successor | undefined {
  const opened = successorSealer(presented).open(sealed)
  // The previous release sealed the token alone.
  if (opened === undefined || !opened.startsWith('{'))
    return opened === undefined ? undefined : { token: opened }
  return JSON.parse(opened) as Successor
}

function markOf(needs: UnitOfWorkNeeds, use: PendingUse, successor?: Successor): NewUse {
  const { model, id, key, foundAt } = use
  const untilMs = rememberedUntilMs(needs, use)
  const rotated = model === 'RefreshToken' && successor !== undefined
  const sealed = rotated ? successorSealer(id).seal(JSON.stringify(successor)) : undefined
  const forgettableAtMs = rotated ? needs.clock() + EXCHANGED_KNOWN_MS : undefined
  return { key, nonce: randomToken(128), successor: sealed, untilMs, forgettableAtMs, foundAt }
}

/**
 * Use marks outlive the token, because clocks differ. The mark of a pushed request outlives every page that was opened
 * before its use (`keepForPage`).
 */
function rememberedUntilMs(needs: UnitOfWorkNeeds, { model, payload: { exp } }: PendingUse): number {
  const nowMs = needs.clock()
  if (model === 'PushedAuthorizationRequest') return nowMs + longestPageMs(needs) + 2 * LINGER_MS
  return (exp === undefined ? nowMs : exp * 1000) + LINGER_MS
}

export function longestPageMs({ pageMs = LONGEST_PAGE_MS }: UnitOfWorkNeeds): number {
  return pageMs
}

// Only the presented token unseals its successor. The store alone reveals neither.
function successorSealer(presented: string) {
  return createSealer([deriveKey(presented, 'refresh-token-successor')])
}

/** Writes the fresh access token, and answers with the existing successor. */
async function answerRetry(
  needs: UnitOfWorkNeeds,
  scope: RequestScope,
  { root, entries }: PendingCommit,
  earlier: Successor,
): Promise<void> {
  assertRepeated(earlier, requestedIn(scope))
  const fresh = entries.filter(({ model }) => model !== 'RefreshToken')
  const outcome = await needs.store.commit({ root, entries: fresh })
  if (outcome.outcome !== 'done') await refuse(needs, undefined, outcome)
  scope.ctx.body = { ...(scope.ctx.body as object), refresh_token: earlier.token }
}

/** A different request with the same token is no retry. It is no theft either, because the client is the right one. */
function assertRepeated(earlier: Successor, requested: Pick<Successor, 'scope' | 'key'>): void {
  if (earlier.scope === undefined) return
  if (earlier.scope !== requested.scope)
    throw new errors.InvalidScope('a refresh is only repeated with the same scope', requested.scope ?? '')
  if (earlier.key !== requested.key)
    throw new errors.CustomOIDCProviderError('invalid_grant', 'a refresh is only repeated with the same key')
}

async function refuse(
  needs: UnitOfWorkNeeds,
  use: PendingUse | undefined,
  { outcome }: CommitOutcome,
): Promise<never> {
  if (outcome === 'late') throw abandoned()
  if (use?.model === 'PushedAuthorizationRequest') throw usedUp()
  if (outcome === 'used' && use) await endFamily(needs, use.model, use.payload)
  const reasons = { used: 'already used', missing: 'not found', gone: 'grant not found', done: '' }
  throw new errors.InvalidGrant(reasons[outcome])
}

/** Adds, changes and removes definitions of upstreams. Each change is audited, and other processes and systems hear of it. */
import { isDeepStrictEqual } from 'node:util'
import type { Actor } from '../accounts/account-state.ts'
import { recordAudit } from '../audit/audit.ts'
import { recordEvent } from '../events/events.ts'
import { AppError } from '../platform/errors.ts'
import { noteChange } from '../platform/sql/change-feed.ts'
import { inTransaction, isDuplicate } from '../platform/sql/database.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { Services } from '../services.ts'
import { readChanges, readInput } from './upstream-input.ts'
import type { UpstreamChanges, UpstreamInput } from './upstream-input.ts'
import { lockUpstream, sealSecret, toRow, upstreamNotFound, UPSTREAMS_TOPIC } from './upstream.ts'
import type { Upstream } from './upstream.ts'

type ChangeServices = Pick<Services, 'db' | 'clock' | 'sealer'>
/** Gets the definition before the change, while its row is locked. Throws to refuse the change. */
type Expects = (upstream: Upstream) => void

/** @throws AppError 409 `upstream_exists`, 422 `upstream_invalid` */
export async function addUpstream(
  { db, clock, sealer }: ChangeServices,
  input: UpstreamInput,
  by: Actor,
): Promise<Upstream> {
  const { upstream, secret } = readInput(input, clock())
  const clientSecretSealed = secret === undefined ? null : sealSecret(sealer, upstream.id, secret)
  try {
    await inTransaction(db, async (trx) => {
      await trx('upstreams').insert({ ...toRow(upstream), clientSecretSealed })
      await noteUpstream(trx, 'upstream.created', upstream, { ...by, atMs: clock() })
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    const message = `There is an upstream ${upstream.id} already.`
    throw new AppError('upstream_exists', 409, message, { cause: error })
  }
  return upstream
}

/**
 * Changes what is named and leaves the rest. Where every value is as before, nothing changes and nothing is recorded.
 * @throws AppError 404 `upstream_not_found`, 422 `upstream_invalid`
 */
export async function updateUpstream(
  { db, clock, sealer }: ChangeServices,
  id: string,
  changes: UpstreamChanges,
  by: Actor,
  expects?: Expects,
): Promise<Upstream> {
  return inTransaction(db, async (trx) => {
    const locked = await lockUpstream(trx, id)
    if (!locked) throw upstreamNotFound()
    const { clientSecretSealed: sealed, ...before } = locked
    expects?.(before)
    // A client that becomes public has no secret any more.
    const isPublic = (changes.token_endpoint_auth_method ?? before.authMethod) === 'none'
    const hasSecret = sealed !== null && !(isPublic && changes.client_secret === undefined)
    const { upstream, secret } = readChanges(before, changes, { hasSecret, nowMs: clock() })
    const kept = hasSecret ? sealed : null
    const clientSecretSealed = secret === undefined ? kept : sealSecret(sealer, id, secret)
    const isSame = isDeepStrictEqual({ ...upstream, updatedAtMs: 0 }, { ...before, updatedAtMs: 0 })
    if (isSame && clientSecretSealed === sealed) return before
    await trx('upstreams')
      .where({ id })
      .update({ ...toRow(upstream), clientSecretSealed })
    await noteUpstream(trx, 'upstream.changed', upstream, { ...by, atMs: clock() })
    return upstream
  })
}

/**
 * People who are connected with it keep their accounts and lose this way in, and with it the trust in their browsers.
 * @throws AppError 404 `upstream_not_found`
 */
export async function removeUpstream(
  { db, clock }: Pick<ChangeServices, 'db' | 'clock'>,
  id: string,
  by: Actor,
  expects?: Expects,
): Promise<Upstream> {
  return inTransaction(db, async (trx) => {
    const locked = await lockUpstream(trx, id)
    if (!locked) throw upstreamNotFound()
    const { clientSecretSealed: _sealed, ...upstream } = locked
    expects?.(upstream)
    const connected = trx('upstream_links').where({ upstreamId: id }).select('accountId')
    await trx('trusted_browsers').whereIn('accountId', connected).delete()
    await trx('upstreams').where({ id }).delete()
    await noteUpstream(trx, 'upstream.deleted', upstream, { ...by, atMs: clock() })
    return upstream
  })
}

/** In the transaction of the change. */
export async function noteUpstream(
  trx: Sql,
  action: 'upstream.created' | 'upstream.changed' | 'upstream.deleted',
  { id, label, kind, enabled }: Pick<Upstream, 'id' | 'label' | 'kind' | 'enabled'>,
  by: Actor & { atMs: number },
): Promise<void> {
  await noteChange(trx, UPSTREAMS_TOPIC)
  await recordAudit(trx, { ...by, action, detail: { upstream: { id, label } } })
  const data = () => ({ actor: by.actor, upstream: { id, label, kind, enabled } })
  await recordEvent(trx, { type: action, subject: id, data })
}

/**
 * What is removed when a change of address is taken back: all that was added to the account since somebody asked for the
 * change. A thief may come back by it. What was there before stays.
 */
import { recordAudit } from '../../audit/audit.ts'
import type { AuditAction } from '../../audit/audited-actions.ts'
import type { Sql } from '../../platform/sql/database.ts'
import { needsSecondFactor } from '../second-factor-needed.ts'

type Undoing = {
  accountId: string
  /** The digest of the link that takes the change back. */
  link: string
  /** The address that is used again. */
  emailCanonical: string
  nowMs: number
  ip: string
}

/**
 * Ways in: factors, passkeys, connections, links of mails to other addresses. Consents, too, so that apps of a thief are asked
 * about again. Sessions, grants and trusted browsers end as with every loss of credentials: that is the caller's part.
 */
export async function removeAdditions(trx: Sql, undoing: Undoing): Promise<void> {
  const { accountId } = undoing
  const sinceMs = await beginOf(trx, undoing)
  await removeLinks(trx, undoing, sinceMs)
  await removeFactors(trx, undoing, sinceMs)
  await removeConnections(trx, undoing, sinceMs)
  await trx('consents').where({ accountId }).where('updatedAtMs', '>=', sinceMs).delete()
  await trx('factor_resets').where({ accountId }).where('requestedAtMs', '>=', sinceMs).delete()
}

/** When the change was asked for. The mail with the link came later, when it was confirmed. */
async function beginOf(trx: Sql, { accountId, link }: Undoing): Promise<number> {
  const own: { createdAtMs: number } | undefined = await trx('one_time_tokens')
    .where({ digest: link })
    .first('createdAtMs')
  const confirmedAtMs = own?.createdAtMs ?? 0
  const asked: { createdAtMs: number } | undefined = await trx('one_time_tokens')
    .where({ accountId, purpose: 'new_address', usedAtMs: confirmedAtMs })
    .orderBy('createdAtMs')
    .first('createdAtMs')
  return asked?.createdAtMs ?? confirmedAtMs
}

/** Later changes are taken back with this one. Earlier ones can still be undone. */
async function removeLinks(trx: Sql, { accountId, link, emailCanonical }: Undoing, sinceMs: number) {
  const since = () => trx('one_time_tokens').where({ accountId }).where('createdAtMs', '>=', sinceMs)
  await since().where({ purpose: 'former_address' }).whereNot({ digest: link }).delete()
  await since().where({ purpose: 'disown' }).whereNot({ emailCanonical }).delete()
}

async function removeFactors(trx: Sql, undoing: Undoing, sinceMs: number): Promise<void> {
  const { accountId } = undoing
  const since = (table: string) => trx(table).where({ accountId }).where('createdAtMs', '>=', sinceMs)
  const wasConfirmed: unknown = await since('account_totps').whereNotNull('confirmedAtMs').first('accountId')
  await since('account_totps').delete()
  if (wasConfirmed) await note(trx, undoing, 'factor.removed', { factor: 'totp' })
  const passkeys = await since('passkeys').delete()
  for (let n = 0; n < passkeys; n += 1) await note(trx, undoing, 'factor.removed', { factor: 'passkey' })
  // Codes alone are no factor.
  const hasFactor = await needsSecondFactor(trx, accountId)
  const codes = hasFactor ? since('recovery_codes') : trx('recovery_codes').where({ accountId })
  await codes.delete()
}

async function removeConnections(trx: Sql, undoing: Undoing, sinceMs: number): Promise<void> {
  const { accountId } = undoing
  const links: { linkId: string; id: string; label: string }[] = await trx('upstream_links')
    .join('upstreams', 'upstreams.id', 'upstream_links.upstreamId')
    .where({ accountId })
    .where('upstream_links.createdAtMs', '>=', sinceMs)
    .select('upstream_links.id as linkId', 'upstreams.id as id', 'label')
  for (const { linkId, id, label } of links) {
    await trx('upstream_links').where({ id: linkId }).delete()
    await note(trx, undoing, 'upstream.disconnected', { upstream: { id, label } })
  }
}

async function note(
  trx: Sql,
  { accountId, nowMs, ip }: Undoing,
  action: AuditAction,
  detail: Record<string, unknown>,
): Promise<void> {
  await recordAudit(trx, { atMs: nowMs, action, actor: accountId, accountId, ip, detail })
}

/**
 * What a new or removed connection leaves behind: no trusted browser, an entry in the audit trail with its event, and a mail to
 * the owner.
 */
import { ACCOUNT_PATHS, linkTo, mailTo } from '../accounts/account-mail.ts'
import type { Account } from '../accounts/account.ts'
import type { Actor } from '../accounts/account-state.ts'
import { recordAudit } from '../audit/audit.ts'
import { endTrust } from '../consents/ended-access.ts'
import { SECURITY_PATH } from '../factors/factor-changes.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { Services } from '../services.ts'
import type { Upstream } from './upstream.ts'

export type LinkChange = {
  account: Pick<Account, 'id' | 'email' | 'name' | 'locale' | 'zoneinfo'>
  upstream: Pick<Upstream, 'id' | 'label'>
  kind: 'connected' | 'disconnected'
  by: Actor
  nowMs: number
}

/** In the transaction of the change. A way in came or went, so no browser is trusted any more. An account that begins with a connection gets no mail about it: use `recordLink`. */
export async function recordLinkChange(
  { config, outbox }: Pick<Services, 'config' | 'outbox'>,
  trx: Sql,
  change: LinkChange,
): Promise<void> {
  const { account, upstream, kind, by, nowMs } = change
  await endTrust(trx, account.id)
  await recordLink(trx, change)
  await outbox.enqueueMail(trx, {
    template: 'upstream-changed',
    ...mailTo(account),
    data: {
      name: account.name,
      provider: upstream.label,
      kind,
      byOperator: by.actor !== account.id,
      whenMs: nowMs,
      securityLink: linkTo(config, SECURITY_PATH),
      resetLink: linkTo(config, ACCOUNT_PATHS.forgot),
    },
  })
}

/** The entry in the audit trail alone. */
export async function recordLink(
  trx: Sql,
  { account, upstream, kind, by, nowMs }: Omit<LinkChange, 'account'> & { account: Pick<Account, 'id'> },
): Promise<void> {
  await recordAudit(trx, {
    ...by,
    atMs: nowMs,
    action: `upstream.${kind}`,
    accountId: account.id,
    detail: { upstream: { id: upstream.id, label: upstream.label } },
  })
}

/** What every change of a factor leaves behind: an entry in the audit trail with its event, and a mail to the owner. */
import { ACCOUNT_PATHS, linkTo, mailTo } from '../accounts/account-mail.ts'
import type { Account } from '../accounts/account.ts'
import type { Actor } from '../accounts/account-state.ts'
import { recordAudit } from '../audit/audit.ts'
import type { AuditAction } from '../audit/audited-actions.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { Services } from '../services.ts'
import { codesLeft } from './recovery-codes.ts'

/** The page where a person sees and changes the factors. */
export const SECURITY_PATH = '/account/security'

const ACTIONS = {
  added: 'factor.added',
  removed: 'factor.removed',
  reset: 'factors.reset',
  codes_renewed: 'recovery_codes.renewed',
  code_used: 'recovery_code.used',
  codes_guessed: 'second_factor.blocked',
} as const satisfies Record<string, AuditAction>

export type FactorChange = {
  account: Pick<Account, 'id' | 'email' | 'name' | 'locale'>
  by: Actor
  kind: keyof typeof ACTIONS
  nowMs: number
}

/** In the transaction of the change, after it. */
export async function recordFactorChange(
  needs: Pick<Services, 'config' | 'outbox'>,
  trx: Sql,
  { account, by, kind, nowMs }: FactorChange,
): Promise<void> {
  await recordAudit(trx, { ...by, atMs: nowMs, action: ACTIONS[kind], accountId: account.id })
  await needs.outbox.enqueueMail(trx, {
    template: 'factor-changed',
    ...mailTo(account),
    data: {
      name: account.name,
      whenMs: nowMs,
      kind,
      codesLeft: await codesLeft(trx, account.id),
      securityLink: linkTo(needs.config, SECURITY_PATH),
      resetLink: linkTo(needs.config, ACCOUNT_PATHS.forgot),
    },
  })
}

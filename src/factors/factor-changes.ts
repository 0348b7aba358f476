/** What every change of a factor leaves behind: an entry in the audit trail with its event, and a mail to the owner. */
import { ACCOUNT_PATHS, linkTo, mailTo } from '../accounts/account-mail.ts'
import type { Account } from '../accounts/account.ts'
import type { Actor } from '../accounts/account-state.ts'
import { recordAudit } from '../audit/audit.ts'
import type { AuditAction } from '../audit/audited-actions.ts'
import { endTrust } from '../consents/ended-access.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { Services } from '../services.ts'
import { codesLeft } from './recovery-codes.ts'

/** The page where a person sees and changes the factors. */
export const SECURITY_PATH = '/account/security'
/** Where a person with a passkey and no password adds one. */
export const ADD_PASSWORD_PATH = `${SECURITY_PATH}/password`

const ACTIONS = {
  added: 'factor.added',
  removed: 'factor.removed',
  passkey_added: 'factor.added',
  passkey_removed: 'factor.removed',
  last_passkey_removed: 'factor.removed',
  app_removed: 'factor.removed',
  passkey_copied: 'passkey.copied',
  reset: 'factors.reset',
  codes_renewed: 'recovery_codes.renewed',
  code_used: 'recovery_code.used',
  codes_guessed: 'second_factor.blocked',
} as const satisfies Record<string, AuditAction>

/** Which factor was added or removed. */
const FACTORS: Partial<Record<keyof typeof ACTIONS, 'totp' | 'passkey'>> = {
  added: 'totp',
  removed: 'totp',
  passkey_added: 'passkey',
  passkey_removed: 'passkey',
  last_passkey_removed: 'passkey',
  app_removed: 'totp',
}

/** These change no credential. Every other kind ends the trust in browsers. */
const KEEPS_TRUST: readonly (keyof typeof ACTIONS)[] = ['passkey_copied', 'code_used', 'codes_guessed']

export type FactorChange = {
  account: Pick<Account, 'id' | 'email' | 'name' | 'locale' | 'zoneinfo'>
  by: Actor
  kind: keyof typeof ACTIONS
  /** The passkey that it is about. */
  passkeyName?: string
  nowMs: number
}

/** In the transaction of the change, after it. */
export async function recordFactorChange(
  needs: Pick<Services, 'config' | 'outbox'>,
  trx: Sql,
  { account, by, kind, passkeyName, nowMs }: FactorChange,
): Promise<void> {
  if (!KEEPS_TRUST.includes(kind)) await endTrust(trx, account.id)
  const factor = FACTORS[kind]
  const detail = factor && { factor }
  await recordAudit(trx, {
    ...by,
    atMs: nowMs,
    action: ACTIONS[kind],
    accountId: account.id,
    ...(detail && { detail }),
  })
  await needs.outbox.enqueueMail(trx, {
    template: 'factor-changed',
    ...mailTo(account),
    data: {
      name: account.name,
      whenMs: nowMs,
      kind,
      passkeyName,
      codesLeft: await codesLeft(trx, account.id),
      securityLink: linkTo(needs.config, SECURITY_PATH),
      resetLink: linkTo(needs.config, ACCOUNT_PATHS.forgot),
    },
  })
}

/**
 * Which version of the terms of use and of the privacy notice a person accepted, and when. One version counts for both. The
 * texts themselves are elsewhere: the settings name their addresses. A page asks for a new version at the next sign-in.
 */
import { updateAccount } from '../account-cache/changed-account.ts'
import { recordAudit } from '../audit/audit.ts'
import { inTransaction } from '../platform/sql/database.ts'
import type { Services } from '../services.ts'
import { lockAccount } from './account.ts'
import type { AcceptedTerms, Account } from './account.ts'

/** Longer than any version: a date, a number, a name. */
export const LONGEST_TERMS_VERSION = 64

type WithTerms = Pick<Account, 'termsVersion'>

/** Whether the person has yet to accept the version of today. Never without the setting. */
export function areTermsDue({ config }: Pick<Services, 'config'>, { termsVersion }: WithTerms): boolean {
  const { termsVersion: current } = config.registration
  return current !== undefined && current !== termsVersion
}

/** Of a registration where the page, or the app, showed `version`. Nothing for another one than that of today. */
export function termsAccepted(
  { config, clock }: Pick<Services, 'config' | 'clock'>,
  version: string | undefined,
): AcceptedTerms | undefined {
  const { termsVersion: current } = config.registration
  return current !== undefined && version === current ? { version, atMs: clock() } : undefined
}

/** The columns of an account. */
export function termsColumns(
  terms: AcceptedTerms | undefined,
): Pick<Account, 'termsVersion' | 'termsAcceptedAtMs'> {
  return { termsVersion: terms?.version ?? null, termsAcceptedAtMs: terms?.atMs ?? null }
}

/**
 * Notes that the person accepted what a page showed. False when that is not the version of today, or the account is gone:
 * nothing was noted. Once more with the same version keeps the first date.
 */
export async function acceptTerms(
  needs: Pick<Services, 'db' | 'config' | 'clock'>,
  { accountId, version, ip }: { accountId: string; version: string; ip?: string | undefined },
): Promise<boolean> {
  const terms = termsAccepted(needs, version)
  if (!terms) return false
  return inTransaction(needs.db, async (trx) => {
    const account = await lockAccount(trx, accountId)
    if (!account || account.disabledAtMs !== null) return false
    if (account.termsVersion === version) return true
    await updateAccount(trx, { id: accountId }, { ...termsColumns(terms), updatedAtMs: terms.atMs })
    const detail = { fields: ['terms_version'], version }
    const by = { actor: accountId, accountId, ip, atMs: terms.atMs }
    await recordAudit(trx, { ...by, action: 'terms.accepted', detail })
    return true
  })
}

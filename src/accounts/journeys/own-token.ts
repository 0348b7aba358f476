/** The token of the browser that asked for it: found again, withdrawn, and used to sign that browser in. */
import type { Sql } from '../../platform/sql/database.ts'
import { browserDigestOf, findToken, isSameBrowser } from '../one-time-token.ts'
import type { OneTimeToken, TokenPurpose } from '../one-time-token.ts'

/**
 * Signs in the browser that asked, once: of any number of callers exactly one gets true. The token was used, here or on
 * another device, at `sinceMs` or later.
 */
export async function takeSignIn(
  sql: Sql,
  tokenDigest: string,
  sinceMs: number,
  nowMs: number,
): Promise<boolean> {
  const taken = await sql('one_time_tokens')
    .where({ digest: tokenDigest })
    .where('usedAtMs', '>=', sinceMs)
    .whereNull('signedInAtMs')
    .update({ signedInAtMs: nowMs })
  return taken === 1
}

/** Who asked for a token: this browser, with what was chosen there to sign in with. */
export type Asker = { browser: string | undefined } & Pick<OneTimeToken, 'passwordHash' | 'credentialDigest'>

/** The account's token of a purpose, if it was this one who asked for it last. Used or not. */
export async function findOwnToken(
  sql: Sql,
  which: { accountId: string; purpose: TokenPurpose },
  by: Asker,
): Promise<OneTimeToken | undefined> {
  const row = await findToken(sql, which)
  const isSame = row?.passwordHash === by.passwordHash && row.credentialDigest === by.credentialDigest
  return row && isSame && isSameBrowser(row, by.browser) ? row : undefined
}

/** Ends the account's unused token of a purpose, if it was this one who asked for it last. */
export async function withdrawToken(
  sql: Sql,
  which: { accountId: string; purpose: TokenPurpose },
  by: Asker,
): Promise<void> {
  const { passwordHash, credentialDigest } = by
  const browserDigest = browserDigestOf(by.browser)
  if (browserDigest === null) return
  await sql('one_time_tokens')
    .where({ ...which, passwordHash, credentialDigest, browserDigest })
    .whereNull('usedAtMs')
    .delete()
}

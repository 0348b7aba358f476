/** Factors as `export` reads and `import` writes them: those of many accounts with few statements. */
import type { Sql } from '../platform/sql/database.ts'
import type { Sealer } from '../platform/tokens.ts'
import { codeDigest } from './recovery-codes.ts'
import type { TotpSettings } from './totp-code.ts'
import { confirmedTotps, storedTotp } from './totp.ts'
import type { Totp } from './totp.ts'

export type StoredCode = { codeDigest: string; createdAtMs: number; usedAtMs: number | null }

export type KeptFactors = {
  /** Undefined without an app. `unreadable`: the secret does not open, because its data key is gone. */
  totp: Totp | 'unreadable' | undefined
  codes: StoredCode[]
}

/** The confirmed apps and the recovery codes of these accounts, by account. Passkeys move by themselves. */
export async function factorsOfMany(
  sql: Sql,
  sealer: Sealer,
  accountIds: readonly string[],
): Promise<Map<string, KeptFactors>> {
  const totps = await confirmedTotps(sql, sealer, accountIds)
  const rows: (StoredCode & { accountId: string })[] = await sql('recovery_codes')
    .select('accountId', 'codeDigest', 'createdAtMs', 'usedAtMs')
    .whereIn('accountId', accountIds)
    .orderBy(['accountId', 'codeDigest'])
  const codes = Map.groupBy(rows, ({ accountId }) => accountId)
  const ids = new Set([...totps.keys(), ...codes.keys()])
  const totpOf = (id: string) => (totps.has(id) ? (totps.get(id) ?? 'unreadable') : undefined)
  return new Map([...ids].map((id) => [id, { totp: totpOf(id), codes: codes.get(id) ?? [] }]))
}

export type ArrivingFactors = {
  accountId: string
  /** Undefined for recovery codes beside passkeys. */
  totp: (TotpSettings & { secret: Buffer } & Partial<Totp>) | undefined
  codes: readonly (({ code: string } | { digest: string }) & {
    createdAtMs?: number | undefined
    usedAtMs?: number | null | undefined
  })[]
}

/** Rows of one statement: 9 values each, and the smallest limit is SQLite's 32,766. */
const ROWS = 500

/** Confirmed from the first moment: the other system saw a code of the app. `key`: of the digests of recovery codes. */
export async function insertFactors(
  trx: Sql,
  { sealer, key }: { sealer: Sealer; key: Buffer },
  arriving: readonly ArrivingFactors[],
  nowMs: number,
): Promise<void> {
  const totps = arriving.flatMap(({ accountId, totp }) => {
    if (!totp) return []
    const createdAtMs = momentOf(totp.createdAtMs, nowMs)
    const confirmedAtMs = totp.confirmedAtMs ?? createdAtMs
    return storedTotp(sealer, { ...totp, accountId, createdAtMs, confirmedAtMs }, nowMs)
  })
  const codes = arriving.flatMap(({ accountId, codes: of }) => {
    const rows = of.map((code) => ({
      accountId,
      codeDigest: 'digest' in code ? code.digest : codeDigest(key, accountId, code.code),
      createdAtMs: momentOf(code.createdAtMs, nowMs),
      usedAtMs: code.usedAtMs ?? null,
    }))
    // A file may name a code twice.
    return [...new Map(rows.map((row) => [row.codeDigest, row])).values()]
  })
  for (let at = 0; at < totps.length; at += ROWS)
    await trx('account_totps').insert(totps.slice(at, at + ROWS))
  for (let at = 0; at < codes.length; at += ROWS)
    await trx('recovery_codes').insert(codes.slice(at, at + ROWS))
}

/** A clock of another system may be ahead, or its number no moment. */
function momentOf(atMs: number | undefined, nowMs: number): number {
  return atMs !== undefined && Number.isInteger(atMs) && atMs >= 0 ? Math.min(atMs, nowMs) : nowMs
}

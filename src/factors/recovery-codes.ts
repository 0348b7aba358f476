/**
 * Recovery codes: each signs in once in place of the authenticator app. Only a keyed digest is stored, so they are shown
 * once. Using one is a single conditional UPDATE.
 */
import { randomInt } from 'node:crypto'
import type { Sql } from '../platform/sql/database.ts'
import { keyedDigest } from '../platform/tokens.ts'

export const RECOVERY_CODES = 10

/** Replaces all codes of the account, in the caller's transaction. Answers the new ones, which nothing can show again. */
export async function renewCodes(trx: Sql, key: Buffer, accountId: string, nowMs: number): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, randomCode)
  await trx('recovery_codes').where({ accountId }).delete()
  await trx('recovery_codes').insert(
    codes.map((code) => ({
      accountId,
      codeDigest: codeDigest(key, accountId, code),
      createdAtMs: nowMs,
      usedAtMs: null,
    })),
  )
  return codes
}

/** With the last factor, in the caller's transaction: nothing is left that they stand in for. */
export async function dropCodes(trx: Sql, accountId: string): Promise<void> {
  await trx('recovery_codes').where({ accountId }).delete()
}

/** Of any number of callers with one code exactly one gets true. Any case, blanks and hyphens are read alike. */
export async function useCode(
  sql: Sql,
  key: Buffer,
  { accountId, code }: { accountId: string; code: string },
  nowMs: number,
): Promise<boolean> {
  const used = await sql('recovery_codes')
    .where({ accountId, codeDigest: codeDigest(key, accountId, code) })
    .whereNull('usedAtMs')
    .update({ usedAtMs: nowMs })
  return used === 1
}

/** How many are unused. */
export async function codesLeft(sql: Sql, accountId: string): Promise<number> {
  const rows: { left: number | string }[] = await sql('recovery_codes')
    .where({ accountId })
    .whereNull('usedAtMs')
    .count({ left: '*' })
  return Number(rows[0]?.left ?? 0)
}

/** When the codes were made; all of an account at once. */
export async function codesMadeAt(sql: Sql, accountId: string): Promise<number | null> {
  const rows: { madeAtMs: number | string | null }[] = await sql('recovery_codes')
    .where({ accountId })
    .max({ madeAtMs: 'createdAtMs' })
  const madeAtMs = rows[0]?.madeAtMs ?? null
  return madeAtMs === null ? null : Number(madeAtMs)
}

// No vowels (no words), nothing that looks like something else (0 O, 1 I L, U V, 5 S, 2 Z, 8 B).
const ALPHABET = '34679CDFGHJKMNPQRTVWXY'
const GROUPS = 3
const GROUP_LENGTH = 4

/** `XXXX-XXXX-XXXX`: 22^12, about 2^53.5. */
function randomCode(): string {
  const letter = () => ALPHABET[randomInt(ALPHABET.length)] ?? ''
  const group = () => Array.from({ length: GROUP_LENGTH }, letter).join('')
  return Array.from({ length: GROUPS }, group).join('-')
}

/** Keyed, and bound to the account. */
export function codeDigest(key: Buffer, accountId: string, code: string): string {
  const letters = code.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')
  return keyedDigest(key, JSON.stringify(['recovery code', accountId, letters]))
}

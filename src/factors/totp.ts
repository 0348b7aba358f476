/**
 * The authenticator app of an account: at most one. Owns the row and its sealed secret. A row that was never confirmed
 * is no factor. `set-up.ts` adds and removes it, `second-factor.ts` counts guesses before it asks here.
 */
import { z } from 'zod'
import { isDuplicate } from '../platform/sql/database.ts'
import type { Sql } from '../platform/sql/database.ts'
import type { SealedColumn } from '../platform/sql/reseal.ts'
import type { Sealer } from '../platform/tokens.ts'
import { matchingStep, TOTP_ALGORITHMS, TOTP_DIGITS } from './totp-code.ts'
import type { TotpSettings } from './totp-code.ts'

export type Totp = TotpSettings & {
  accountId: string
  secret: Buffer
  createdAtMs: number
  /** Null while it is set up. */
  confirmedAtMs: number | null
  /** The highest time step that was used. */
  lastStep: number
  lastUsedAtMs: number | null
}

export type NewTotp = TotpSettings & Pick<Totp, 'accountId' | 'secret'> & Partial<Totp>

const COLUMNS = [
  'accountId',
  'secretSealed',
  'algorithm',
  'digits',
  'periodSeconds',
  'createdAtMs',
  'confirmedAtMs',
  'lastStep',
  'lastUsedAtMs',
] as const

const context = (accountId: string) => `totp:${accountId}`

export const SEALED_TOTPS: SealedColumn = {
  what: 'secrets of authenticator apps',
  table: 'account_totps',
  column: 'secretSealed',
  key: 'accountId',
  context: ({ accountId = '' }) => context(accountId),
}

const stored = z.object({
  accountId: z.string(),
  secretSealed: z.string(),
  algorithm: z.enum(TOTP_ALGORITHMS),
  digits: z.literal(TOTP_DIGITS),
  periodSeconds: z.int().positive(),
  createdAtMs: z.number(),
  confirmedAtMs: z.number().nullable(),
  lastStep: z.number(),
  lastUsedAtMs: z.number().nullable(),
})

/** Confirmed or not. Throws when the secret does not open: its data key is missing. */
export async function findTotp(sql: Sql, sealer: Sealer, accountId: string): Promise<Totp | undefined> {
  const row: unknown = await sql('account_totps')
    .where({ accountId })
    .first(...COLUMNS)
  if (row === undefined) return undefined
  const { secretSealed, ...totp } = stored.parse(row)
  const secret = sealer.open(secretSealed, context(accountId))
  if (secret === undefined)
    throw new Error('the secret of an authenticator app does not open: a data key is missing')
  return { ...totp, secret: Buffer.from(secret, 'base64url') }
}

/** Inserts the row. Answers false when the account has one already, confirmed or not. */
export async function insertTotp(trx: Sql, sealer: Sealer, totp: NewTotp, nowMs: number): Promise<boolean> {
  try {
    await trx('account_totps').insert(storedTotp(sealer, totp, nowMs))
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}

/** The row of an app. */
export function storedTotp(sealer: Sealer, totp: NewTotp, nowMs: number) {
  const { accountId, secret, algorithm, digits, periodSeconds } = totp
  return {
    accountId,
    secretSealed: sealer.seal(secret.toString('base64url'), context(accountId)),
    algorithm,
    digits,
    periodSeconds,
    createdAtMs: totp.createdAtMs ?? nowMs,
    confirmedAtMs: totp.confirmedAtMs ?? null,
    lastStep: totp.lastStep ?? 0,
    lastUsedAtMs: totp.lastUsedAtMs ?? null,
  }
}

/** The confirmed apps of these accounts. Undefined where the secret does not open: its data key is missing. */
export async function confirmedTotps(
  sql: Sql,
  sealer: Sealer,
  accountIds: readonly string[],
): Promise<Map<string, Totp | undefined>> {
  const rows: unknown[] = await sql('account_totps')
    .whereIn('accountId', accountIds)
    .whereNotNull('confirmedAtMs')
    .select(...COLUMNS)
  return new Map(
    rows.map((row) => {
      const { secretSealed, ...totp } = stored.parse(row)
      const secret = sealer.open(secretSealed, context(totp.accountId))
      return [
        totp.accountId,
        secret === undefined ? undefined : { ...totp, secret: Buffer.from(secret, 'base64url') },
      ]
    }),
  )
}

/**
 * Uses a code of a confirmed app up. Of any number of callers with one code exactly one gets true: a step is used once,
 * and no earlier one after it (RFC 6238 §5.2).
 */
export async function useTotpCode(sql: Sql, totp: Totp, code: string, nowMs: number): Promise<boolean> {
  const step = matchingStep(totp.secret, totp, code, nowMs)
  if (step === undefined) return false
  const used = await sql('account_totps')
    .where({ accountId: totp.accountId, createdAtMs: totp.createdAtMs })
    .whereNotNull('confirmedAtMs')
    .where('lastStep', '<', step)
    .update({ lastStep: step, lastUsedAtMs: nowMs })
  return used === 1
}

/** Makes a row that is set up the factor of its account, and uses the code's step up. True for exactly one caller. */
export async function confirmRow(trx: Sql, totp: Totp, code: string, nowMs: number): Promise<boolean> {
  const step = matchingStep(totp.secret, totp, code, nowMs)
  if (step === undefined) return false
  const confirmed = await trx('account_totps')
    .where({ accountId: totp.accountId, createdAtMs: totp.createdAtMs })
    .whereNull('confirmedAtMs')
    .update({ confirmedAtMs: nowMs, lastStep: step, lastUsedAtMs: nowMs })
  return confirmed === 1
}

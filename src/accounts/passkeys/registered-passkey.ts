/**
 * A passkey in place of a password at registration. It travels with the mail of its request, and becomes the account's when
 * the mail is used. Until then it signs nobody in: who made it need not own the address.
 */
import { z } from 'zod'
import { recordAudit } from '../../audit/audit.ts'
import type { Sql } from '../../platform/sql/database.ts'
import { digest } from '../../platform/tokens.ts'
import type { Actor } from '../account-state.ts'
import { insertPasskey } from './passkey.ts'
import type { NewPasskey } from './passkey.ts'

export type PasskeyProblem = 'expired' | 'refused' | 'taken'
export type Made = { ok: true; passkey: NewPasskey } | { ok: false; why: PasskeyProblem }

/** As a mail's row and a browser keep it. */
export const newPasskeySchema = z.object({
  credentialId: z.string(),
  userHandle: z.string(),
  publicKey: z.string(),
  counter: z.number(),
  transports: z.string(),
  aaguid: z.string(),
  synced: z.boolean(),
  backedUp: z.boolean(),
  name: z.string(),
})

export function writePasskey(passkey: NewPasskey): string {
  return JSON.stringify(newPasskeySchema.parse(passkey))
}

export function readPasskey(stored: string): NewPasskey {
  return newPasskeySchema.parse(JSON.parse(stored))
}

/**
 * In the transaction of the activation, with the account locked. Answers false where an account has this credential. There is
 * no mail about it: the owner made both a moment ago.
 */
export async function keepRegistered(
  trx: Sql,
  accountId: string,
  passkey: NewPasskey,
  by: Actor & { atMs: number },
): Promise<boolean> {
  if (!(await insertPasskey(trx, accountId, passkey, by.atMs))) return false
  await recordAudit(trx, { ...by, action: 'factor.added', accountId, detail: { factor: 'passkey' } })
  return true
}

/** Whether a registration with this passkey still waits for its mail to be used. */
export async function isRegistrationWaiting(sql: Sql, credentialId: string, nowMs: number): Promise<boolean> {
  const row: unknown = await sql('one_time_tokens')
    .where({ credentialDigest: digest(credentialId) })
    .whereNull('usedAtMs')
    .where('expiresAtMs', '>', nowMs)
    .first('digest')
  return row !== undefined
}

/**
 * A passkey: the public key of one authenticator, for one account. Owns the row. An account has up to `MOST_PASSKEYS`. The
 * private key never leaves the authenticator, so nothing here is secret.
 */
import { randomUUID } from 'node:crypto'
import { isDuplicate } from '../../platform/sql/database.ts'
import type { Sql } from '../../platform/sql/database.ts'
import { digest } from '../../platform/tokens.ts'

export const MOST_PASSKEYS = 20
export const LONGEST_NAME = 100

export type Passkey = {
  /** Ours, for pages and the API. */
  id: string
  accountId: string
  /** The authenticator's, base64url. */
  credentialId: string
  /** Names the account to authenticators: random, base64url. */
  userHandle: string
  /** COSE, base64url. */
  publicKey: string
  /** How often the authenticator signed, by its own count. 0 where it does not count. */
  counter: number
  /** How a browser reaches it, with a blank between. */
  transports: string
  /** Names the kind of authenticator; zeros where it does not say. */
  aaguid: string
  /** Can be on several devices of the person (backup eligible, WebAuthn §6.1.3). */
  synced: boolean
  backedUp: boolean
  name: string
  createdAtMs: number
  lastUsedAtMs: number | null
}

export type NewPasskey = Omit<Passkey, 'id' | 'accountId' | 'createdAtMs' | 'lastUsedAtMs'>

const COLUMNS = [
  'id',
  'accountId',
  'credentialId',
  'userHandle',
  'publicKey',
  'counter',
  'transports',
  'aaguid',
  'synced',
  'backedUp',
  'name',
  'createdAtMs',
  'lastUsedAtMs',
] as const

type Row = Omit<Passkey, 'synced' | 'backedUp' | 'counter'> & {
  synced: number | boolean
  backedUp: number | boolean
  counter: number | string
}

/** The oldest first. */
export async function passkeysOf(sql: Sql, accountId: string): Promise<Passkey[]> {
  const rows: Row[] = await sql('passkeys')
    .where({ accountId })
    .select(...COLUMNS)
    .orderBy([{ column: 'createdAtMs' }, { column: 'id' }])
  return rows.map(read)
}

export async function findPasskey(sql: Sql, accountId: string, id: string): Promise<Passkey | undefined> {
  const row: Row | undefined = await sql('passkeys')
    .where({ accountId, id })
    .first(...COLUMNS)
  return row && read(row)
}

/** By what the authenticator calls it. */
export async function findCredential(sql: Sql, credentialId: string): Promise<Passkey | undefined> {
  const row: Row | undefined = await sql('passkeys')
    .where({ credentialDigest: digest(credentialId) })
    .first(...COLUMNS)
  return row && read(row)
}

/** In the caller's transaction, with the account locked. Answers nothing when an account has this credential. */
export async function insertPasskey(
  trx: Sql,
  accountId: string,
  given: NewPasskey,
  nowMs: number,
): Promise<Passkey | undefined> {
  const passkey = { ...given, id: randomUUID(), accountId, createdAtMs: nowMs, lastUsedAtMs: null }
  try {
    await trx('passkeys').insert({ ...passkey, credentialDigest: digest(given.credentialId) })
    return passkey
  } catch (error) {
    if (isDuplicate(error)) return undefined
    throw error
  }
}

/** Answers false when the account has no such passkey. */
export async function renameRow(sql: Sql, accountId: string, id: string, name: string): Promise<boolean> {
  return (await sql('passkeys').where({ accountId, id }).update({ name })) > 0
}

/** Answers false when the account has no such passkey. */
export async function removeRow(trx: Sql, accountId: string, id: string): Promise<boolean> {
  return (await trx('passkeys').where({ accountId, id }).delete()) > 0
}

export type PasskeyUse = { counter: number; backedUp: boolean; nowMs: number }

/**
 * Records a use. Answers false when the counter did not grow, although this authenticator counts: somebody may have a copy
 * of the private key (WebAuthn §6.1.1). The counter never goes back here, so the copy is noticed whichever signs first.
 */
export async function recordUse(
  sql: Sql,
  { id }: Pick<Passkey, 'id'>,
  { counter, backedUp, nowMs }: PasskeyUse,
): Promise<boolean> {
  const used = { backedUp, lastUsedAtMs: nowMs }
  const grown = await sql('passkeys')
    .where({ id })
    .where((rows) => void rows.where('counter', '<', counter).orWhere({ counter: 0 }))
    .update({ ...used, counter })
  if (grown > 0) return true
  await sql('passkeys').where({ id }).update(used)
  return false
}

/** True for one caller in the given time: the owner should hear of the counter. */
export async function takeWarning(
  sql: Sql,
  { id }: Pick<Passkey, 'id'>,
  nowMs: number,
  everyMs: number,
): Promise<boolean> {
  const taken = await sql('passkeys')
    .where({ id })
    .where((rows) => void rows.whereNull('warnedAtMs').orWhere('warnedAtMs', '<=', nowMs - everyMs))
    .update({ warnedAtMs: nowMs })
  return taken > 0
}

/**
 * The methods of a passkey (RFC 8176 §2). `mfa`: the authenticator, and a PIN or finger that it checked, or the password
 * before it. A synced key is in software; one that stays on its device counts as hardware, though nothing attests it.
 */
export function passkeyAmr({ synced }: Pick<Passkey, 'synced'>): string[] {
  return ['pop', synced ? 'swk' : 'hwk', 'user', 'mfa']
}

const PASSKEY_METHODS = new Set(['pop', 'swk', 'hwk', 'user', 'mfa'])

/** A sign-in with nothing beside a passkey. Its authenticator verified the person; after another first step it need not. */
export function isPasskeyAlone(amr: readonly string[] | undefined): boolean {
  return amr !== undefined && amr.includes('pop') && amr.every((method) => PASSKEY_METHODS.has(method))
}

function read(row: Row): Passkey {
  return {
    ...row,
    synced: Boolean(row.synced),
    backedUp: Boolean(row.backedUp),
    counter: Number(row.counter),
  }
}

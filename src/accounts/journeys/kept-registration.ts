/** What the browser that registered keeps, and how its person signs in: by a password, or by a passkey. */
import { findCredential } from '../passkeys/passkey.ts'
import type { NewPasskey } from '../passkeys/passkey.ts'
import { readPasskey, writePasskey } from '../passkeys/registered-passkey.ts'
import type { Sql } from '../../platform/sql/database.ts'
import { digest } from '../../platform/tokens.ts'
import type { Account } from '../account.ts'
import type { OneTimeToken } from '../one-time-token.ts'
import type { Asker } from './own-token.ts'

/** What a person chose at registration. */
export type ChosenWay =
  | { passwordHash: string; passkey?: undefined }
  | { passwordHash: null; passkey: NewPasskey }

/**
 * What the browser that registered keeps, sealed: what was typed there, with a hash in place of the password. It proves
 * that password or passkey, and nothing about the mailbox. It says nothing about the address: every address gets one.
 */
export type KeptRegistration = ChosenWay & {
  /** Names this mail. Wrong codes are counted for it. */
  mail: string
  email: string
  /** For `readProfile`. */
  profile: string
  atMs: number
}

export function chosenIn(kept: KeptRegistration): ChosenWay {
  return kept.passkey ? { passwordHash: null, passkey: kept.passkey } : { passwordHash: kept.passwordHash }
}

export type ChosenColumns = Pick<OneTimeToken, 'passwordHash' | 'passkey' | 'credentialDigest'>

export function columnsOf({ passwordHash, passkey }: ChosenWay): ChosenColumns {
  return {
    passwordHash,
    passkey: passkey ? writePasskey(passkey) : null,
    credentialDigest: passkey ? digest(passkey.credentialId) : null,
  }
}

export function askerOf(kept: KeptRegistration, browser: string | undefined): Asker {
  const { passwordHash, credentialDigest } = columnsOf(chosenIn(kept))
  return { browser, passwordHash, credentialDigest }
}

/** What was chosen with the request of a token. Nothing where it was for an address alone. */
export function chosenWith({ passwordHash, passkey }: ChosenColumns): ChosenWay | undefined {
  if (passkey !== null) return { passwordHash: null, passkey: readPasskey(passkey) }
  return passwordHash === null ? undefined : { passwordHash }
}

/** Whether the account is of the person who registered with this: it has this password, or this passkey and no password. */
export async function isStillTheirs(sql: Sql, account: Account, chosen: ChosenWay): Promise<boolean> {
  if (!chosen.passkey) return account.passwordHash === chosen.passwordHash
  const found = await findCredential(sql, chosen.passkey.credentialId)
  return account.passwordHash === null && found?.accountId === account.id
}

/**
 * The second factor of an account in our own export: one text that is sealed to the passphrase and bound to the account, so
 * that it opens on no other line. Recovery codes are in it as digests; only a server with the same main secret knows them.
 */
import { z } from 'zod'
import { decodeBase32, encodeBase32, TOTP_ALGORITHMS, TOTP_DIGITS } from '../factors/totp-code.ts'
import type { StoredCode } from '../factors/moved-factors.ts'
import type { Totp } from '../factors/totp.ts'
import { keyedDigest } from '../platform/tokens.ts'
import type { Sealer } from '../platform/tokens.ts'
import { NotReadable } from './incoming.ts'
import type { FactorLeftOut, IncomingCode, IncomingFactors } from './incoming-factors.ts'

/** What seals and opens the factors of a file. */
export type FactorSeal = {
  sealer: Sealer
  /** The digests of the file fit this server: both have the same key for digests. */
  knowsCodes: boolean
}

const moment = z.int().min(0)

const totpShape = z.object({
  secret: z.string(),
  algorithm: z.enum(TOTP_ALGORITHMS),
  digits: z.literal(TOTP_DIGITS),
  period: z.int().positive(),
  created_at: moment,
  confirmed_at: moment,
  last_step: z.int().min(0),
  last_used_at: moment.nullable(),
})
const shape = z.object({
  /** Absent for recovery codes beside passkeys. */
  totp: totpShape.optional(),
  recovery_codes: z.array(
    z.object({ digest: z.string().length(43), created_at: moment, used_at: moment.nullable() }),
  ),
})

export function sealFactors(
  sealer: Sealer,
  accountId: string,
  { totp, codes }: { totp: Totp | undefined; codes: readonly StoredCode[] },
): string {
  const factors: z.output<typeof shape> = {
    ...(totp && { totp: written(totp) }),
    recovery_codes: codes.map((code) => ({
      digest: code.codeDigest,
      created_at: code.createdAtMs,
      used_at: code.usedAtMs,
    })),
  }
  return sealer.seal(JSON.stringify(factors), bindingOf(accountId))
}

function written(totp: Totp): z.output<typeof totpShape> {
  return {
    secret: encodeBase32(totp.secret),
    algorithm: totp.algorithm,
    digits: totp.digits,
    period: totp.periodSeconds,
    created_at: totp.createdAtMs,
    confirmed_at: totp.confirmedAtMs ?? totp.createdAtMs,
    last_step: totp.lastStep,
    last_used_at: totp.lastUsedAtMs,
  }
}

const OTHER_KEY: FactorLeftOut = {
  code: 'recovery_codes',
  why: 'ACCOUNT_SERVER_TOKEN_SECRET_KEY is another one here; the person makes new codes',
}

/** @throws NotReadable where the text was altered, or taken from another account */
export function openFactors(
  { sealer, knowsCodes }: FactorSeal,
  accountId: string,
  sealed: string,
): IncomingFactors {
  const text = sealer.open(sealed, bindingOf(accountId))
  if (text === undefined) throw new NotReadable('factors was altered or moved')
  const { totp, recovery_codes: codes } = shape.parse(JSON.parse(text))
  const known: IncomingCode[] = codes.map((code) => ({
    digest: code.digest,
    createdAtMs: code.created_at,
    usedAtMs: code.used_at,
  }))
  return {
    totp: totp && read(totp),
    recoveryCodes: knowsCodes ? known : [],
    leftOut: !knowsCodes && known.length > 0 ? [OTHER_KEY] : [],
  }
}

function read(totp: z.output<typeof totpShape>): IncomingFactors['totp'] {
  const secret = decodeBase32(totp.secret)
  if (secret === undefined) throw new NotReadable('factors has no secret')
  return {
    secret,
    algorithm: totp.algorithm,
    digits: totp.digits,
    periodSeconds: totp.period,
    createdAtMs: totp.created_at,
    confirmedAtMs: totp.confirmed_at,
    lastStep: totp.last_step,
    lastUsedAtMs: totp.last_used_at,
  }
}

/** The export left the factor of this account out. */
export const LEFT_OUT_BEFORE: IncomingFactors = {
  totp: undefined,
  recoveryCodes: [],
  leftOut: [{ code: 'totp', why: 'the export was made without a passphrase, or could not open it' }],
}

/** Names the key of digests in an export, sealed. It shows whether another server has the same. */
export function sealedKeyName(sealer: Sealer, key: Buffer): string {
  return sealer.seal(nameOf(key), KEY_NAME)
}

export function isSameKey(sealer: Sealer, key: Buffer, sealedName: string | undefined): boolean {
  return sealedName !== undefined && sealer.open(sealedName, KEY_NAME) === nameOf(key)
}

const KEY_NAME = 'key of digests'

function nameOf(key: Buffer): string {
  return keyedDigest(key, KEY_NAME)
}

function bindingOf(accountId: string): string {
  return `account:factors:${accountId}`
}

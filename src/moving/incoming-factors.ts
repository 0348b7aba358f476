/** Second factors as another system has them, before the rules of this one are asked. */
import { decodeBase32, OWN_TOTP, TOTP_ALGORITHMS, TOTP_DIGITS } from '../factors/totp-code.ts'
import type { TotpSettings } from '../factors/totp-code.ts'

/** Present where the file has a second factor of the account, whether it can be used here or not. */
export type IncomingFactors = {
  totp: IncomingTotp | undefined
  recoveryCodes: readonly IncomingCode[]
  /** What of them cannot be carried over. */
  leftOut: FactorLeftOut[]
}

export type IncomingTotp = TotpSettings & {
  secret: Buffer
  /** Absent where the file does not say: then it is the moment of the import. */
  createdAtMs?: number | undefined
  confirmedAtMs?: number | undefined
  lastStep?: number | undefined
  lastUsedAtMs?: number | null | undefined
}

/** `code`: as the person has it. `digest`: as this server keeps it, of our own export. */
export type IncomingCode = ({ code: string } | { digest: string }) & {
  createdAtMs?: number | undefined
  usedAtMs?: number | null | undefined
}

export type FactorLeftOut = { code: string; why: string }

/** Why a second factor of another system is left out. */
export const NO_FACTOR = {
  hotp: { code: 'hotp', why: 'codes that count up are not supported; the person sets an app up' },
  passkey: { code: 'passkey', why: 'a passkey works only at the address where it was made' },
  phone: { code: 'phone_factor', why: 'no codes by phone' },
  mail: { code: 'mail_factor', why: 'no codes by mail as a second factor' },
  hashedCodes: { code: 'recovery_codes', why: 'the file has only hashes of them; the person makes new ones' },
  hidden: { code: 'factor', why: 'the file does not have its secret; the person sets an app up' },
  another: { code: 'totp', why: 'an account has one authenticator app here; the first one is kept' },
  codesAlone: { code: 'recovery_codes', why: 'they replace an authenticator app, and none came along' },
} as const satisfies Record<string, FactorLeftOut>

export type GivenTotp = {
  /** Undefined where it cannot be read. */
  secret: Buffer | undefined
  algorithm?: string | undefined
  digits?: number | undefined
  periodSeconds?: number | undefined
  createdAtMs?: number | undefined
}

/**
 * 80 bits: what Logto makes, and what many systems made for Google's app. RFC 4226 §4 wants 128, but a code cannot be
 * guessed from the size of the secret, and people would lose their app.
 */
const SHORTEST_BYTES = 10
const LONGEST_BYTES = 128
const PERIOD_SECONDS = { min: 15, max: 120 }

/** The app as a row of ours, or why it cannot be one. */
export function readTotp(given: GivenTotp): IncomingTotp | FactorLeftOut {
  const { secret, digits: wanted = OWN_TOTP.digits, periodSeconds = OWN_TOTP.periodSeconds } = given
  if (secret === undefined) return unusable('its secret is not Base32')
  if (secret.length < SHORTEST_BYTES)
    return unusable(`its secret has ${secret.length} bytes, fewer than ${SHORTEST_BYTES}`)
  if (secret.length > LONGEST_BYTES)
    return unusable(`its secret has ${secret.length} bytes, more than ${LONGEST_BYTES}`)
  const algorithm = algorithmOf(given.algorithm)
  if (algorithm === undefined) return unusable(`its algorithm is not ${TOTP_ALGORITHMS.join(', ')}`)
  const digits = TOTP_DIGITS.find((known) => known === wanted)
  if (digits === undefined) return unusable(`its codes do not have ${TOTP_DIGITS.join(' or ')} digits`)
  const { min, max } = PERIOD_SECONDS
  if (!Number.isInteger(periodSeconds) || periodSeconds < min || periodSeconds > max)
    return unusable(`its period is not ${min} to ${max} seconds`)
  return { secret, algorithm, digits, periodSeconds, createdAtMs: given.createdAtMs }
}

/** Undefined where the file has none. An account has one app: the first that can be used. */
export function factorsFrom(
  apps: readonly (IncomingTotp | FactorLeftOut)[],
  others: readonly FactorLeftOut[],
  recoveryCodes: readonly IncomingCode[] = [],
): IncomingFactors | undefined {
  const [totp, ...more] = apps.filter((one) => 'secret' in one)
  const leftOut = [...apps.filter((one) => 'why' in one), ...more.map(() => NO_FACTOR.another), ...others]
  if (totp === undefined && leftOut.length + recoveryCodes.length === 0) return undefined
  if (totp !== undefined) return { totp, recoveryCodes, leftOut }
  const alone = recoveryCodes.length > 0 ? [NO_FACTOR.codesAlone] : []
  return { totp, recoveryCodes: [], leftOut: [...leftOut, ...alone] }
}

/** A secret in Base32, or a whole `otpauth://` address, which has the settings as well. */
export function totpFromText(
  text: string,
  settings: Omit<GivenTotp, 'secret'> = {},
): IncomingTotp | FactorLeftOut {
  if (!/^otpauth:/i.test(text)) return readTotp({ ...settings, secret: decodeBase32(text) })
  const address = URL.parse(text)
  if (address?.host.toLowerCase() === 'hotp') return NO_FACTOR.hotp
  if (address?.host.toLowerCase() !== 'totp') return unusable('its otpauth address is not of a TOTP')
  const named = (name: string) => address.searchParams.get(name) ?? undefined
  const number = (name: string) => (named(name) === undefined ? undefined : Number(named(name)))
  return readTotp({
    createdAtMs: settings.createdAtMs,
    secret: decodeBase32(named('secret') ?? ''),
    algorithm: named('algorithm'),
    digits: number('digits'),
    periodSeconds: number('period'),
  })
}

/** `HmacSHA256`, `sha-256` and `SHA256` are one. */
function algorithmOf(name: string = OWN_TOTP.algorithm): TotpSettings['algorithm'] | undefined {
  const plain = name
    .toUpperCase()
    .replace(/^HMAC/, '')
    .replaceAll(/[^A-Z0-9]/g, '')
  return TOTP_ALGORITHMS.find((known) => known === plain)
}

function unusable(why: string): FactorLeftOut {
  return { code: 'totp', why }
}

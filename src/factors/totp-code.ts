/** Time-based one-time passwords: RFC 6238 on HOTP (RFC 4226), Base32 secrets (RFC 4648 §6), and the address in a QR code. */
import { createHmac, randomBytes } from 'node:crypto'
import { SECOND_MS } from '../platform/clock.ts'
import { equalsInConstantTime } from '../platform/tokens.ts'

export const TOTP_ALGORITHMS = ['SHA1', 'SHA256', 'SHA512'] as const
export const TOTP_DIGITS = [6, 8] as const

export type TotpSettings = {
  algorithm: (typeof TOTP_ALGORITHMS)[number]
  digits: (typeof TOTP_DIGITS)[number]
  periodSeconds: number
}

/** Of the secrets that are made here. Some authenticator apps ignore any other setting. */
export const OWN_TOTP: TotpSettings = { algorithm: 'SHA1', digits: 6, periodSeconds: 30 }

/** 160 bits, as RFC 4226 §4 recommends. */
export function newTotpSecret(): Buffer {
  return randomBytes(20)
}

/** The time step of a moment (RFC 6238 §4.2). */
export function totpStep({ periodSeconds }: Pick<TotpSettings, 'periodSeconds'>, nowMs: number): number {
  return Math.floor(nowMs / SECOND_MS / periodSeconds)
}

/** The code of a time step (RFC 4226 §5.3). */
export function totpCode(secret: Uint8Array, { algorithm, digits }: TotpSettings, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac(algorithm, secret).update(counter).digest()
  const offset = mac.readUInt8(mac.length - 1) & 0xf
  const number = mac.readUInt32BE(offset) & 0x7fffffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

/** One step to each side, for clocks that differ and people who type slowly (RFC 6238 §5.2). */
const DRIFT = [0, -1, 1]

/** The time step that this code belongs to: the current one, or one beside it. Compares the code with each. */
export function matchingStep(
  secret: Uint8Array,
  settings: TotpSettings,
  code: string,
  nowMs: number,
): number | undefined {
  const now = totpStep(settings, nowMs)
  const steps = DRIFT.map((drift) => now + drift).filter((step) => step >= 0)
  return steps.filter((step) => equalsInConstantTime(totpCode(secret, settings, step), code)).at(0)
}

/** What a QR code shows to an authenticator app: an `otpauth://` address. It contains the secret. */
export function totpUri(
  secret: Uint8Array,
  { algorithm, digits, periodSeconds }: TotpSettings,
  label: { issuer: string; account: string },
): string {
  // A colon ends the issuer in the label, so none may be part of it.
  const issuer = label.issuer.replaceAll(':', ' ')
  const path = `${encodeURIComponent(issuer)}:${encodeURIComponent(label.account)}`
  const query = [
    `secret=${encodeBase32(secret)}`,
    // Not as `+`, which some apps show as it is.
    `issuer=${encodeURIComponent(issuer)}`,
    `algorithm=${algorithm}`,
    `digits=${digits}`,
    `period=${periodSeconds}`,
  ]
  return `otpauth://totp/${path}?${query.join('&')}`
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Without padding, as authenticator apps expect it. */
export function encodeBase32(bytes: Uint8Array): string {
  let [text, bits, value] = ['', 0, 0]
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32[(value >>> (bits - 5)) & 31]
  }
  return bits > 0 ? text + BASE32[(value << (5 - bits)) & 31] : text
}

/** Reads any case, with or without padding, blanks and hyphens. Answers nothing for another character or no bytes. */
export function decodeBase32(text: string): Buffer | undefined {
  const letters = text.toUpperCase().replaceAll(/[\s=-]/g, '')
  let [bits, value] = [0, 0]
  const bytes: number[] = []
  for (const letter of letters) {
    const five = BASE32.indexOf(letter)
    if (five < 0) return undefined
    value = ((value << 5) | five) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes.push((value >>> bits) & 255)
  }
  return bytes.length > 0 ? Buffer.from(bytes) : undefined
}

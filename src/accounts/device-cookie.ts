/**
 * The signed value that a browser keeps after a sign-in. It names the account and gives that browser sign-in attempts of
 * its own, so that strangers who use up the network's cannot lock the owner out. It proves nothing else.
 */
import { randomUUID } from 'node:crypto'
import { DAY_MS } from '../platform/clock.ts'
import { equalsInConstantTime, keyedDigest } from '../platform/tokens.ts'

export type Device = { accountId: string; deviceId: string }

/** After this long a browser counts as unknown again. */
export const DEVICE_COOKIE_MAX_AGE_MS = 400 * DAY_MS

export function issueDeviceCookie(key: Buffer, accountId: string, nowMs: number): string {
  const body = `${accountId}.${randomUUID()}.${nowMs}`
  return `${body}.${keyedDigest(key, body)}`
}

/** The device, or nothing when the value was not issued here or is too old. */
export function verifyDeviceCookie(
  key: Buffer,
  value: string | undefined,
  nowMs: number,
): Device | undefined {
  const [accountId, deviceId, issuedAtMs, signature, ...rest] = (value ?? '').split('.')
  if (!accountId || !deviceId || !issuedAtMs || !signature || rest.length > 0) return undefined
  if (!equalsInConstantTime(signature, keyedDigest(key, `${accountId}.${deviceId}.${issuedAtMs}`)))
    return undefined
  return nowMs - Number(issuedAtMs) <= DEVICE_COOKIE_MAX_AGE_MS ? { accountId, deviceId } : undefined
}

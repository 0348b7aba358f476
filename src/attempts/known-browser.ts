/**
 * The signed value that a browser keeps after a sign-in. It names the account and gives that browser sign-in attempts
 * of its own. So strangers who use up the network's attempts cannot lock the owner out. It proves nothing else. It is
 * no longer valid after a change of the password.
 */
import { randomUUID } from 'node:crypto'
import { DAY_MS } from '../platform/clock.ts'
import { equalsInConstantTime, keyedDigest } from '../platform/tokens.ts'

export type Device = { accountId: string; deviceId: string; issuedAtMs: number; passwordSetAtMs: number }

type Owner = { id: string; passwordChangedAtMs: number | null }

/** After this long a browser counts as unknown again. */
export const DEVICE_COOKIE_MAX_AGE_MS = 400 * DAY_MS

/** `owner` as it was when its password was checked: a change meanwhile makes the value worthless. */
export function issueDeviceCookie(key: Buffer, owner: Owner, nowMs: number): string {
  const body = `${owner.id}.${randomUUID()}.${nowMs}.${passwordSetAt(owner)}`
  return `${body}.${keyedDigest(key, body)}`
}

/** The device, or nothing when the value was not issued here or is too old. */
export function verifyDeviceCookie(
  key: Buffer,
  value: string | undefined,
  nowMs: number,
): Device | undefined {
  const [accountId, deviceId, issuedAtMs, passwordSetAtMs, signature, ...rest] = (value ?? '').split('.', 6)
  if (!accountId || !deviceId || !issuedAtMs || !passwordSetAtMs || !signature || rest.length > 0)
    return undefined
  const body = `${accountId}.${deviceId}.${issuedAtMs}.${passwordSetAtMs}`
  if (!equalsInConstantTime(signature, keyedDigest(key, body))) return undefined
  if (nowMs - Number(issuedAtMs) > DEVICE_COOKIE_MAX_AGE_MS) return undefined
  return { accountId, deviceId, issuedAtMs: Number(issuedAtMs), passwordSetAtMs: Number(passwordSetAtMs) }
}

/** False also for a device that is known by an earlier password. */
export function isOwnDevice({ accountId, passwordSetAtMs }: Device, owner: Owner): boolean {
  return accountId === owner.id && passwordSetAtMs === passwordSetAt(owner)
}

function passwordSetAt({ passwordChangedAtMs }: Owner): number {
  return passwordChangedAtMs ?? 0
}

/** Limits what one request may leave in the grant store. Strangers cause these records, and each stays for minutes. */
import { errors } from 'oidc-provider'

const KIB = 1024

/** In bytes of the record's JSON. A sealed record is a third larger. */
const LARGEST_BYTES: Readonly<Record<string, number>> = {
  PushedAuthorizationRequest: 16 * KIB,
  // Holds the parameters of a pushed request and the question of the page, which may repeat its authorization details.
  Interaction: 32 * KIB,
  DeviceCode: 8 * KIB,
  BackchannelAuthenticationRequest: 16 * KIB,
}
export const LARGEST_CHALLENGE_BYTES = 16 * KIB

const NAMES: Readonly<Record<string, string>> = {
  PushedAuthorizationRequest: 'pushed request',
  DeviceCode: 'device authorization request',
  BackchannelAuthenticationRequest: 'backchannel authentication request',
}

/** @throws errors.InvalidRequest 413, which names size and limit (RFC 9126 §2.3) */
export function assertFits(model: string, json: string): void {
  assertAtMost(LARGEST_BYTES[model], json, NAMES[model] ?? 'authorization request')
}

/** @throws errors.InvalidRequest 413 */
export function assertAtMost(limitBytes: number | undefined, json: string, what: string): void {
  const bytes = Buffer.byteLength(json)
  if (limitBytes === undefined || bytes <= limitBytes) return
  const description = `this ${what} takes ${bytes} bytes to keep; at most ${limitBytes} are kept: send less`
  throw Object.assign(new errors.InvalidRequest(description, 413), { allow_redirect: false })
}

/** Encodes a record's payload as JSON, with the ids in it sealed. */
import type { AdapterPayload } from 'oidc-provider'
import type { Sealer } from '../../platform/tokens.ts'
import { assertFits } from './record-sizes.ts'

type Stored = AdapterPayload & { sessionBound?: boolean }

/**
 * The stored form of a payload, with its ids sealed.
 * @throws errors.InvalidRequest 413 where it is larger than a record may be
 */
export function encode(sealer: Sealer, model: string, key: string, payload: AdapterPayload): string {
  if (model === 'Interaction') {
    const json = JSON.stringify(withoutId(payload))
    assertFits(model, json)
    // An interaction holds ids: its own, in the address to return to, and the session's cookie value.
    return sealer.seal(json, key)
  }
  const { expiresWithSession, userCode, ...rest } = withoutId(payload)
  const stored: Stored = rest
  // The grant ends with the session, and the token with its grant. So no use needs to look the session up.
  if (expiresWithSession) stored.sessionBound = true
  if (userCode !== undefined) stored.userCode = sealer.seal(userCode, key)
  const json = JSON.stringify(stored)
  assertFits(model, json)
  return json
}

/** The payload as the library wrote it. */
export function decode(
  sealer: Sealer,
  model: string,
  key: string,
  stored: string | undefined,
): AdapterPayload | undefined {
  if (stored === undefined) return undefined
  if (model === 'Interaction') {
    const opened = sealer.open(stored, key)
    return opened === undefined ? undefined : (JSON.parse(opened) as AdapterPayload)
  }
  const payload = JSON.parse(stored) as Stored
  const { userCode } = payload
  delete payload.sessionBound
  return userCode === undefined ? payload : { ...payload, userCode: sealer.open(userCode, key) }
}

/** The payload as it is stored. The raw id is put back when the record is found. */
export function withoutId(payload: AdapterPayload): AdapterPayload {
  const stored = { ...payload }
  delete stored.jti
  return stored
}

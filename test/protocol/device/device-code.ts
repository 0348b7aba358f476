/** A device's code as its device knows it, and its record in the store. */
import { digest } from '../../../src/platform/tokens.ts'
import type { Stage } from '../../provider/stage.ts'

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

/** RFC 8628 §3.2. */
export type Issued = {
  device_code: string
  user_code: string
  verification_uri: string
  verification_uri_complete: string
  expires_in: number
  interval: number
}

/** Where the store keeps the code. */
export const keyOf = (deviceCode: string) => `{${digest(deviceCode).slice(0, 16)}}:dc:${digest(deviceCode)}`

/** Moves moments of the record, in seconds, as if time had gone by. */
export async function alter({ parts }: Stage, key: string, by: Record<string, number>): Promise<void> {
  for (const one of [key, `${key}:body`]) {
    const { payload } = await parts.store.readToken(one)
    if (payload === undefined) continue
    const record = JSON.parse(payload) as Record<string, number>
    for (const [moment, seconds] of Object.entries(by)) record[moment] = (record[moment] ?? 0) + seconds
    const expiresAtMs = Date.now() + 60_000
    await parts.store.commit({ entries: [{ key: one, payload: JSON.stringify(record), expiresAtMs }] })
  }
}

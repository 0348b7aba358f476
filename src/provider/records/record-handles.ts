/**
 * Handles: substitutes for ids that the server does not know. A session found by its uid, or a device code found by its
 * user code, must be saved again under its id. Only the digest of that id is stored. A handle names the record and
 * carries a MAC, so that nobody with a copy of the store can forge one.
 */
import { equalsInConstantTime, keyedDigest } from '../../platform/tokens.ts'
import { isHandle, recordKey, sessionKey } from '../../grant-store/token-ids.ts'
import type { Located } from '../../grant-store/token-ids.ts'

export type RecordHandles = {
  make: (model: string, record: { tag: string; digest: string }) => string
  /** The record that a handle names. `undefined` for a forged handle and for any other text. */
  open: (model: string, handle: string) => Located | undefined
}

/** Made with the first key. Handles of earlier keys are still accepted, since a person's pages outlast a rotation. */
export function createRecordHandles(keys: readonly [Buffer, ...Buffer[]]): RecordHandles {
  const mac = (model: string, tag: string, digest: string, key = keys[0]) =>
    keyedDigest(key, `${model}.${tag}.${digest}`)
  return {
    make: (model, { tag, digest }) => `~${tag}.${digest}.${mac(model, tag, digest)}`,
    open(model, handle) {
      if (!isHandle(handle)) return undefined
      const [tag = '', digest = '', presentedMac = ''] = handle.slice(1).split('.')
      if (!keys.some((key) => equalsInConstantTime(presentedMac, mac(model, tag, digest, key))))
        return undefined
      return { tag, digest, key: model === 'Session' ? sessionKey(tag) : recordKey(model, tag, digest) }
    },
  }
}

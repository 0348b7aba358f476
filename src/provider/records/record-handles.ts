/**
 * Stand-ins for ids that the server does not know. A session found by its uid, or a device code found by its user code,
 * must be saved again under its id, of which only the digest is stored. The handle names the record and carries a MAC
 * of the server's key, so that nobody who has seen the store can make one.
 */
import { equalsInConstantTime, keyedDigest } from '../../platform/tokens.ts'
import { isHandle, recordKey, sessionKey } from '../../grant-store/token-ids.ts'
import type { Located } from '../../grant-store/token-ids.ts'

export type RecordHandles = {
  make: (model: string, record: { tag: string; digest: string }) => string
  /** The record that a handle names; `undefined` for a forged handle and for anything else. */
  open: (model: string, handle: string) => Located | undefined
}

/** Made with the first key; one that another made is still opened, since a person's pages outlast a rotation. */
export function createRecordHandles(keys: readonly [Buffer, ...Buffer[]]): RecordHandles {
  const mac = (model: string, tag: string, digest: string, key = keys[0]) =>
    keyedDigest(key, `${model}.${tag}.${digest}`)
  return {
    make: (model, { tag, digest }) => `~${tag}.${digest}.${mac(model, tag, digest)}`,
    open(model, handle) {
      if (!isHandle(handle)) return undefined
      const [tag = '', digest = '', given = ''] = handle.slice(1).split('.')
      if (!keys.some((key) => equalsInConstantTime(given, mac(model, tag, digest, key)))) return undefined
      return { tag, digest, key: model === 'Session' ? sessionKey(tag) : recordKey(model, tag, digest) }
    },
  }
}

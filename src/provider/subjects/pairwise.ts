/**
 * Pairwise subjects (OpenID Connect Core §8.1): each sector knows a person by another name. The name is the account's id, a UUID,
 * encrypted so that equal ids give equal names (a synthetic IV, as in RFC 5297): it needs no table, and leads back to
 * the account when an app presents an ID token.
 */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'

type Sectored = { sectorIdentifier?: string | null }

export type PairwiseSubjects = {
  /** The subject of an account for the sector of a client. */
  subjectOf: (accountId: string, client: unknown) => string
  /** The account that a subject stands for; `undefined` when it is not one of this client's sector. */
  accountOf: (subject: string, client: unknown) => string | undefined
}

const CIPHER = 'aes-256-ctr'
const IV_BYTES = 16

/** The key is the index key, which never rotates: with another one every relying party would lose its accounts. */
export function createPairwiseSubjects(indexKey: Buffer): PairwiseSubjects {
  const derive = (purpose: string) => createHmac('sha256', indexKey).update(purpose).digest()
  const [naming, hiding] = [derive('pairwise-name'), derive('pairwise-account')]
  const subjectOf = (accountId: string, client: unknown): string => {
    const { sectorIdentifier } = client as Sectored
    const named = createHmac('sha256', naming)
      .update(JSON.stringify([sectorIdentifier, accountId]))
      .digest()
    const iv = named.subarray(0, IV_BYTES)
    const cipher = createCipheriv(CIPHER, hiding, iv)
    return Buffer.concat([iv, cipher.update(accountId.replaceAll('-', ''), 'hex')]).toString('base64url')
  }
  return {
    subjectOf,
    accountOf(subject, client) {
      const bytes = Buffer.from(subject, 'base64url')
      if (bytes.length <= IV_BYTES) return undefined
      const decipher = createDecipheriv(CIPHER, hiding, bytes.subarray(0, IV_BYTES))
      const digits = decipher.update(bytes.subarray(IV_BYTES)).toString('hex')
      const accountId = digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
      return subjectOf(accountId, client) === subject ? accountId : undefined
    },
  }
}

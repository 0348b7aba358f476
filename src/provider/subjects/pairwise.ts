/**
 * Pairwise subjects (OpenID Connect Core §8.1): each sector knows a person by another subject. It is the account's id,
 * a UUID, encrypted so that equal ids give equal subjects (a synthetic IV, as in RFC 5297). It needs no table, and can
 * be decrypted when an app presents an ID token.
 */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import type { Services } from '../../services.ts'

type Sectored = { sectorIdentifier?: string | null }

export type PairwiseSubjects = {
  /** The subject of an account in the sector of a client. */
  subjectOf: (accountId: string, client: unknown) => string
  /** The account of a subject. `undefined` when the subject does not belong to this client's sector. */
  accountOf: (subject: string, client: unknown) => string | undefined
}

/** The services of a feature that names people to apps. */
export type SubjectServices = Services & { subjects: PairwiseSubjects }

const CIPHER = 'aes-256-ctr'
const IV_BYTES = 16

/** Uses the index key, which never rotates. With another key every relying party would lose its accounts. */
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

/** Pairwise subjects (OpenID Connect Core §8.1): each sector knows a person by another name. */
import { keyedDigest } from '../platform/tokens.ts'

type Sectored = { sectorIdentifier?: string | null }

/**
 * The subject of an account for the sector of a client. The salt is the index key, which never rotates: with another one
 * every relying party would lose its accounts.
 */
export function createPairwiseSubjects(indexKey: Buffer) {
  return (_ctx: unknown, accountId: string, client: unknown): string => {
    const { sectorIdentifier } = client as Sectored
    return keyedDigest(indexKey, JSON.stringify(['pairwise', sectorIdentifier, accountId]))
  }
}

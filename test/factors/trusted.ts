/** Trusted browsers of people who never saw a page. */
import { randomUUID } from 'node:crypto'
import { DAY_MS } from '../../src/platform/clock.ts'
import type { Db } from '../../src/platform/sql/database.ts'

/** Answers its id. */
export async function addTrusted(db: Db, accountId: string): Promise<string> {
  const id = randomUUID()
  const trustedAtMs = Date.now()
  const times = { trustedAtMs, expiresAtMs: trustedAtMs + DAY_MS }
  const row = { id, accountId, secretDigest: id, browser: 'Firefox on Linux', ...times }
  await db('trusted_browsers').insert(row)
  return id
}

/** Carries what was ended in SQL over to the grant store: sessions, and the grants that hang on them. */
import { z } from 'zod'
import type { Outbox } from '../outbox/outbox.ts'
import type { Sink } from '../outbox/sink.ts'
import type { Sql } from '../platform/sql/database.ts'
import {
  boundGrants,
  endSession,
  findAuthorizations,
  revokeGrant,
  revokeGrantByDigest,
} from './revocation.ts'
import type { EndedAuthorization, TimedStore } from './revocation.ts'

/** What was ended in SQL and is still to be removed from the grant store. */
export type EndedAccess = { sessionUids: string[]; grantIdDigests: string[] }

/** Ends access in the grant store after it was ended in SQL. */
export type AccessEndings = {
  /**
   * Requests the end in the transaction that ends it in SQL. So it also happens if this process dies before
   * `revokeAccess`.
   */
  noteEnded: (trx: Sql, ended: EndedAccess) => Promise<void>
  /** Removes sessions and grants (with their tokens) at once. Called after the commit; may be called again. */
  revokeAccess: (ended: EndedAccess) => Promise<void>
}

/** The outbox's topic. */
export const ENDED_TOPIC = 'access-ended'

const endedSchema = z.object({
  sessionUids: z.array(z.string()),
  grantIdDigests: z.array(z.string()),
})

/**
 * Ends access at once for the waiting caller. The worker repeats it from a message that was written with the change in
 * SQL. In between, a process may die or the grant store may be down. The second run changes nothing.
 */
export function createAccessEndings(timed: TimedStore, outbox: Pick<Outbox, 'record'>): AccessEndings {
  return {
    async noteEnded(trx, ended) {
      if (ended.sessionUids.length + ended.grantIdDigests.length === 0) return
      await outbox.record(trx, { topic: ENDED_TOPIC, payload: ended })
    },
    async revokeAccess({ sessionUids, grantIdDigests }) {
      await Promise.all([
        ...grantIdDigests.map((grantIdDigest) => revokeGrantByDigest(timed, grantIdDigest)),
        ...sessionUids.map((uid) => endSessionAndGrants(timed, uid)),
      ])
    },
  }
}

/** Carries out what was noted. */
export function createEndedSink(endings: Pick<AccessEndings, 'revokeAccess'>): Sink {
  return { deliver: ({ payload }) => endings.revokeAccess(endedSchema.parse(payload)) }
}

/**
 * One session with what apps got through it; what was granted for offline access stays (OpenID Connect Core §11). Grants
 * go first, since only the session names them, and then those of an app that was signed in to meanwhile.
 */
export async function endSessionAndGrants(timed: TimedStore, uid: string): Promise<void> {
  await revokeBound(timed, await findAuthorizations(timed, uid))
  await revokeBound(timed, await endSession(timed, uid))
}

async function revokeBound(timed: TimedStore, authorizations: EndedAuthorization[]): Promise<void> {
  await Promise.all(boundGrants(authorizations).map((grantId) => revokeGrant(timed, grantId)))
}

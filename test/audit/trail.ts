/** An audit trail with its chains on each database, as one worker or several keep it. */
import { recordAudits } from '../../src/audit/audit.ts'
import { linkSome } from '../../src/audit/chain/link.ts'
import { pruneAudit } from '../../src/audit/chain/prune.ts'
import { verifyAudit } from '../../src/audit/chain/verify.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { createLogger } from '../../src/platform/logging/log.ts'
import type { Db } from '../../src/platform/sql/database.ts'
import { loadConfig } from '../../src/settings/config.ts'
import { createSealer, deriveKey } from '../../src/platform/tokens.ts'
import { DATABASES } from '../platform/change-feed-databases.ts'
import type { MigratedDatabase } from '../platform/change-feed-databases.ts'

export type Trail = ReturnType<typeof createTrail>

const RETENTION = loadConfig({}, { persist: false }).retention

const TABLES = ['audit_events', 'audit_chains', 'audit_anchors']

function createTrail({ db, openAnother, drop }: MigratedDatabase) {
  let nowMs = Date.UTC(2030, 0, 1)
  const worker = (own: Db) => ({
    db: own,
    clock: () => nowMs,
    sealer: createSealer([deriveKey('test', 'data')]),
    log: createLogger('silent', 'test'),
  })
  const here = worker(db)
  const linkAll = async () => {
    while ((await linkSome(here)) > 0);
  }
  return {
    db,
    here,
    another: () => worker(openAnother()),
    now: () => nowMs,
    pass: (days: number) => void (nowMs += days * DAY_MS),
    /** Writes entries of one kind, one after the other. SQLite takes 500 in one statement. */
    async write(count: number, action: 'account.added' | 'sign_in.failed' = 'account.added') {
      const events = Array.from({ length: count }, (_, n) => ({
        atMs: nowMs,
        action,
        actor: `a${n}`,
        detail: { n },
      }))
      for (let done = 0; done < count; done += 500) await recordAudits(db, events.slice(done, done + 500))
    },
    linkAll,
    verify: async () => (await verifyAudit(here)).faults,
    /** What was seen of a fault, without the id of the entry, which differs by database. */
    async faults() {
      return (await verifyAudit(here)).faults.map(({ fault, chain, seq, lastSeq }) =>
        [chain, fault, lastSeq === undefined ? seq : `${seq}-${lastSeq}`].join(' '),
      )
    },
    prune: (keptDays: number) =>
      pruneAudit(here, { ...RETENTION, auditAccountKeepMs: keptDays * DAY_MS }, nowMs, 500),
    async empty() {
      for (const table of TABLES) await db(table).delete()
    },
    drop,
  }
}

/** `body` for each database, with a trail that is empty before each test. */
export function onEachTrail(title: string, body: (trail: () => Trail) => void): void {
  for (const { name, open } of DATABASES) {
    describe(`${title} on ${name}`, () => {
      let trail: Trail
      before(async () => {
        trail = createTrail(await open())
      })
      beforeEach(() => trail.empty())
      after(() => trail.drop())
      body(() => trail)
    })
  }
}

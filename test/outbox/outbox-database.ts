/** Each database with nothing but the outbox tables in it, and the parts around an outbox that every test needs. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { up } from '../../migrations/0003_outbox.ts'
import { up as addInterruptions } from '../../migrations/0029_interrupted_attempts.ts'
import { up as addTraces } from '../../migrations/0064_outbox_traces.ts'
import type { OutboxMessage, Sink } from '../../src/outbox/sink.ts'
import { openDatabase } from '../../src/platform/sql/database.ts'
import type { DatabaseSettings, Db } from '../../src/platform/sql/database.ts'
import { createLogger } from '../../src/platform/logging/log.ts'
import { createSealer } from '../../src/platform/tokens.ts'
import { createDatabase } from '../support/services.ts'

export type Opened = { db: Db; settings: DatabaseSettings; close: () => Promise<void> }

/** What every database must show alike. */
export const databases: { name: string; open: () => Promise<Opened> }[] = [
  { name: 'SQLite', open: openSqlite },
  { name: 'MariaDB', open: openMariadb },
]

async function openSqlite(): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'outbox-test-'))
  return opened({ sqliteFile: join(folder, 'test.sqlite') }, async () => rmSync(folder, { recursive: true }))
}

async function openMariadb(): Promise<Opened> {
  const { dsn, drop } = await createDatabase()
  return opened({ mysqlDsn: dsn, sqliteFile: '' }, drop)
}

async function opened(settings: DatabaseSettings, remove: () => Promise<void>): Promise<Opened> {
  const db = openDatabase(settings)
  await up(db)
  await addInterruptions(db)
  await addTraces(db)
  const close = async () => {
    await db.destroy()
    await remove()
  }
  return { db, settings, close }
}

export const dataKey = randomBytes(32)
export const sealer = createSealer([dataKey])

/** A clock that only moves when a test moves it. */
export function movableClock(startMs = Date.UTC(2026, 0, 5, 12)) {
  let now = startMs
  return {
    clock: () => now,
    advance: (milliseconds: number) => {
      now += milliseconds
    },
  }
}

/** A logger, and the lines it wrote. */
export function recordingLog() {
  const lines: string[] = []
  const destination = new Writable({
    write(chunk: Buffer, _, done) {
      lines.push(chunk.toString())
      done()
    },
  })
  return { log: createLogger('debug', 'test', { destination }), lines }
}

/** A sink that remembers what it was given; `behave` may throw. */
export function recordingSink(behave: (message: OutboxMessage) => void | Promise<void> = () => undefined) {
  const delivered: OutboxMessage[] = []
  const sink: Sink = {
    async deliver(message) {
      await behave(message)
      delivered.push(message)
    },
  }
  return { sink, delivered }
}

/** Longer than the busiest machine takes. */
const WITHIN_MS = 60_000

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WITHIN_MS
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the awaited condition did not come about')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

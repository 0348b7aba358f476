/**
 * Notifies every process of a change in SQL, so that it can drop cached values. A writer bumps the topic's version in
 * its own transaction. Each process polls all versions with one small query. Owns the table `changes`; does not know
 * what the topics mean. Caches still need a TTL: a replica may lag behind the feed.
 */
import type { Clock } from '../clock.ts'
import { foreignWrites } from './database.ts'
import type { Db, Sql } from './database.ts'
import type { Logger } from '../logging/log.ts'

/** Records in the caller's transaction that `topic` changed. Listeners are called after the commit. */
export async function noteChange(sql: Sql, topic: string): Promise<void> {
  await sql('changes')
    .insert({ topic, version: 1 })
    .onConflict('topic')
    .merge({ version: sql.raw('?? + 1', ['version']) })
}

/**
 * Records changes like `noteChange`, and answers the new version of each topic. Versions grow with the time as well. So
 * after SQL itself has lost commits in a failover, no version names two states.
 */
export async function raiseVersions(
  trx: Sql,
  topics: readonly string[],
  nowMs: number,
): Promise<Map<string, number>> {
  const version = trx.raw('CASE WHEN ?? >= ? THEN ?? + 1 ELSE ? END', ['version', nowMs, 'version', nowMs])
  // In one order, so that two transactions do not wait for each other.
  const rows = topics.toSorted().map((topic) => ({ topic, version: nowMs }))
  await trx('changes').insert(rows).onConflict('topic').merge({ version })
  return versionsIn(await trx('changes').whereIn('topic', topics).select('topic', 'version'))
}

/** Drops or reloads cached values. A call that fails is repeated at the next poll. */
export type ChangeListener = () => void | Promise<void>

export type ChangeFeed = {
  on: (topic: string, listener: ChangeListener) => void
  /** Polls until `stop`. The first poll that succeeds calls every listener once. */
  start: () => void
  stop: () => Promise<void>
  /** Polls now; resolves when the listeners have finished. Never rejects. */
  check: () => Promise<void>
  /** True while every change that was committed `FRESH_MS` ago or earlier is known here. Costs no query. */
  isFresh: () => boolean
  /** The version of the topic at the last poll; 0 for none. */
  versionOf: (topic: string) => number
}

type Polling = {
  db: Db
  log: Logger
  clock: Clock
  intervalMs?: number
  /** While polls fail, all listeners are called at this interval, so that no cache is older. */
  staleAfterMs?: number
}

type State = {
  listeners: Map<string, ChangeListener[]>
  seen: Map<string, number>
  versions: Map<string, number>
  /** When the last poll that succeeded began, by the steady clock, and what `foreignWrites` was then. */
  polled: { atMs: number; foreignWrites: number }
  failing: boolean
  freshAtMs: number
}

const QUERY_TIMEOUT_MS = 3000
/** Less than a second, so that a second is kept with the time that an answer takes. */
const FRESH_MS = 900

export function createChangeFeed(polling: Polling): ChangeFeed {
  const { intervalMs = 400 } = polling
  const state: State = {
    listeners: new Map(),
    seen: new Map(),
    versions: new Map(),
    polled: { atMs: -Infinity, foreignWrites: 0 },
    failing: false,
    freshAtMs: polling.clock(),
  }
  let timer: NodeJS.Timeout | undefined
  let started = false
  let running = Promise.resolve()

  const check = () => (running = running.then(() => poll(polling, state)))
  const loop = async () => {
    await check()
    if (started) timer = setTimeout(() => void loop(), intervalMs).unref()
  }

  return {
    on(topic, listener) {
      state.listeners.set(topic, [...(state.listeners.get(topic) ?? []), listener])
    },
    start() {
      if (!started) void loop()
      started = true
    },
    async stop() {
      started = false
      clearTimeout(timer)
      await running
    },
    check,
    isFresh: () =>
      performance.now() - state.polled.atMs < FRESH_MS &&
      foreignWrites(polling.db) === state.polled.foreignWrites,
    versionOf: (topic) => state.versions.get(topic) ?? 0,
  }
}

async function poll(polling: Polling, state: State): Promise<void> {
  const { db, log, clock, staleAfterMs = 10_000 } = polling
  try {
    const polled = { atMs: performance.now(), foreignWrites: foreignWrites(db) }
    const versions = await readVersions(db)
    Object.assign(state, { versions, polled })
    state.freshAtMs = clock()
    if (state.failing) log.info({}, 'change-feed.recovered')
    state.failing = false
    for (const topic of state.listeners.keys()) await notice(log, state, topic, versions.get(topic) ?? 0)
  } catch (error) {
    if (!state.failing) log.warn({ err: error }, 'change-feed.failed')
    state.failing = true
    if (clock() - state.freshAtMs < staleAfterMs) return
    state.freshAtMs = clock()
    for (const topic of state.listeners.keys()) await tell(log, state, topic)
  }
}

async function readVersions(db: Db): Promise<Map<string, number>> {
  return versionsIn(await db('changes').select('topic', 'version').timeout(QUERY_TIMEOUT_MS))
}

function versionsIn(rows: { topic: string; version: number }[]): Map<string, number> {
  return new Map(rows.map(({ topic, version }) => [topic, Number(version)]))
}

// A version counts as seen only after every listener succeeded: a failed reload is retried.
async function notice(log: Logger, state: State, topic: string, version: number): Promise<void> {
  if (state.seen.get(topic) === version) return
  if (await tell(log, state, topic)) state.seen.set(topic, version)
}

async function tell(log: Logger, state: State, topic: string): Promise<boolean> {
  const outcomes = await Promise.allSettled(
    (state.listeners.get(topic) ?? []).map(async (listen) => listen()),
  )
  const failures = outcomes.filter((outcome) => outcome.status === 'rejected')
  for (const { reason } of failures) log.warn({ err: reason, topic }, 'change-feed.listener-failed')
  return failures.length === 0
}

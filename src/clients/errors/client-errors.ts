/**
 * The last errors of each app: table `client_errors`. Equal errors are one row with a count. What differs only in values of
 * the request shares a few rows, so that a stranger who guesses cannot push other errors out.
 */
import type { Knex } from 'knex'
import { DAY_MS } from '../../platform/clock.ts'
import type { Db, Sql } from '../../platform/sql/database.ts'
import { purgeSome } from '../../platform/sql/purge.ts'
import { digest } from '../../platform/tokens.ts'

/** The most errors of one app, and how long they are kept. */
export const MOST_ERRORS = 100
export const KEPT_MS = 7 * DAY_MS
/** So many rows for one code at one endpoint. */
const ROWS_OF_A_KIND = 8

/** An error of an app in words. Nothing in it is a secret: see `platform/shown.ts`. */
export type ClientError = {
  clientId: string
  /** Where it happened, such as `authorization` or `token`. */
  endpoint: string
  /** The code of the answer, such as `invalid_grant`. */
  error: string
  /** What the app got as an answer. */
  reason?: string | undefined
  /** What only the operator may know. */
  cause?: string | undefined
  /** What the app sent, and what it is registered with. */
  got?: string | undefined
  registered?: readonly string[] | undefined
}

/** Does not wait, and throws nothing. `requestId`: also in the log. */
export type NoteError = (error: ClientError, requestId?: string) => void

/** An error that may have happened more than once. */
export type CountedError = ClientError & {
  times: number
  firstAtMs: number
  lastAtMs: number
  /** Of the last time; also in the log. */
  requestId?: string | undefined
}

type Row = {
  errorKey: string
  clientId: string
  contentDigest: string
  content: string
  times: number
  firstAtMs: number
  lastAtMs: number
}

/** Equal for errors that share a row, and `content` for those that are counted together. */
export function keysOf({ clientId, endpoint, error, ...told }: ClientError): {
  row: string
  content: string
} {
  const content = digest(
    JSON.stringify([endpoint, error, told.reason, told.cause, told.got, told.registered]),
  )
  const place = content.charCodeAt(0) % ROWS_OF_A_KIND
  return { row: digest(JSON.stringify([clientId, endpoint, error, place])), content }
}

/** Adds to what is kept, and removes what is too much. Errors of apps that are not in the table `clients` are left out. */
export async function keepErrors(db: Db, errors: readonly CountedError[]): Promise<void> {
  const ids = [...new Set(errors.map(({ clientId }) => clientId))]
  const rows: { clientId: string }[] = await db('clients').select('clientId').whereIn('clientId', ids)
  const known = rows.map(({ clientId }) => clientId)
  for (const one of errors) if (known.includes(one.clientId)) await keep(db, one)
  for (const clientId of known) await keepNewest(db, clientId)
}

async function keep(db: Db, one: CountedError): Promise<void> {
  const { clientId, times, firstAtMs, lastAtMs, ...told } = one
  const { row: errorKey, content: contentDigest } = keysOf(one)
  const content = JSON.stringify(told)
  const latest = (column: string, value: string | number) =>
    db.raw('case when ?? <= ? then ? else ?? end', ['client_errors.last_at_ms', lastAtMs, value, column])
  // Equal errors add up. Of others the latest stays: another process may have written a later one already.
  const counted = (column: string, same: Knex.Raw, value: number) =>
    db.raw('case when ?? = ? then ? else ? end', [
      'client_errors.content_digest',
      contentDigest,
      same,
      latest(column, value),
    ])
  await db('client_errors')
    .insert({ errorKey, clientId, content, times, firstAtMs, lastAtMs, contentDigest })
    .onConflict('errorKey')
    // MySQL assigns from left to right, so what the others compare comes last.
    .merge({
      times: counted('client_errors.times', db.raw('?? + ?', ['client_errors.times', times]), times),
      firstAtMs: counted('client_errors.first_at_ms', db.raw('??', ['client_errors.first_at_ms']), firstAtMs),
      content: latest('client_errors.content', content),
      contentDigest: latest('client_errors.content_digest', contentDigest),
      lastAtMs: latest('client_errors.last_at_ms', lastAtMs),
    })
}

async function keepNewest(db: Db, clientId: string): Promise<void> {
  const [over]: Pick<Row, 'lastAtMs'>[] = await db('client_errors')
    .select('lastAtMs')
    .where({ clientId })
    .orderBy('lastAtMs', 'desc')
    .offset(MOST_ERRORS)
    .limit(1)
  if (over) await db('client_errors').where({ clientId }).where('lastAtMs', '<=', over.lastAtMs).delete()
}

/** The latest first. */
export async function listErrors(sql: Sql, clientId: string, nowMs: number): Promise<CountedError[]> {
  const rows: Row[] = await sql('client_errors')
    .select('clientId', 'content', 'times', 'firstAtMs', 'lastAtMs')
    .where({ clientId })
    .where('lastAtMs', '>', nowMs - KEPT_MS)
    .orderBy('lastAtMs', 'desc')
    .orderBy('errorKey')
    .limit(MOST_ERRORS)
  return rows.map((row) => ({
    ...(JSON.parse(row.content) as Omit<ClientError, 'clientId'> & { requestId?: string }),
    clientId: row.clientId,
    times: row.times,
    firstAtMs: Number(row.firstAtMs),
    lastAtMs: Number(row.lastAtMs),
  }))
}

/** One step of the upkeep. Answers how many it found. */
export async function purgeErrors(db: Db, nowMs: number, limit: number): Promise<number> {
  const outdated = (rows: { where: (...clause: [string, string, number]) => unknown }) =>
    rows.where('lastAtMs', '<=', nowMs - KEPT_MS)
  return await purgeSome(db, { table: 'client_errors', key: 'errorKey', outdated }, limit)
}

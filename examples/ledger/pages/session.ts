/** Sessions of the page, kept in the database: the browser has a random id, and the table its digest. */
import { createHash, randomBytes } from 'node:crypto'
import type { Db } from '../database.ts'

export type Session = {
  sub: string
  /** What the person is called here and by recipients: their address, where the account server tells it. */
  name: string
  idToken: string
  /** Comes back in every form of this session. */
  csrf: string
}

type Row = { sub: string; name: string; id_token: string; csrf: string }

/** Answers the id for the browser's cookie. */
export async function openSession(
  db: Db,
  { sub, name, idToken }: Omit<Session, 'csrf'>,
  expiresAtMs: number,
): Promise<string> {
  const id = randomBytes(32).toString('base64url')
  await db('sessions').insert({
    id_digest: digest(id),
    sub,
    name,
    id_token: idToken,
    csrf: randomBytes(32).toString('hex'),
    expires_at_ms: expiresAtMs,
  })
  return id
}

export async function findSession(db: Db, id: string, nowMs: number): Promise<Session | undefined> {
  const row = await db('sessions')
    .where({ id_digest: digest(id) })
    .where('expires_at_ms', '>', nowMs)
    .first<Row | undefined>('sub', 'name', 'id_token', 'csrf')
  return row && { sub: row.sub, name: row.name, idToken: row.id_token, csrf: row.csrf }
}

export async function endSession(db: Db, id: string): Promise<void> {
  await db('sessions')
    .where({ id_digest: digest(id) })
    .delete()
}

export async function purgeSessions(db: Db, nowMs: number): Promise<void> {
  await db('sessions').where('expires_at_ms', '<=', nowMs).delete()
}

function digest(id: string): string {
  return createHash('sha256').update(id).digest('hex')
}

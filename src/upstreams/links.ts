/**
 * Who is connected with which upstream: table `upstream_links`. A connection names the subject at the provider, never an
 * address, and belongs to one account. An account has one connection with each upstream.
 */
import { randomUUID } from 'node:crypto'
import type { Actor } from '../accounts/account-state.ts'
import { isVerified, lockAccount } from '../accounts/account.ts'
import { inTransaction, isDuplicate } from '../platform/sql/database.ts'
import type { Sql } from '../platform/sql/database.ts'
import { digest } from '../platform/tokens.ts'
import type { Services } from '../services.ts'
import type { UpstreamIdentity } from './identity.ts'
import { recordLinkChange } from './link-changes.ts'
import type { Upstream } from './upstream.ts'
import { hasOtherWayIn } from '../accounts/passkeys/ways-in.ts'

export type UpstreamLink = {
  id: string
  upstreamId: string
  subject: string
  accountId: string
  /** What the person recognizes the other account by. */
  shownAs: string
  createdAtMs: number
  lastUsedAtMs: number | null
}

/** With what is shown of its upstream. */
export type NamedLink = UpstreamLink & { label: string; enabled: boolean }

const COLUMNS = [
  'id',
  'upstreamId',
  'subject',
  'accountId',
  'shownAs',
  'createdAtMs',
  'lastUsedAtMs',
] as const

export async function findLink(
  sql: Sql,
  upstreamId: string,
  subject: string,
): Promise<UpstreamLink | undefined> {
  return sql<UpstreamLink & { subjectDigest: string }>('upstream_links')
    .where({ upstreamId, subjectDigest: digest(subject) })
    .first(...COLUMNS)
}

/** Those of one account, by the label of the upstream. */
export async function listLinks(sql: Sql, accountId: string): Promise<NamedLink[]> {
  const rows: (UpstreamLink & { label: string; enabled: number | boolean })[] = await sql('upstream_links')
    .join('upstreams', 'upstreams.id', 'upstream_links.upstreamId')
    .where({ accountId })
    .orderBy('upstreams.label')
    .select(...COLUMNS.map((column) => `upstream_links.${column}`), 'upstreams.label', 'upstreams.enabled')
  return rows.map((row) => ({ ...row, enabled: Boolean(row.enabled) }))
}

/** How many accounts are connected with each upstream. */
export async function countLinks(sql: Sql): Promise<Map<string, number>> {
  const rows: { upstreamId: string; links: number }[] = await sql('upstream_links')
    .groupBy('upstreamId')
    .select('upstreamId')
    .count({ links: '*' })
  return new Map(rows.map(({ upstreamId, links }) => [upstreamId, Number(links)]))
}

export async function noteLinkUsed(sql: Sql, id: string, shownAs: string, nowMs: number): Promise<void> {
  await sql('upstream_links').where({ id }).update({ lastUsedAtMs: nowMs, shownAs })
}

type LinkServices = Pick<Services, 'db' | 'clock' | 'config' | 'outbox'>

export type Connected =
  | { ok: true }
  /** `taken`: the other account is connected with another account here. `other`: this one has another connection. */
  | { ok: false; reason: 'taken' | 'other' | 'unverified' | 'gone' }

/**
 * Connects an account with an identity. The caller has proof of both, a sign-in here and a sign-in there.
 * Connecting the same two again changes nothing.
 */
export async function connect(
  needs: LinkServices,
  given: { accountId: string; upstream: Pick<Upstream, 'id' | 'label'>; identity: UpstreamIdentity },
  by: Actor,
): Promise<Connected> {
  const { accountId, upstream, identity } = given
  try {
    return await inTransaction(needs.db, async (trx): Promise<Connected> => {
      const account = await lockAccount(trx, accountId)
      if (!account || account.disabledAtMs !== null) return { ok: false, reason: 'gone' }
      if (!isVerified(account)) return { ok: false, reason: 'unverified' }
      const found = await findLink(trx, upstream.id, identity.subject)
      if (found) return found.accountId === accountId ? { ok: true } : { ok: false, reason: 'taken' }
      const mine = await trx('upstream_links').where({ accountId, upstreamId: upstream.id }).first('id')
      if (mine) return { ok: false, reason: 'other' }
      const nowMs = needs.clock()
      await insertLink(trx, { accountId, upstream, identity }, nowMs)
      await recordLinkChange(needs, trx, { account, upstream, kind: 'connected', by, nowMs })
      return { ok: true }
    })
  } catch (error) {
    // Two tabs connected in the same moment.
    if (isDuplicate(error)) return { ok: false, reason: 'taken' }
    throw error
  }
}

/** In the transaction of its cause, which records it. @throws a unique violation when one of the two is connected already */
export async function insertLink(
  trx: Sql,
  given: { accountId: string; upstream: Pick<Upstream, 'id'>; identity: UpstreamIdentity },
  nowMs: number,
): Promise<void> {
  const { accountId, upstream, identity } = given
  await trx('upstream_links').insert({
    id: randomUUID(),
    upstreamId: upstream.id,
    subjectDigest: digest(identity.subject),
    subject: identity.subject,
    accountId,
    shownAs: identity.shownAs,
    createdAtMs: nowMs,
    lastUsedAtMs: nowMs,
  })
}

export type Disconnected = { ok: true; label: string } | { ok: false; reason: 'last_way_in' | 'not_found' }

/** Refuses to take the last way in. Changes of one account follow one another, so two tabs cannot take both. */
export async function disconnect(
  needs: LinkServices,
  { accountId, upstreamId }: { accountId: string; upstreamId: string },
  by: Actor,
  { force = false }: { force?: boolean } = {},
): Promise<Disconnected> {
  return inTransaction(needs.db, async (trx): Promise<Disconnected> => {
    const account = await lockAccount(trx, accountId)
    const links = account ? await listLinks(trx, accountId) : []
    const link = links.find((one) => one.upstreamId === upstreamId)
    if (!account || !link) return { ok: false, reason: 'not_found' }
    if (!force && !(await hasOtherWayIn(trx, account, links, link.id)))
      return { ok: false, reason: 'last_way_in' }
    await trx('upstream_links').where({ id: link.id }).delete()
    const upstream = { id: upstreamId, label: link.label }
    const nowMs = needs.clock()
    await recordLinkChange(needs, trx, { account, upstream, kind: 'disconnected', by, nowMs })
    return { ok: true, label: link.label }
  })
}

/**
 * Who may use which app. A client that names groups is for their members alone; every other client is for everybody. An
 * account that leaves the last of these groups loses what the app got, in the transaction that takes it out.
 */
import { removeGrantsOf } from '../consents/account-grants.ts'
import type { AccessEndings, EndedAccess } from '../grant-store/access-endings.ts'
import { AppError } from '../platform/errors.ts'
import type { Sql } from '../platform/sql/database.ts'
import { foldGroupName } from './group-name.ts'
import { groupIds } from './group-ids.ts'

/** A client as it is registered, or as the library has it. */
export type LimitedClient = Readonly<Record<string, unknown>> | undefined

/** The most groups that a client names. */
export const MOST_ALLOWED = 100

const BATCH_ROWS = 500

/** The ids of the groups that a client is for. `undefined`: it is for everybody. */
export function allowedGroups(client: LimitedClient): readonly string[] | undefined {
  const groups = client?.['allowed_groups']
  return Array.isArray(groups) ? (groups as string[]) : undefined
}

/** By the groups of a cached account, which are at most a second old. */
export function mayUse(client: LimitedClient, account: { groupIds: readonly string[] }): boolean {
  const groups = allowedGroups(client)
  return groups === undefined || account.groupIds.some((id) => groups.includes(id))
}

/** As SQL has it at this moment. */
export async function mayUseNow(sql: Sql, client: LimitedClient, accountId: string): Promise<boolean> {
  const groups = allowedGroups(client)
  if (groups === undefined) return true
  const row = await sql('group_members').where({ accountId }).whereIn('groupId', groups).first('groupId')
  return row !== undefined
}

/**
 * Ids for names or ids that an operator typed, each once.
 * @throws AppError 400 `invalid_client_metadata` naming the groups that are not there
 */
export async function resolveAllowed(sql: Sql, typed: readonly string[]): Promise<string[]> {
  const byName = await groupIds(sql, typed.map(foldGroupName))
  // Locked until the client is written, so that none of them is deleted meanwhile.
  const known: string[] = await sql('groups')
    .whereIn('id', [...typed, ...byName.values()])
    .forUpdate()
    .pluck('id')
  const ids = typed.map((one) => [one, byName.get(foldGroupName(one))].find((id) => id && known.includes(id)))
  const missing = typed.filter((_, index) => ids[index] === undefined)
  if (missing.length > 0) {
    const words = `allowed_groups: there is no group ${missing.map((one) => `"${one}"`).join(', ')}`
    throw new AppError('invalid_client_metadata', 400, words)
  }
  return [...new Set(ids.filter((id) => id !== undefined))]
}

/** Ends what apps got of an account that is in none of their groups any longer. In the caller's transaction. */
export async function endLostAccess(
  { noteEnded }: Pick<AccessEndings, 'noteEnded'>,
  trx: Sql,
  accountId: string,
): Promise<EndedAccess> {
  const grants: { clientId: string }[] = await trx('account_grants').where({ accountId }).distinct('clientId')
  const clientIds = grants.map(({ clientId }) => clientId)
  const ended: EndedAccess = { sessionUids: [], grantIdDigests: [] }
  for (const { clientId, metadata } of await clientsOf(trx, clientIds))
    if (!(await mayUseNow(trx, JSON.parse(metadata) as LimitedClient, accountId)))
      ended.grantIdDigests.push(...(await removeGrantsOf(trx, accountId, clientId)))
  await noteEnded(trx, ended)
  return ended
}

/** Ends what a client got of accounts that its new list of groups leaves out. In the caller's transaction. */
export async function endExcluded(
  { noteEnded }: Pick<AccessEndings, 'noteEnded'>,
  trx: Sql,
  clientId: string,
  groups: readonly string[],
): Promise<void> {
  for (;;) {
    const members = trx('group_members').whereIn('groupId', groups).select('accountId')
    const rows: { grantIdDigest: string }[] = await trx('account_grants')
      .where({ clientId })
      .whereNotIn('accountId', members)
      .limit(BATCH_ROWS)
      .forUpdate()
      .select('grantIdDigest')
    const grantIdDigests = rows.map(({ grantIdDigest }) => grantIdDigest)
    if (grantIdDigests.length === 0) return
    await trx('account_grants').whereIn('grantIdDigest', grantIdDigests).delete()
    await noteEnded(trx, { sessionUids: [], grantIdDigests })
  }
}

/**
 * The apps that name a group, by their names. @throws AppError 409 `group_in_use`
 */
export async function assertNotAllowing(trx: Sql, groupId: string): Promise<void> {
  const rows: { clientId: string; name: string; metadata: string }[] = await trx('clients')
    .whereRaw('?? like ?', ['metadata', `%${groupId}%`])
    .orderBy('name')
    .select('clientId', 'name', 'metadata')
  const limited = rows.filter(({ metadata }) =>
    allowedGroups(JSON.parse(metadata) as LimitedClient)?.includes(groupId),
  )
  if (limited.length === 0) return
  const apps = limited.map(({ clientId, name }) => `${name} (${clientId})`).join(', ')
  const words = `Apps are limited to this group: ${apps}. Take it out of their allowed_groups first.`
  throw new AppError('group_in_use', 409, words)
}

async function clientsOf(trx: Sql, clientIds: readonly string[]) {
  const rows: { clientId: string; metadata: string }[] = await trx('clients')
    .whereIn('clientId', clientIds)
    .select('clientId', 'metadata')
  return rows
}

/** What administrators look at is in the audit trail too: the account, the operation, and the words they searched for. */
import { recordAudit } from '../audit/audit.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/sql/database.ts'
import { actorOf } from './bearer.ts'
import type { ApiRequest, Operation } from './operation.ts'

/** Operations that show people, beside those on one account. */
const OF_PEOPLE: ReadonlySet<string> = new Set([
  'listAccounts',
  'listGroupMembers',
  'listWaitingAccounts',
  'listInvitations',
  'listAuditEntries',
  'getAuditEntry',
  'exportAuditEntries',
  'listMails',
  'previewClient',
  'getMail',
  'listLimits',
  'getLimit',
])
const OF_ONE_ACCOUNT = '/accounts/{id}'
// How far somebody has read on is not what they looked for.
const PAGING = ['limit', 'cursor', 'skip']

/** Whether reading with it shows a person. */
export function showsPeople({
  id,
  caller,
  method,
  path,
}: Pick<Operation, 'id' | 'caller' | 'method' | 'path'>) {
  if (caller !== 'administrator' || method !== 'get') return false
  return OF_PEOPLE.has(id) || path === OF_ONE_ACCOUNT || path.startsWith(`${OF_ONE_ACCOUNT}/`)
}

/**
 * Before the answer is sent, so that nothing is seen without an entry. Of a person who reads, the entries of one minute about one
 * account are one. Of a program they are one for each operation of a minute: it may read everybody.
 */
export async function recordView(
  { db, clock }: { db: Db; clock: Clock },
  one: Operation,
  { token, params, query }: ApiRequest,
): Promise<void> {
  if (!showsPeople(one)) return
  const named = { ...(params as object), ...(query as object) } as Record<string, unknown>
  const isAccount = one.path.startsWith(OF_ONE_ACCOUNT)
  const accountId = named[isAccount ? 'id' : 'account_id']
  const asked = Object.entries(named).filter(
    ([name, value]) => value !== undefined && !PAGING.includes(name) && !(isAccount && name === 'id'),
  )
  await recordAudit(db, {
    atMs: clock(),
    action: 'person.viewed',
    actor: actorOf(token),
    accountId: token.account && typeof accountId === 'string' ? accountId : null,
    clientId: token.clientId,
    detail: { operation: one.id, ...(token.account && Object.fromEntries(asked)) },
  })
}

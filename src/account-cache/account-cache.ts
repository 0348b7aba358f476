/**
 * What the protocol needs of an account, without a query: its claims, and whether it may act. Owns the cached columns;
 * pages and changes read SQL themselves.
 */
import type { Db } from '../platform/sql/database.ts'
import type { Sealer } from '../platform/tokens.ts'
import type { Codec } from '../platform/versioned-cache/redis-entries.ts'
import { createVersionedCache } from '../platform/versioned-cache/versioned-cache.ts'
import type { CacheServices, Loaded } from '../platform/versioned-cache/versioned-cache.ts'
import { ACCOUNT_CACHE, shareOfAccount } from './changed-account.ts'
import { KNOWN_COLUMNS } from './known-account.ts'
import type { CachedAccount, KnownAccount } from './known-account.ts'

export type AccountCache = {
  /** The account, disabled or not. Nothing where it was deleted. Reads SQL where it is not cached. */
  find: (id: string) => Promise<CachedAccount | undefined>
}

/** From here on, changes through `services.db` are fenced in `services.entries`. */
export function createAccountCache(services: CacheServices<CachedAccount>): AccountCache {
  const cached = { name: ACCOUNT_CACHE, idOf: (id: string) => id, shareOf: shareOfAccount, load }
  return { find: createVersionedCache(services, cached) }
}

/** How Redis holds an account: sealed, and bound to its id. */
export function sealedAccounts(sealer: Sealer): Codec<CachedAccount> {
  return {
    encode: (account, id) => sealer.seal(JSON.stringify(account), contextOf(id)),
    decode(sealed, id) {
      const plain = sealer.open(sealed, contextOf(id))
      return plain === undefined ? undefined : (JSON.parse(plain) as CachedAccount)
    },
  }
}

/** The number changes with the cached columns, so that one release does not read what another one wrote. */
function contextOf(id: string): string {
  return `account-cache 10 ${id}`
}

type Row = KnownAccount &
  Pick<CachedAccount, 'pictureId'> & {
    topicVersion: number | null
    groupName: string | null
    groupId: string | null
    roleNames: string | null
  }

/** In one value, because rows of roles beside rows of groups would be many. An account has few roles, and no name has a comma. */
const ROLE_NAMES =
  '(select group_concat(role) from account_roles where account_roles.account_id = accounts.id) as role_names'

/** One row for each group, or one without. */
async function load(db: Db, id: string, topic: string): Promise<Loaded<CachedAccount>> {
  const rows: Row[] = await db('accounts')
    .leftJoin('changes', (on) => on.onVal('changes.topic', topic))
    .leftJoin('group_members', 'group_members.accountId', 'accounts.id')
    .leftJoin('account_pictures', 'account_pictures.accountId', 'accounts.id')
    .leftJoin('groups', 'groups.id', 'group_members.groupId')
    .where({ 'accounts.id': id })
    .select(
      ...KNOWN_COLUMNS.map((column) => `accounts.${column}`),
      'changes.version as topicVersion',
      'groups.name as groupName',
      'groups.id as groupId',
      'account_pictures.id as pictureId',
      db.raw(ROLE_NAMES),
    )
  const [row] = rows
  if (!row) return { version: 0 }
  const { topicVersion, groupName: _name, groupId: _id, roleNames, ...account } = row
  const groups = rows.flatMap(({ groupName }) => groupName ?? []).toSorted()
  const groupIds = rows.flatMap(({ groupId }) => groupId ?? [])
  const roles = roleNames?.split(',').toSorted() ?? []
  return { value: { ...account, groups, groupIds, roles }, version: Number(topicVersion ?? 0) }
}

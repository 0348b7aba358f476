/** Requests about groups that are refused in a way of their own. */
import type { Db } from '../../src/platform/sql/database.ts'
import type { Request } from './good-requests.ts'
import { inManyGroups } from './many-groups.ts'

type Make = () => Promise<Request>
type Needs = {
  /** The token of a program. */
  own: string
  created: (path: string, body: Record<string, unknown>) => Promise<Record<string, unknown>>
  anyGroup: () => string
  /** The second of two equal requests. */
  twice: (operation: string) => Promise<Request>
  good: Readonly<Record<string, Make>>
  db: Db
}

export function groupRefusals({ own, created, anyGroup, twice, good, db }: Needs): Record<string, Make> {
  return {
    'createGroup 409': () => twice('createGroup'),
    'updateGroup 409': async () => {
      const name = anyGroup()
      await created('/groups', { name })
      return { ...(await good['updateGroup']!()), body: { name: name.toUpperCase() } }
    },
    'createGroup 422': async () => ({ path: '/groups', token: own, body: { name: ' ' } }),
    'updateGroup 422': async () => ({
      ...(await good['updateGroup']!()),
      body: { description: 'Two\nlines' },
    }),
    'deleteGroup 409': async () => {
      const { id } = await created('/groups', { name: anyGroup() })
      const client = { client_name: 'Limited', redirect_uris: ['https://app.example.com/callback'] }
      await created('/clients', { ...client, allowed_groups: [id] })
      return { path: `/groups/${String(id)}`, token: own }
    },
    'listAccounts 404': async () => ({ path: '/accounts?group=nobody', token: own }),
    'addGroupMember 409': async () => {
      const request = await good['addGroupMember']!()
      await inManyGroups(db, String(request.body?.['account_id']))
      return request
    },
  }
}

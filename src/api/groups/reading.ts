/** Groups: list with search, one by its id, those of an account, and one's own. */
import { z } from 'zod'
import { existing, findAccountById } from '../../accounts/account.ts'
import { cursorOf, listGroups, nextOf } from '../../groups/group-list.ts'
import { groupsOf } from '../../groups/members.ts'
import { operation } from '../../operations/operation.ts'
import type { ApiToken, Operation } from '../../operations/operation.ts'
import { INVALID_CURSOR, pageOf, pageQuery } from '../../operations/paging.ts'
import type { Services } from '../../services.ts'
import {
  common,
  nameGroup,
  namedGroup,
  NO_ACCOUNT,
  NO_GROUP,
  params,
  showGroup,
  shownGroup,
  theGroup,
} from './shown-group.ts'

export function readingOperations(needs: Services): readonly Operation[] {
  return [listing(needs), reading(needs), ofAccount(needs), own(needs)]
}

const groupList = z.object({ items: z.array(namedGroup) }).meta({ title: 'Groups of an account' })

function listing({ db }: Services): Operation {
  return operation({
    ...common,
    id: 'listGroups',
    method: 'get',
    path: '/groups',
    summary: 'List groups, by name',
    scope: 'groups:read',
    query: z.strictObject({
      ...pageQuery,
      search: z.string().max(200).optional().describe('The beginning of a name.'),
    }),
    answer: { status: 200, description: 'A page of groups.', schema: pageOf(shownGroup) },
    problems: INVALID_CURSOR,
    async handle({ query: { limit, cursor, skip, search } }) {
      const after = cursor === undefined ? undefined : nextOf(cursor)
      const { groups, next } = await listGroups(db, { search, after, limit, skip })
      return { body: { items: groups.map(showGroup), ...(next !== undefined && { next: cursorOf(next) }) } }
    },
  })
}

function reading({ db }: Services): Operation {
  return operation({
    ...common,
    id: 'getGroup',
    method: 'get',
    path: '/groups/{id}',
    summary: 'Read a group',
    scope: 'groups:read',
    params,
    answer: { status: 200, description: 'The group.', schema: shownGroup, etag: true },
    problems: NO_GROUP,
    handle: async ({ params: { id } }) => ({ body: showGroup(await theGroup(db, id)) }),
  })
}

function ofAccount({ db }: Services): Operation {
  return operation({
    ...common,
    id: 'listAccountGroups',
    method: 'get',
    path: '/accounts/{id}/groups',
    summary: 'List the groups of an account, by name',
    scope: 'groups:read',
    params,
    answer: { status: 200, description: 'The groups.', schema: groupList },
    problems: NO_ACCOUNT,
    async handle({ params: { id: accountId } }) {
      const { id } = existing(await findAccountById(db, accountId))
      return { body: { items: (await groupsOf(db, id)).map(nameGroup) } }
    },
  })
}

function own({ db }: Services): Operation {
  return operation({
    id: 'listOwnGroups',
    method: 'get',
    path: '/account/groups',
    tag: 'Own account',
    summary: 'List your groups, by name',
    scope: 'account:read',
    caller: 'person',
    answer: { status: 200, description: 'The groups.', schema: groupList },
    handle: async ({ token }) => ({ body: { items: (await groupsOf(db, ownerId(token))).map(nameGroup) } }),
  })
}

function ownerId({ account }: ApiToken): string {
  if (!account) throw new Error('the operation takes a person’s token only')
  return account.id
}

/** Who is in a group: list, add and remove. */
import { z } from 'zod'
import { addMember, listMembers, MOST_GROUPS, removeMember } from '../../groups/members.ts'
import { byCaller } from '../../operations/bearer.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { INVALID_CURSOR, pageOf, pageQuery } from '../../operations/paging.ts'
import { showAccount, shownAccount } from '../../operations/shown-account.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { common, NO_ACCOUNT, NO_GROUP, params } from './shown-group.ts'

export function memberOperations(needs: Services): readonly Operation[] {
  return [listing(needs), adding(needs), removing(needs)]
}

function listing({ config, db }: Services): Operation {
  return operation({
    ...common,
    id: 'listGroupMembers',
    method: 'get',
    path: '/groups/{id}/members',
    summary: 'List the members of a group, by their ids',
    scope: 'groups:read',
    params,
    query: z.strictObject(pageQuery),
    answer: { status: 200, description: 'A page of accounts.', schema: pageOf(shownAccount) },
    problems: { ...NO_GROUP, ...INVALID_CURSOR },
    async handle({ params: { id }, query: { limit, cursor, skip } }) {
      if (cursor !== undefined && !/^[\w.~|:+=-]{1,36}$/.test(cursor))
        throw new AppError('invalid_cursor', 400, 'The cursor is not the next of a page before.')
      const { accounts, next } = await listMembers(db, id, { after: cursor, limit, skip })
      const items = accounts.map((one) => showAccount(config, one))
      return { body: { items, ...(next !== undefined && { next }) } }
    },
  })
}

function adding(needs: Services): Operation {
  return operation({
    ...common,
    id: 'addGroupMember',
    method: 'post',
    path: '/groups/{id}/members',
    summary: 'Add an account to a group',
    description: 'Nothing changes when it is in the group already.',
    scope: 'groups:manage',
    creates: true,
    params,
    body: z.strictObject({ account_id: z.string().min(1).max(64) }),
    answer: { status: 204, description: 'The account is in the group.' },
    problems: {
      ...NO_GROUP,
      ...NO_ACCOUNT,
      too_many_groups: { status: 409, when: `The account is in ${MOST_GROUPS} groups already.` },
    },
    async handle(request) {
      const added = { groupId: request.params.id, accountId: request.body.account_id }
      await addMember(needs, added, byCaller(request))
      return { body: undefined }
    },
  })
}

function removing(needs: Services): Operation {
  return operation({
    ...common,
    id: 'removeGroupMember',
    method: 'delete',
    path: '/groups/{id}/members/{account_id}',
    summary: 'Remove an account from a group',
    description: 'The account stays.',
    scope: 'groups:manage',
    params: params.extend({ account_id: z.string().max(64) }),
    answer: { status: 204, description: 'The account is not in the group.' },
    problems: {
      ...NO_GROUP,
      ...NO_ACCOUNT,
      member_not_found: { status: 404, when: 'The account is not in this group.' },
    },
    async handle(request) {
      const { id: groupId, account_id: accountId } = request.params
      const removed = await removeMember(needs, { groupId, accountId }, byCaller(request), (account) =>
        request.assertMatches(showAccount(needs.config, account)),
      )
      if (!removed) throw new AppError('member_not_found', 404, 'The account is not in this group.')
      return { body: undefined }
    },
  })
}

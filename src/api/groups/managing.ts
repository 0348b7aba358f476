/** Creates, changes and deletes groups. */
import { z } from 'zod'
import { createGroup, deleteGroup, updateGroup } from '../../groups/groups.ts'
import type { CountedGroup } from '../../groups/groups.ts'
import { byCaller } from '../../operations/bearer.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import type { Services } from '../../services.ts'
import { common, NO_GROUP, params, showGroup, shownGroup } from './shown-group.ts'

export function managingOperations(needs: Services): readonly Operation[] {
  return [creating(needs), changing(needs), deleting(needs)]
}

const INVALID = {
  group_exists: { status: 409, when: 'There is a group with this name, or one that differs only in case.' },
  group_name_invalid: { status: 422, when: 'The name is empty, too long or has control characters.' },
  group_description_invalid: { status: 422, when: 'The description is too long or has several lines.' },
} as const

const newGroup = z.strictObject({
  name: z.string().min(1).max(400),
  description: z.string().max(2000).optional(),
})

function creating(needs: Services): Operation {
  return operation({
    ...common,
    id: 'createGroup',
    method: 'post',
    path: '/groups',
    summary: 'Create a group',
    scope: 'groups:manage',
    creates: true,
    body: newGroup,
    answer: { status: 201, description: 'The group.', schema: shownGroup, etag: true },
    problems: INVALID,
    async handle(request) {
      const group = await createGroup(needs, request.body, byCaller(request))
      return { body: showGroup(group), location: `/groups/${group.id}` }
    },
  })
}

function changing(needs: Services): Operation {
  return operation({
    ...common,
    id: 'updateGroup',
    method: 'patch',
    path: '/groups/{id}',
    summary: 'Change the name or the description of a group',
    description: 'Apps get the new name from their next token or userinfo answer on.',
    scope: 'groups:manage',
    params,
    body: newGroup.partial(),
    answer: { status: 200, description: 'The changed group.', schema: shownGroup, etag: true },
    problems: { ...NO_GROUP, ...INVALID },
    async handle(request) {
      const { params: at, body } = request
      const expects = (before: CountedGroup) => request.assertMatches(showGroup(before))
      return { body: showGroup(await updateGroup(needs, at.id, body, byCaller(request), expects)) }
    },
  })
}

function deleting(needs: Services): Operation {
  return operation({
    ...common,
    id: 'deleteGroup',
    method: 'delete',
    path: '/groups/{id}',
    summary: 'Delete a group',
    description: 'The accounts in it stay. A group that limits an app is refused. This cannot be undone.',
    scope: 'groups:manage',
    params,
    answer: { status: 204, description: 'The group is gone.' },
    problems: {
      ...NO_GROUP,
      group_in_use: { status: 409, when: 'An app is limited to this group. Change that first.' },
    },
    async handle(request) {
      const expects = (before: CountedGroup) => request.assertMatches(showGroup(before))
      await deleteGroup(needs, request.params.id, byCaller(request), expects)
      return { body: undefined }
    },
  })
}

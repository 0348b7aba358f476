/** Creates, changes and deletes roles. Nobody makes a role that allows more than they may do. */
import { z } from 'zod'
import { byCaller } from '../../operations/bearer.ts'
import { BEYOND, operation } from '../../operations/operation.ts'
import type { ApiRequest, Operation } from '../../operations/operation.ts'
import { boundsOf } from '../../accounts/roles/caller-bounds.ts'
import { createRole, deleteRole, MOST_ROLES, updateRole } from '../../accounts/roles/roles.ts'
import type { CountedRole, RoleActor } from '../../accounts/roles/roles.ts'
import type { Services } from '../../services.ts'
import { common, NO_ROLE, params, scopes, showRole, shownRole } from './shown-role.ts'

export function managingOperations(needs: Services): readonly Operation[] {
  return [creating(needs), changing(needs), deleting(needs)]
}

const managing = { ...common, scope: 'roles:manage' } as const
const INVALID = {
  role_description_invalid: { status: 422, when: 'The description is too long or has several lines.' },
} as const
const BUILT_IN = {
  role_built_in: { status: 409, when: 'The role `admin` cannot be changed or deleted.' },
} as const
const description = z.string().max(2000)

function creating(needs: Services): Operation {
  return operation({
    ...managing,
    id: 'createRole',
    method: 'post',
    path: '/roles',
    summary: 'Create a role',
    creates: true,
    body: z.strictObject({
      name: z.string().min(1).max(64).describe('Small letters, digits, hyphens and underscores.'),
      description: description.optional(),
      scopes: scopes.optional(),
    }),
    answer: { status: 201, description: 'The role.', schema: shownRole, etag: true },
    problems: {
      ...BEYOND,
      ...BUILT_IN,
      ...INVALID,
      role_exists: { status: 409, when: 'There is a role with this name.' },
      too_many_roles: { status: 409, when: `There are ${MOST_ROLES} roles already.` },
      role_name_invalid: { status: 422, when: 'The name has other characters, or is too long.' },
    },
    async handle(request) {
      const role = await createRole(needs, request.body, await within(needs, request))
      return { body: showRole(role), location: `/roles/${role.name}` }
    },
  })
}

function changing(needs: Services): Operation {
  return operation({
    ...managing,
    id: 'updateRole',
    method: 'patch',
    path: '/roles/{name}',
    summary: 'Change what a role allows',
    description: 'It counts at the next request of everybody who has the role.',
    params,
    body: z.strictObject({ description: description.optional(), scopes: scopes.optional() }),
    answer: { status: 200, description: 'The changed role.', schema: shownRole, etag: true },
    problems: { ...NO_ROLE, ...BEYOND, ...BUILT_IN, ...INVALID },
    async handle(request) {
      const expects = (before: CountedRole) => request.assertMatches(showRole(before))
      const { name } = request.params
      const changed = await updateRole(needs, name, request.body, await within(needs, request), expects)
      return { body: showRole(changed) }
    },
  })
}

function deleting(needs: Services): Operation {
  return operation({
    ...managing,
    id: 'deleteRole',
    method: 'delete',
    path: '/roles/{name}',
    summary: 'Delete a role',
    description: 'Everybody who has it loses it. Their accounts stay. This cannot be undone.',
    params,
    answer: { status: 204, description: 'The role is gone.' },
    problems: { ...NO_ROLE, ...BEYOND, ...BUILT_IN },
    async handle(request) {
      const expects = (before: CountedRole) => request.assertMatches(showRole(before))
      await deleteRole(needs, request.params.name, await within(needs, request), expects)
      return { body: undefined }
    },
  })
}

async function within({ db }: Services, { token }: Pick<ApiRequest, 'token'>): Promise<RoleActor> {
  return { ...byCaller({ token }), within: await boundsOf(db, token) }
}

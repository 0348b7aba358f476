/** Roles: all of them, and one by its name. */
import { z } from 'zod'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import { listRoles, theRole } from '../../accounts/roles/roles.ts'
import type { Services } from '../../services.ts'
import { common, NO_ROLE, params, showRole, shownRole } from './shown-role.ts'

const roleList = z.object({ items: z.array(shownRole) }).meta({ title: 'List of roles' })

export function readingOperations({ db }: Services): readonly Operation[] {
  const reading = { ...common, method: 'get', scope: 'roles:read' } as const
  return [
    operation({
      ...reading,
      id: 'listRoles',
      path: '/roles',
      summary: 'List roles, by name',
      answer: { status: 200, description: 'All roles. The built-in one comes first.', schema: roleList },
      handle: async () => ({ body: { items: (await listRoles(db)).map(showRole) } }),
    }),
    operation({
      ...reading,
      id: 'getRole',
      path: '/roles/{name}',
      summary: 'Read a role',
      params,
      answer: { status: 200, description: 'The role.', schema: shownRole, etag: true },
      problems: NO_ROLE,
      handle: async ({ params: { name } }) => ({ body: showRole(await theRole(db, name)) }),
    }),
  ]
}

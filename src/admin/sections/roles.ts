/** Roles: what people may do here, and what apps read in the claim `roles`. */
import type { Section } from './section.ts'

export const roles: Section = {
  name: 'roles',
  key: 'name',
  list: { id: 'listRoles', fields: ['name', 'description', 'accounts'] },
  one: {
    id: 'getRole',
    titled: ['name'],
    fields: ['description', 'scopes', 'accounts', 'created_at', 'updated_at'],
  },
  create: { verb: 'create', id: 'createRole' },
  acts: [
    { verb: 'update', id: 'updateRole', when: ({ built_in: builtIn }) => builtIn === false },
    { verb: 'delete', id: 'deleteRole', danger: true, when: ({ built_in: builtIn }) => builtIn === false },
  ],
}

/** Groups of people, which apps read in the claim `groups`. */
import type { Section } from './section.ts'

export const groups: Section = {
  name: 'groups',
  key: 'id',
  list: { id: 'listGroups', fields: ['name', 'description', 'members', 'created_at'] },
  one: {
    id: 'getGroup',
    titled: ['name'],
    fields: ['description', 'members', 'created_at', 'updated_at', 'id'],
    parts: [
      {
        id: 'listGroupMembers',
        fields: ['email', 'name'],
        link: { section: 'accounts', field: 'id' },
        acts: [
          {
            verb: 'remove-member',
            id: 'removeGroupMember',
            danger: true,
            key: { param: 'account_id', field: 'id' },
          },
        ],
      },
    ],
  },
  create: { verb: 'create', id: 'createGroup' },
  acts: [
    { verb: 'add-member', id: 'addGroupMember' },
    { verb: 'update', id: 'updateGroup' },
    { verb: 'delete', id: 'deleteGroup', danger: true },
  ],
}

/** Groups as `export` and `import` move them. Who is in them moves with the accounts. */
import { AppError } from '../platform/errors.ts'
import type { MovedTable } from '../platform/sql/moved-table.ts'
import { foldGroupName, parseDescription, parseGroupName } from './group-name.ts'
import { noteCreated } from './groups.ts'

export const MOVED_GROUPS: MovedTable = {
  type: 'group',
  plural: 'groups',
  table: 'groups',
  key: 'id',
  alike: 'nameCanonical',
  fields: {
    id: { kind: 'text', max: 36 },
    name: { kind: 'text', max: 400 },
    nameCanonical: { kind: 'text', max: 190 },
    description: { kind: 'text', max: 2000 },
    createdAtMs: { kind: 'moment' },
    updatedAtMs: { kind: 'moment' },
  },
  check({ name, nameCanonical, description }) {
    const isSame = parseGroupName(String(name)) === name && foldGroupName(String(name)) === nameCanonical
    if (!isSame || parseDescription(String(description)) !== description)
      throw new AppError('group_name_invalid', 422, 'The name of the group is not as exported.')
  },
  async arrived(sql, { id, name, description, createdAtMs }) {
    const group = { id: String(id), name: String(name), description: String(description) }
    await noteCreated(sql, group, { actor: 'cli', atMs: Number(createdAtMs) })
  },
}

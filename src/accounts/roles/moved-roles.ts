/** Roles as `export` and `import` move them. Who has one moves with the accounts. */
import { AppError } from '../../platform/errors.ts'
import type { MovedTable } from '../../platform/sql/moved-table.ts'
import { isAdminScope } from './admin-scopes.ts'
import { parseRoleDescription, parseRoleName } from './role-name.ts'
import { noteCreated } from './roles.ts'

/** When the role `support` was made, by a migration. A changed one in a file replaces it. */
const RELEASED_AT_MS = Date.UTC(2026, 10, 22)

export const MOVED_ROLES: MovedTable = {
  type: 'role',
  plural: 'roles',
  table: 'roles',
  key: 'name',
  fields: {
    name: { kind: 'text', max: 32 },
    description: { kind: 'text', max: 2000 },
    scopes: { kind: 'json' },
    createdAtMs: { kind: 'moment' },
    updatedAtMs: { kind: 'moment' },
  },
  check({ name, description, scopes }) {
    const isSame =
      parseRoleName(String(name)) === name && parseRoleDescription(String(description)) === description
    if (!isSame) throw new AppError('role_name_invalid', 422, 'The name of the role is not as exported.')
    scopesIn(scopes)
  },
  async yields(sql, { name, updatedAtMs }) {
    const here: { updatedAtMs: number } | undefined = await sql('roles')
      .where({ name, createdAtMs: RELEASED_AT_MS })
      .first('updatedAtMs')
    return Number(here?.updatedAtMs) === RELEASED_AT_MS && updatedAtMs !== RELEASED_AT_MS
  },
  async arrived(sql, { name, description, scopes, createdAtMs, updatedAtMs }) {
    const role = {
      name: String(name),
      description: String(description),
      scopes: scopesIn(scopes),
      createdAtMs: Number(createdAtMs),
      updatedAtMs: Number(updatedAtMs),
    }
    await noteCreated(sql, role, { actor: 'cli', atMs: role.createdAtMs })
  },
}

/** @throws AppError 422 `role_scopes_invalid` */
function scopesIn(json: unknown) {
  const scopes: unknown = JSON.parse(String(json))
  if (Array.isArray(scopes) && scopes.every((one) => typeof one === 'string'))
    return scopes.filter(isAdminScope)
  throw new AppError('role_scopes_invalid', 422, 'The scopes of the role are not as exported.')
}

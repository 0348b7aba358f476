/** What the commands of `role` do. */
import { ADMIN_SCOPES, isAdminScope } from '../../accounts/roles/admin-scopes.ts'
import type { AdminScope } from '../../accounts/roles/admin-scopes.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime, record, table } from '../../command-line/layout.ts'
import {
  createRole,
  deleteRole,
  isBuiltIn,
  listRoles,
  theRole,
  updateRole,
} from '../../accounts/roles/roles.ts'
import type { CountedRole } from '../../accounts/roles/roles.ts'
import type { Services } from '../../services.ts'

const CLI = { actor: 'cli' }

export async function create(input: Input, services: Services): Promise<Answer> {
  const given = {
    name: input.text('name') ?? '',
    description: input.text('description'),
    scopes: scopesIn(input),
  }
  return shown(await createRole(services, given, CLI))
}

export async function show({ operands: [name = ''] }: Input, { db }: Services): Promise<Answer> {
  return shown(await theRole(db, name))
}

export async function list(_input: Input, { db }: Services): Promise<Answer> {
  const roles = await listRoles(db)
  const rows = roles.map((one) => [
    one.name,
    one.accounts.toString(),
    one.description,
    isBuiltIn(one) ? 'everything' : one.scopes.join(' '),
  ])
  return {
    data: { roles: roles.map(dataOf) },
    text: table(['NAME', 'ACCOUNTS', 'DESCRIPTION', 'ALLOWS'], rows, 'No roles.'),
  }
}

export async function update(input: Input, services: Services): Promise<Answer> {
  const [description, typed] = [input.text('description'), scopesIn(input)]
  const none = input.flag('no-scopes')
  if (none && typed.length > 0) throw usageError('give either --scope or --no-scopes')
  const scopes = none || typed.length > 0 ? typed : undefined
  if (description === undefined && scopes === undefined)
    throw usageError('role update takes --description, --scope, --no-scopes')
  const {
    operands: [name = ''],
  } = input
  return shown(await updateRole(services, name, { description, scopes }, CLI))
}

export async function remove({ operands: [name = ''] }: Input, services: Services): Promise<Answer> {
  const { accounts } = await deleteRole(services, name, CLI)
  return { data: { name, accounts, deleted: true }, text: `Deleted the role ${name}.` }
}

function scopesIn(input: Input): AdminScope[] {
  return input.texts('scope').map((typed) => {
    if (isAdminScope(typed)) return typed
    throw usageError(`--scope takes ${ADMIN_SCOPES.join(', ')}`)
  })
}

function shown(role: CountedRole): Answer {
  const data = dataOf(role)
  return { data, text: record({ ...data, scopes: data.scopes.join(' ') }) }
}

function dataOf(role: CountedRole) {
  const { name, description, scopes, accounts, createdAtMs, updatedAtMs } = role
  return {
    name,
    description,
    scopes,
    accounts,
    built_in: isBuiltIn(role),
    created_at: createdAtMs === null ? null : isoTime(createdAtMs),
    updated_at: updatedAtMs === null ? null : isoTime(updatedAtMs),
  }
}

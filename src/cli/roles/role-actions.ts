/** What the commands of `role` do. */
import { z } from 'zod'
import { ADMIN_SCOPES, isAdminScope } from '../../accounts/roles/admin-scopes.ts'
import type { AdminScope } from '../../accounts/roles/admin-scopes.ts'
import type { Api } from '../../command-line/api.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { record, table } from '../../command-line/layout.ts'

const role = z.looseObject({
  name: z.string(),
  description: z.string(),
  scopes: z.array(z.string()),
  accounts: z.int(),
  built_in: z.boolean(),
})

const at = ({ operands: [name = ''] }: Input) => ({ params: { name } })

export async function create(input: Input, api: Api): Promise<Answer> {
  const body = {
    name: input.text('name') ?? '',
    description: input.text('description'),
    scopes: scopesIn(input),
  }
  return shown(await api.call('createRole', role, { body }))
}

export async function show(input: Input, api: Api): Promise<Answer> {
  return shown(await api.call('getRole', role, at(input)))
}

export async function list(_input: Input, api: Api): Promise<Answer> {
  const { items: roles } = await api.call('listRoles', z.object({ items: z.array(role) }))
  const rows = roles.map((one) => [
    one.name,
    one.accounts.toString(),
    one.description,
    one.built_in ? 'everything' : one.scopes.join(' '),
  ])
  return { data: { roles }, text: table(['NAME', 'ACCOUNTS', 'DESCRIPTION', 'ALLOWS'], rows, 'No roles.') }
}

export async function update(input: Input, api: Api): Promise<Answer> {
  const [description, typed] = [input.text('description'), scopesIn(input)]
  const none = input.flag('no-scopes')
  if (none && typed.length > 0) throw usageError('give either --scope or --no-scopes')
  const scopes = none || typed.length > 0 ? typed : undefined
  if (description === undefined && scopes === undefined)
    throw usageError('role update takes --description, --scope, --no-scopes')
  return shown(await api.call('updateRole', role, { ...at(input), body: { description, scopes } }))
}

export async function remove(input: Input, api: Api): Promise<Answer> {
  const { name, accounts } = await api.call('getRole', role, at(input))
  await api.send('deleteRole', at(input))
  return { data: { name, accounts, deleted: true }, text: `Deleted the role ${name}.` }
}

function scopesIn(input: Input): AdminScope[] {
  return input.texts('scope').map((typed) => {
    if (isAdminScope(typed)) return typed
    throw usageError(`--scope takes ${ADMIN_SCOPES.join(', ')}`)
  })
}

function shown(found: z.infer<typeof role>): Answer {
  return { data: found, text: record({ ...found, scopes: found.scopes.join(' ') }) }
}

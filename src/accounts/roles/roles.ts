/**
 * Roles: table `roles`. A role is a name, a description, and the scopes of the administration that it allows. One without
 * scopes is for apps alone. Owns the definitions; which account has which role is `accounts/roles.ts`.
 */
import { changeCachedOf } from '../../account-cache/changed-account.ts'
import type { Actor } from '../account-state.ts'
import { ADMIN } from '../roles.ts'
import { recordAudit } from '../../audit/audit.ts'
import { recordEvent } from '../../events/events.ts'
import { AppError } from '../../platform/errors.ts'
import { inTransaction, isDuplicate } from '../../platform/sql/database.ts'
import type { Sql } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import { ADMIN_SCOPES, isAdminScope } from './admin-scopes.ts'
import type { AdminScope } from './admin-scopes.ts'
import { assertWithin } from './held-scopes.ts'
import type { Bounds } from './held-scopes.ts'
import { builtIn, parseRoleDescription, parseRoleName } from './role-name.ts'

export type Role = {
  /** Never changes. */
  name: string
  description: string
  scopes: readonly AdminScope[]
  /** Null for the built-in role, which has no row. */
  createdAtMs: number | null
  updatedAtMs: number | null
}
export type CountedRole = Role & { accounts: number }
export type RoleInput = {
  name: string
  description?: string | undefined
  scopes?: readonly AdminScope[] | undefined
}
export type RoleChanges = Omit<Partial<RoleInput>, 'name'>

/** Who changes a role. `within`: the scopes that they have. Absent for who runs the server: all of them. */
export type RoleActor = Actor & { within?: Bounds | undefined }
type Store = Pick<Services, 'db' | 'clock'>
/** Gets the role before the change, while its row is locked. Throws to refuse the change. */
type Expects = (role: CountedRole) => void

/** They are on one page, and offered in one form. */
export const MOST_ROLES = 100

const COLUMNS = ['name', 'description', 'scopes', 'createdAtMs', 'updatedAtMs'] as const
type Row = Omit<Role, 'scopes'> & { scopes: string }

/** Allows everything, also what later releases add. It cannot be changed or deleted. */
const BUILT_IN: Role = {
  name: ADMIN,
  description: 'Everything.',
  scopes: ADMIN_SCOPES,
  createdAtMs: null,
  updatedAtMs: null,
}

export function isBuiltIn({ name }: Pick<Role, 'name'>): boolean {
  return name === ADMIN
}

/**
 * @throws AppError 403 `beyond_your_roles`, 409 `role_exists`, `role_built_in`, `too_many_roles`, 422 `role_name_invalid`,
 * `role_description_invalid`
 */
export async function createRole(
  { db, clock }: Store,
  given: RoleInput,
  by: RoleActor,
): Promise<CountedRole> {
  const nowMs = clock()
  const role: Role = {
    name: parseRoleName(given.name),
    description: parseRoleDescription(given.description ?? ''),
    scopes: inOrder(given.scopes ?? []),
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  }
  assertWithin(by.within, role.scopes)
  try {
    await inTransaction(db, async (trx) => {
      if ((await trx('roles').select('name')).length >= MOST_ROLES) throw tooManyRoles()
      await trx('roles').insert({ ...role, scopes: JSON.stringify(role.scopes) })
      await noteCreated(trx, role, { ...by, atMs: nowMs })
    })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    throw new AppError('role_exists', 409, `There is a role ${role.name} already.`, { cause: error })
  }
  return { ...role, accounts: 0 }
}

/** In the transaction of the insert. */
export async function noteCreated(trx: Sql, role: Role, by: Actor & { atMs: number }): Promise<void> {
  await audit(trx, role, { ...by, action: 'role.created' })
  const data = () => ({ actor: by.actor, role: shown(role) })
  await recordEvent(trx, { type: 'role.created', subject: role.name, data })
}

/** The built-in one first, the others by name. */
export async function listRoles(sql: Sql): Promise<CountedRole[]> {
  const rows: Row[] = await sql('roles')
    .select(...COLUMNS)
    .orderBy('name')
  const counts: { role: string; accounts: number }[] = await sql('account_roles')
    .groupBy('role')
    .select('role')
    .count({ accounts: '*' })
  const byName = new Map(counts.map(({ role, accounts }) => [role, Number(accounts)]))
  return [BUILT_IN, ...rows.map(fromRow)].map((role) => ({ ...role, accounts: byName.get(role.name) ?? 0 }))
}

/** @throws AppError 404 `role_not_found` */
export async function theRole(sql: Sql, name: string): Promise<CountedRole> {
  if (name === ADMIN) return counted(sql, BUILT_IN)
  const row: Row | undefined = await sql('roles')
    .where({ name })
    .first(...COLUMNS)
  if (!row) throw roleNotFound(name)
  return counted(sql, fromRow(row))
}

/** Those that there are, for a change of what accounts have: none goes until the transaction ends. */
export async function existingRoles(trx: Sql, names: readonly string[]): Promise<Role[]> {
  const roles: Role[] = names.includes(ADMIN) ? [BUILT_IN] : []
  const others = names.filter((name) => name !== ADMIN)
  if (others.length === 0) return roles
  const rows: Row[] = await trx('roles')
    .whereIn('name', others)
    .orderBy('name')
    .forUpdate()
    .select(...COLUMNS)
  return [...roles, ...rows.map(fromRow)]
}

/** @throws AppError 404 `role_not_found` */
export async function lockRoles(trx: Sql, names: readonly string[]): Promise<Role[]> {
  const roles = await existingRoles(trx, names)
  const missing = names.find((name) => !roles.some((one) => one.name === name))
  if (missing !== undefined) throw roleNotFound(missing)
  return roles
}

/**
 * Changes what is named and leaves the rest. Where every value is as before, nothing changes and nothing is recorded.
 * @throws AppError 403 `beyond_your_roles`, 404 `role_not_found`, 409 `role_built_in`, 422 `role_description_invalid`
 */
export async function updateRole(
  { db, clock }: Store,
  name: string,
  changes: RoleChanges,
  by: RoleActor,
  expects?: Expects,
): Promise<CountedRole> {
  const given = {
    ...(changes.description !== undefined && { description: parseRoleDescription(changes.description) }),
    ...(changes.scopes && { scopes: inOrder(changes.scopes) }),
  }
  return inTransaction(db, async (trx) => {
    const before = await lockedRole(trx, name, expects)
    assertWithin(by.within, [...before.scopes, ...(given.scopes ?? [])])
    const after = { ...before, ...given, updatedAtMs: clock() }
    const { description, updatedAtMs } = after
    const scopes = JSON.stringify(after.scopes)
    if (description === before.description && scopes === JSON.stringify(before.scopes)) return before
    await trx('roles').where({ name }).update({ description, scopes, updatedAtMs })
    await audit(trx, after, { ...by, atMs: updatedAtMs, action: 'role.changed' })
    const data = () => ({ actor: by.actor, role: shown(after) })
    await recordEvent(trx, { type: 'role.changed', subject: name, data })
    return after
  })
}

/** Everybody who has it loses it. @throws AppError 403 `beyond_your_roles`, 404 `role_not_found`, 409 `role_built_in` */
export async function deleteRole(
  { db, clock }: Store,
  name: string,
  by: RoleActor,
  expects?: Expects,
): Promise<CountedRole> {
  return inTransaction(db, async (trx) => {
    const role = await lockedRole(trx, name, expects)
    assertWithin(by.within, role.scopes)
    const holders: { accountId: string }[] = await trx('account_roles')
      .where({ role: name })
      .select('accountId')
      .limit(MANY + 1)
    await trx('account_roles').where({ role: name }).delete()
    await trx('roles').where({ name }).delete()
    await changeCachedOf(trx, holders.length > MANY ? 'many' : holders.map(({ accountId }) => accountId))
    await audit(trx, role, { ...by, atMs: clock(), action: 'role.deleted' })
    const data = () => ({ actor: by.actor, role: shown(role), accounts: role.accounts })
    await recordEvent(trx, { type: 'role.deleted', subject: name, data })
    return role
  })
}

/** More accounts than this share all topics of the cache anyway. */
const MANY = 2000

export function roleNotFound(name: string): AppError {
  return new AppError('role_not_found', 404, `There is no role ${name}.`)
}

async function lockedRole(trx: Sql, name: string, expects: Expects | undefined): Promise<CountedRole> {
  if (name === ADMIN) throw builtIn()
  const [found] = await lockRoles(trx, [name])
  if (!found) throw roleNotFound(name)
  const role = await counted(trx, found)
  expects?.(role)
  return role
}

async function counted(sql: Sql, role: Role): Promise<CountedRole> {
  const [row] = await sql('account_roles').where({ role: role.name }).count({ accounts: '*' })
  return { ...role, accounts: Number(row?.['accounts'] ?? 0) }
}

/** Another release may know other scopes. They mean nothing here. */
function fromRow({ scopes, ...row }: Row): Role {
  return { ...row, scopes: (JSON.parse(scopes) as string[]).filter(isAdminScope) }
}

function inOrder(scopes: readonly AdminScope[]): AdminScope[] {
  return ADMIN_SCOPES.filter((one) => scopes.includes(one))
}

function tooManyRoles(): AppError {
  return new AppError('too_many_roles', 409, `There are at most ${MOST_ROLES} roles.`)
}

type Audited = Actor & { atMs: number; action: 'role.created' | 'role.changed' | 'role.deleted' }

async function audit(trx: Sql, role: Role, { atMs, action, actor, ip }: Audited): Promise<void> {
  await recordAudit(trx, { actor, ip, atMs, action, detail: { role: shown(role) } })
}

function shown({ name, description, scopes }: Role) {
  return { name, description, scopes: [...scopes] }
}

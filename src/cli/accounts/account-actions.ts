/** What the commands of `account` do. */
import { text as textOf } from 'node:stream/consumers'
import { namedAccount } from '../../accounts/username.ts'
import { accountNotFound, isVerified } from '../../accounts/account.ts'
import type { Account } from '../../accounts/account.ts'
import { listAccounts } from '../../accounts/search/account-list.ts'
import {
  deleteAccount,
  disableAccount,
  enableAccount,
  signOutEverywhere,
} from '../../accounts/account-state.ts'
import { addAccount } from '../../accounts/operator/operator-account.ts'
import { mailResetLink, resetPasswordByOperator } from '../../accounts/operator/operator-reset.ts'
import { setRoles } from '../../accounts/operator/operator-roles.ts'
import { unlockAccount } from '../../accounts/operator/operator-unlock.ts'
import { ROLES } from '../../accounts/role-names.ts'
import type { Role } from '../../accounts/role-names.ts'
import { accountFields } from '../../events/account-snapshot.ts'
import { randomToken } from '../../platform/tokens.ts'
import type { Services } from '../../services.ts'
import { shown } from './shown-account.ts'
import { removeLater } from './deletion-actions.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime, table } from '../../command-line/layout.ts'

const CLI = { actor: 'cli' }

export async function create(input: Input, services: Services): Promise<Answer> {
  const added = await addAccount(services, {
    email: input.text('email') ?? '',
    password: await readPassword(input),
    name: input.text('name'),
    givenName: input.text('given-name'),
    familyName: input.text('family-name'),
    username: input.text('username'),
    locale: input.text('locale'),
    zoneinfo: input.text('zoneinfo'),
    verified: input.flag('verified'),
    roles: input.texts('role').map(asRole),
    ...CLI,
  })
  return shown(services, added)
}

export async function show(input: Input, services: Services): Promise<Answer> {
  return shown(services, await theAccount(services, input))
}

export async function list(input: Input, { db }: Services): Promise<Answer> {
  const { accounts, next } = await listAccounts(db, {
    search: input.text('search'),
    after: input.text('after'),
    limit: input.integer('limit', { min: 1, max: 200 }),
  })
  const rows = accounts.map((one) => [one.id, one.email, one.name, stateOf(one), isoTime(one.createdAtMs)])
  const lines = [table(['ID', 'E-MAIL', 'NAME', 'STATE', 'CREATED'], rows, 'No accounts.')]
  if (next) lines.push(`More: --after ${next}`)
  return { data: { accounts: accounts.map(accountFields), next: next ?? null }, text: lines.join('\n') }
}

export async function resetPassword(input: Input, services: Services): Promise<Answer> {
  const { id, email } = await theAccount(services, input)
  if (input.flag('mail')) {
    if (input.flag('password-stdin')) throw usageError('give either --mail or --password-stdin')
    const { expiresAtMs } = await mailResetLink(services, id, CLI)
    const until = isoTime(expiresAtMs)
    return {
      data: { id, email, link_expires_at: until },
      text: `Mailed a link to ${email}, valid until ${until}.`,
    }
  }
  const typed = input.flag('password-stdin') ? await passwordFromStdin() : undefined
  const password = typed ?? randomToken(128)
  await resetPasswordByOperator(services, id, { ...CLI, password, newPasswordDue: typed === undefined })
  const data = { id, email, ...(typed === undefined && { password }) }
  const shown = typed === undefined ? `\nPassword  ${password}   (shown only now)` : ''
  return { data, text: `${email} has a new password; all its sessions and access have ended.${shown}` }
}

export function disable(input: Input, services: Services): Promise<Answer> {
  return setState(input, services, disableAccount)
}

export function enable(input: Input, services: Services): Promise<Answer> {
  return setState(input, services, enableAccount)
}

export function unlock(input: Input, services: Services): Promise<Answer> {
  return setState(input, services, unlockAccount)
}

export function endSessions(input: Input, services: Services): Promise<Answer> {
  return setState(input, services, signOutEverywhere)
}

export async function setRole(input: Input, services: Services): Promise<Answer> {
  const { id } = await theAccount(services, input)
  await setRoles(services, id, input.texts('role').map(asRole), CLI)
  return shown(services, await theAccount(services, input))
}

export async function remove(input: Input, services: Services): Promise<Answer> {
  const { id, email } = await theAccount(services, input)
  if (input.flag('later')) return removeLater(services, id, email)
  if (!(await deleteAccount(services, id, CLI))) throw accountNotFound()
  return { data: { id, email, deleted: true }, text: `Deleted ${email} (${id}).` }
}

async function readPassword(input: Input): Promise<string> {
  const [typed, fromStdin] = [input.text('password'), input.flag('password-stdin')]
  if (typed !== undefined && fromStdin) throw usageError('give either --password or --password-stdin')
  if (typed !== undefined) return typed
  if (!fromStdin) throw usageError('account create needs --password-stdin or --password')
  return passwordFromStdin()
}

async function passwordFromStdin(): Promise<string> {
  if (process.stdin.isTTY)
    process.stderr.write('Password, then Enter and Ctrl-D (it is shown as you type):\n')
  const password = (await textOf(process.stdin)).replace(/\r?\n$/, '')
  if (/[\r\n]/.test(password)) throw usageError('--password-stdin takes one line')
  return password
}

function asRole(typed: string): Role {
  const role = ROLES.find((known) => known === typed)
  if (role) return role
  throw usageError(`--role takes ${ROLES.join(', ')}`)
}

type Change = (needs: Services, accountId: string, by: typeof CLI) => Promise<boolean>

async function setState(input: Input, services: Services, apply: Change): Promise<Answer> {
  const { id } = await theAccount(services, input)
  if (!(await apply(services, id, CLI))) throw accountNotFound()
  return shown(services, await theAccount(services, input))
}

function stateOf(found: Account): string {
  if (found.deleteAtMs !== null) return 'to be deleted'
  if (found.disabledAtMs !== null) return 'disabled'
  return isVerified(found) ? 'verified' : 'unverified'
}

function theAccount({ db }: Services, { operands: [typed = ''] }: Input): Promise<Account> {
  return namedAccount(db, typed)
}

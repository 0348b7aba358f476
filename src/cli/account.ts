/** `account`: people's accounts, by id or e-mail address. */
import { text as textOf } from 'node:stream/consumers'
import { createAccountNeeds } from '../interaction/account-needs.ts'
import { findAccountByEmail, findAccountById, isVerified } from '../accounts/account.ts'
import type { Account } from '../accounts/account.ts'
import { listAccounts } from '../accounts/account-list.ts'
import { listSessions } from '../sessions/account-sessions.ts'
import { deleteAccount, disableAccount, enableAccount } from '../accounts/account-state.ts'
import { addAccount } from '../accounts/operator-account.ts'
import { mailResetLink, resetPasswordByOperator } from '../accounts/operator-reset.ts'
import { ROLES } from '../accounts/role-names.ts'
import type { Role } from '../accounts/role-names.ts'
import { rolesOf } from '../accounts/roles.ts'
import { AppError } from '../platform/errors.ts'
import { randomToken } from '../platform/tokens.ts'
import type { Parts } from '../process/parts.ts'
import { nameOptions, updateCommand } from './account-profile.ts'
import type { Answer, Noun } from './command.ts'
import type { Input } from './input.ts'
import { isoTime, record, table } from './layout.ts'
import { usageError } from './usage-error.ts'

const noun = 'account'
const opens = 'schema'
const operand = { name: 'ID_OR_EMAIL', about: 'The account, by its id or its e-mail address.' }
const CLI = { actor: 'cli' }

export const account: Noun = {
  name: noun,
  about: 'People who sign in',
  commands: [
    {
      noun,
      verb: 'create',
      opens,
      about: 'Adds an account, past the mail.',
      options: {
        email: { value: 'E', about: 'E-mail address.', required: true },
        password: { value: 'P', about: 'Password. Visible to every user of this machine while it runs.' },
        'password-stdin': { about: 'Read the password from standard input, which nobody else can see.' },
        ...nameOptions,
        verified: { about: 'The address counts as confirmed; otherwise the person has to confirm it.' },
        role: { value: 'ROLE', about: `Role in this service: ${ROLES.join(', ')}.`, many: true },
      },
      notes: [
        'Arguments show up in process lists, in the shell history and in what npm prints. Prefer --password-stdin.',
        'It takes one line; a line break at its end is not part of the password.',
      ],
      examples: [
        'account create --email person@example.com --password-stdin --verified < password.txt',
        'account create --email admin@example.com --password-stdin --verified --role admin < password.txt',
        'account create --email person@example.com --password "violet kettle 41" --name "Sample Person"',
      ],
      run: create,
    },
    {
      noun,
      verb: 'show',
      opens,
      operand,
      about: 'Shows an account.',
      examples: ['account show person@example.com', 'account show person@example.com --json'],
      run: async (input, parts) => show(parts, await theAccount(parts, input)),
    },
    {
      noun,
      verb: 'list',
      opens,
      about: 'Lists accounts, newest first.',
      options: {
        search: { value: 'TEXT', about: 'Only those with this in their address or name.' },
        limit: { value: 'COUNT', about: 'At most this many, 1 to 200 (50).' },
        after: { value: 'NEXT', about: 'Go on where a list ended: its "next".' },
      },
      examples: ['account list', 'account list --search example.com --limit 200 --json'],
      run: list,
    },
    updateCommand({ operand, find: theAccount, show }),
    {
      noun,
      verb: 'reset-password',
      opens,
      operand,
      about: 'Gives an account a new password, printed once, and ends all its sessions and access.',
      options: {
        'password-stdin': { about: 'Take the new password from standard input instead of making one.' },
        mail: { about: 'Mail the person a link to choose a new password; until then nothing ends.' },
      },
      notes: [
        'It works for every account, the only administrator and disabled accounts too. A disabled one stays disabled.',
        'The person gets a mail about the change.',
      ],
      examples: [
        'account reset-password admin@localhost.localdomain',
        'account reset-password person@example.com --password-stdin < password.txt',
        'account reset-password person@example.com --mail',
      ],
      run: resetPassword,
    },
    {
      noun,
      verb: 'disable',
      opens,
      operand,
      about: 'Ends all sessions and access of an account at once and lets nobody sign in to it.',
      examples: ['account disable person@example.com'],
      run: (input, parts) => change(input, parts, disableAccount),
    },
    {
      noun,
      verb: 'enable',
      opens,
      operand,
      about: 'Lets a disabled account sign in again; what was ended stays ended.',
      examples: ['account enable person@example.com'],
      run: (input, parts) => change(input, parts, enableAccount),
    },
    {
      noun,
      verb: 'delete',
      opens,
      operand,
      about: 'Deletes an account with its sessions, access and consents. This cannot be undone.',
      examples: ['account delete person@example.com'],
      run: remove,
    },
  ],
}

async function create(input: Input, parts: Parts): Promise<Answer> {
  const added = await addAccount(
    { ...createAccountNeeds(parts) },
    {
      email: input.text('email') ?? '',
      password: await readPassword(input),
      name: input.text('name'),
      givenName: input.text('given-name'),
      familyName: input.text('family-name'),
      verified: input.flag('verified'),
      roles: input.texts('role').map(asRole),
      ...CLI,
    },
  )
  return show(parts, added)
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

async function resetPassword(input: Input, parts: Parts): Promise<Answer> {
  const { id, email } = await theAccount(parts, input)
  const needs = createAccountNeeds(parts)
  if (input.flag('mail')) {
    if (input.flag('password-stdin')) throw usageError('give either --mail or --password-stdin')
    const { expiresAtMs } = await mailResetLink(needs, id, CLI)
    const until = isoTime(expiresAtMs)
    return {
      data: { id, email, link_expires_at: until },
      text: `Mailed a link to ${email}, valid until ${until}.`,
    }
  }
  const typed = input.flag('password-stdin') ? await passwordFromStdin() : undefined
  const password = typed ?? randomToken(128)
  await resetPasswordByOperator(needs, id, { ...CLI, password })
  const data = { id, email, ...(typed === undefined && { password }) }
  const shown = typed === undefined ? `\nPassword  ${password}   (shown only now)` : ''
  return { data, text: `${email} has a new password; all its sessions and access have ended.${shown}` }
}

function asRole(typed: string): Role {
  const role = ROLES.find((known) => known === typed)
  if (role) return role
  throw usageError(`--role takes ${ROLES.join(', ')}`)
}

async function list(input: Input, { db }: Parts): Promise<Answer> {
  const { accounts, next } = await listAccounts(db, {
    search: input.text('search'),
    after: input.text('after'),
    limit: input.integer('limit', { min: 1, max: 200 }),
  })
  const rows = accounts.map((one) => [one.id, one.email, one.name, stateOf(one), isoTime(one.createdAtMs)])
  const lines = [table(['ID', 'E-MAIL', 'NAME', 'STATE', 'CREATED'], rows, 'No accounts.')]
  if (next) lines.push(`More: --after ${next}`)
  return { data: { accounts: accounts.map(toData), next: next ?? null }, text: lines.join('\n') }
}

type Needs = ReturnType<typeof createAccountNeeds>
type Change = (needs: Needs, accountId: string, by: typeof CLI) => Promise<boolean>

async function change(input: Input, parts: Parts, apply: Change): Promise<Answer> {
  const { id } = await theAccount(parts, input)
  if (!(await apply(createAccountNeeds(parts), id, CLI))) throw notFound()
  return show(parts, await theAccount(parts, input))
}

async function remove(input: Input, parts: Parts): Promise<Answer> {
  const { id, email } = await theAccount(parts, input)
  if (!(await deleteAccount(createAccountNeeds(parts), id, CLI))) throw notFound()
  return { data: { id, email, deleted: true }, text: `Deleted ${email} (${id}).` }
}

async function show({ db, clock }: Parts, found: Account): Promise<Answer> {
  const roles = await rolesOf(db, found.id)
  const sessions = await listSessions(db, found.id, clock())
  const data = { ...toData(found), roles, active_sessions: sessions.length }
  return { data, text: record(data) }
}

function toData(found: Account) {
  return {
    id: found.id,
    email: found.email,
    email_verified: isVerified(found),
    name: found.name,
    given_name: found.givenName,
    family_name: found.familyName,
    username: found.username,
    locale: found.locale,
    disabled: found.disabledAtMs !== null,
    created_at: isoTime(found.createdAtMs),
    updated_at: isoTime(found.updatedAtMs),
  }
}

function stateOf(found: Account): string {
  if (found.disabledAtMs !== null) return 'disabled'
  return isVerified(found) ? 'verified' : 'unverified'
}

async function theAccount({ db }: Parts, { operands: [typed = ''] }: Input): Promise<Account> {
  const found = typed.includes('@') ? await findAccountByEmail(db, typed) : await findAccountById(db, typed)
  if (found) return found
  throw notFound()
}

function notFound(): AppError {
  return new AppError('account_not_found', 404, 'There is no account with this id or e-mail address.')
}

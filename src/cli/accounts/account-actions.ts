/** What the commands of `account` do. */
import { namedAccount } from '../../accounts/username.ts'
import { accountNotFound } from '../../accounts/account.ts'
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
import { narrowedBy } from '../../operations/filters/people.ts'
import { showAccount } from '../../operations/shown-account.ts'
import { randomToken } from '../../platform/tokens.ts'
import type { Services } from '../../services.ts'
import { accountDeleted, accountList } from './account-answers.ts'
import { filterIn, passwordFromStdin, readPassword } from './account-input.ts'
import { shown } from './shown-account.ts'
import { removeLater } from './deletion-actions.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime } from '../../command-line/layout.ts'

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
    roles: input.texts('role'),
    ...CLI,
  })
  return shown(services, added)
}

export async function show(input: Input, services: Services): Promise<Answer> {
  return shown(services, await theAccount(services, input))
}

export async function list(input: Input, services: Services): Promise<Answer> {
  const { config, db } = services
  const { accounts, next } = await listAccounts(db, {
    ...(await narrowedBy(services, filterIn(input))),
    search: input.text('search'),
    after: input.text('after'),
    limit: input.integer('limit', { min: 1, max: 200 }),
  })
  return accountList(
    accounts.map((one) => showAccount(config, one)),
    next,
  )
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
  await setRoles(services, id, input.texts('role'), CLI)
  return shown(services, await theAccount(services, input))
}

export async function remove(input: Input, services: Services): Promise<Answer> {
  const account = await theAccount(services, input)
  if (input.flag('later')) return removeLater(services, account.id, account.email)
  if (!(await deleteAccount(services, account.id, CLI))) throw accountNotFound()
  return accountDeleted(account)
}

type Change = (needs: Services, accountId: string, by: typeof CLI) => Promise<boolean>

async function setState(input: Input, services: Services, apply: Change): Promise<Answer> {
  const { id } = await theAccount(services, input)
  if (!(await apply(services, id, CLI))) throw accountNotFound()
  return shown(services, await theAccount(services, input))
}

function theAccount({ db }: Services, { operands: [typed = ''] }: Input): Promise<Account> {
  return namedAccount(db, typed)
}

/** `account update`: what an account says of its person. */
import { AppError } from '../platform/errors.ts'
import type { Account } from '../accounts/account.ts'
import { profileSchema, updateProfile } from '../accounts/profile.ts'
import { recordAudit } from '../audit/audit.ts'
import { inTransaction } from '../platform/database.ts'
import type { Parts } from '../process/parts.ts'
import type { Answer, Command, OptionSpec } from './command.ts'
import type { Input } from './input.ts'
import { usageError } from './usage-error.ts'

/** By the names of the profile; an empty value takes an optional one away. */
const FIELDS = {
  name: 'name',
  'given-name': 'givenName',
  'family-name': 'familyName',
  username: 'username',
  locale: 'locale',
} as const

export const nameOptions: Record<string, OptionSpec> = {
  name: { value: 'N', about: 'Name as it is shown.' },
  'given-name': { value: 'N', about: 'Given name, for apps that ask for it alone.' },
  'family-name': { value: 'N', about: 'Family name, for apps that ask for it alone.' },
}

type Own = {
  operand: NonNullable<Command['operand']>
  find: (parts: Parts, input: Input) => Promise<Account>
  show: (parts: Parts, found: Account) => Promise<Answer>
}

export function updateCommand({ operand, find, show }: Own): Command {
  return {
    noun: 'account',
    verb: 'update',
    opens: 'schema',
    operand,
    about: 'Changes the profile of an account; what is not named stays. An empty value removes it.',
    options: {
      ...nameOptions,
      username: { value: 'U', about: 'User name: letters, digits, dots, dashes and underscores.' },
      locale: { value: 'L', about: 'Language, as en-GB.' },
    },
    examples: ['account update person@example.com --given-name Sample --family-name Person'],
    async run(input, parts) {
      const { id } = await find(parts, input)
      await change(input, parts, id)
      return show(parts, await find(parts, input))
    },
  }
}

async function change(input: Input, { db, clock }: Parts, accountId: string): Promise<void> {
  const typed = Object.entries(FIELDS).flatMap(([option, field]) => {
    const value = input.text(option)
    return value === undefined ? [] : [[field, value || (field === 'name' ? '' : null)] as const]
  })
  if (typed.length === 0) throw usageError(`account update takes --${Object.keys(FIELDS).join(', --')}`)
  const profile = profileSchema.safeParse(Object.fromEntries(typed))
  if (!profile.success) throw new AppError('profile_invalid', 422, faultsOf(profile.error.issues))
  await inTransaction(db, async (trx) => {
    const atMs = clock()
    await updateProfile(trx, accountId, profile.data, atMs)
    const fields = typed.map(([field]) => field)
    await recordAudit(trx, { atMs, action: 'account.changed', actor: 'cli', accountId, detail: { fields } })
  })
}

function faultsOf(issues: readonly { path: PropertyKey[]; message: string }[]): string {
  const faults = issues.map(({ path, message }) => `${path.join('.')} (${message.replaceAll('_', ' ')})`)
  return `The profile is not valid: ${faults.join(', ')}.`
}

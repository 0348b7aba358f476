/** `account update`: the profile of an account, and its address. */
import { existing, findAccountById } from '../../accounts/account.ts'
import { namedAccount } from '../../accounts/username.ts'
import { setAddress } from '../../accounts/operator/operator-address.ts'
import { profileFaults, profileSchema, updateProfile } from '../../accounts/profile.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { AppError } from '../../platform/errors.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import type { Services } from '../../services.ts'
import { shown } from './shown-account.ts'

const CLI = { actor: 'cli' }

export async function update(input: Input, services: Services): Promise<Answer> {
  const { id } = await namedAccount(services.db, input.operands[0] ?? '')
  const email = input.text('email')
  if (email === undefined && input.flag('verified')) throw usageError('--verified goes with --email')
  const changed = await changeProfile(input, services, id)
  if (email !== undefined) await setAddress(services, id, { ...CLI, email, verified: input.flag('verified') })
  else if (!changed) throw usageError(`account update takes --${Object.keys(FIELDS).join(', --')}, --email`)
  return shown(services, existing(await findAccountById(services.db, id)))
}

/** By the names of the profile. An empty value removes an optional one. */
const FIELDS = {
  name: 'name',
  'given-name': 'givenName',
  'family-name': 'familyName',
  username: 'username',
  locale: 'locale',
  zoneinfo: 'zoneinfo',
} as const

/** False where no field was named. */
async function changeProfile(input: Input, { db, clock }: Services, accountId: string): Promise<boolean> {
  const typed = Object.entries(FIELDS).flatMap(([option, field]) => {
    const value = input.text(option)
    return value === undefined ? [] : [[field, value || (field === 'name' ? '' : null)] as const]
  })
  if (typed.length === 0) return false
  const profile = profileSchema.safeParse(Object.fromEntries(typed))
  if (!profile.success) throw new AppError('profile_invalid', 422, profileFaults(profile.error))
  return inTransaction(db, (trx) => updateProfile(trx, accountId, profile.data, clock(), CLI))
}

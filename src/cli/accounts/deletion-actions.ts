/** Deletions and changes of address that wait, from the command line. */
import { accountNotFound } from '../../accounts/account.ts'
import { namedAccount } from '../../accounts/username.ts'
import { cancelNewAddress } from '../../accounts/journeys/new-address.ts'
import { cancelDeletion, requestDeletion } from '../../accounts/life/deletion.ts'
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime } from '../../command-line/layout.ts'
import type { Services } from '../../services.ts'
import { deletionCancelled, deletionPlanned, newEmailCancelled } from './account-answers.ts'

const CLI = { actor: 'cli' }

export async function removeLater(services: Services, id: string, email: string): Promise<Answer> {
  const requested = await requestDeletion(services, id, CLI)
  if (!requested) throw accountNotFound()
  return deletionPlanned({ id, email }, isoTime(requested.deleteAtMs))
}

export async function keep(input: Input, services: Services): Promise<Answer> {
  const account = await namedAccount(services.db, input.operands[0] ?? '')
  return deletionCancelled(account, await cancelDeletion(services, account.id, CLI))
}

export async function cancelEmail(input: Input, services: Services): Promise<Answer> {
  const account = await namedAccount(services.db, input.operands[0] ?? '')
  return newEmailCancelled(account, await cancelNewAddress(services, account.id, CLI))
}

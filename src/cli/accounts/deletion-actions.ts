/** Deletions and changes of address that wait, from the command line. */
import { accountNotFound } from '../../accounts/account.ts'
import { namedAccount } from '../../accounts/username.ts'
import { cancelNewAddress } from '../../accounts/journeys/new-address.ts'
import { cancelDeletion, requestDeletion } from '../../accounts/life/deletion.ts'
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime } from '../../command-line/layout.ts'
import type { Services } from '../../services.ts'

const CLI = { actor: 'cli' }

export async function removeLater(services: Services, id: string, email: string): Promise<Answer> {
  const requested = await requestDeletion(services, id, CLI)
  if (!requested) throw accountNotFound()
  const at = isoTime(requested.deleteAtMs)
  return { data: { id, email, deleted: false, delete_at: at }, text: `${email} (${id}) is deleted at ${at}.` }
}

export async function keep(input: Input, services: Services): Promise<Answer> {
  const { id, email } = await namedAccount(services.db, input.operands[0] ?? '')
  const kept = await cancelDeletion(services, id, CLI)
  return { data: { id, email, kept }, text: kept ? `${email} stays.` : `${email} was not to be deleted.` }
}

export async function cancelEmail(input: Input, services: Services): Promise<Answer> {
  const { id, email } = await namedAccount(services.db, input.operands[0] ?? '')
  const cancelled = await cancelNewAddress(services, id, CLI)
  const text = cancelled
    ? `${email} stays the address. The code of the mail counts no longer.`
    : 'No change of address waits.'
  return { data: { id, email, cancelled }, text }
}

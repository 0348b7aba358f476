/** `account remove-picture`. */
import { namedAccount } from '../../accounts/username.ts'
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { removePicture } from '../../pictures/pictures.ts'
import type { Services } from '../../services.ts'
import { pictureRemoved } from './account-answers.ts'

export async function removeShown(input: Input, services: Services): Promise<Answer> {
  const account = await namedAccount(services.db, input.operands[0] ?? '')
  return pictureRemoved(account, await removePicture(services, account.id, { actor: 'cli' }))
}

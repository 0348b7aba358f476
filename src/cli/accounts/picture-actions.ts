/** `account remove-picture`. */
import { namedAccount } from '../../accounts/username.ts'
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { removePicture } from '../../pictures/pictures.ts'
import type { Services } from '../../services.ts'

export async function removeShown(input: Input, services: Services): Promise<Answer> {
  const { id, email } = await namedAccount(services.db, input.operands[0] ?? '')
  const removed = await removePicture(services, id, { actor: 'cli' })
  const text = removed ? `Removed the picture of ${email}.` : `${email} has no picture.`
  return { data: { id, email, removed }, text }
}

/** `account reset-password`: prints a password, or mails a link. */
import { mailResetLink, resetPasswordByOperator } from '../../accounts/operator/operator-reset.ts'
import { namedAccount } from '../../accounts/username.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime } from '../../command-line/layout.ts'
import { randomToken } from '../../platform/tokens.ts'
import type { Services } from '../../services.ts'
import { passwordFromStdin } from './account-input.ts'

const CLI = { actor: 'cli' }

export async function resetPassword(input: Input, services: Services): Promise<Answer> {
  const { id, email } = await namedAccount(services.db, input.operands[0] ?? '')
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

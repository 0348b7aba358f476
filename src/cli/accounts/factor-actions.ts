/** What the commands about second factors do. */
import { namedAccount } from '../../accounts/username.ts'
import { planFactorReset, stopFactorReset } from '../../factors/factor-resets.ts'
import { resetFactors } from '../../factors/factors.ts'
import { showFactors } from '../../operations/shown-factors.ts'
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime } from '../../command-line/layout.ts'
import type { Services } from '../../services.ts'
import { factorList, factorsKept, factorsReset } from './account-answers.ts'

const CLI = { actor: 'cli' }

export async function factors(input: Input, services: Services): Promise<Answer> {
  const account = await namedAccount(services.db, input.operands[0] ?? '')
  return factorList(account, await showFactors(services.db, account.id))
}

export async function removeFactors(input: Input, services: Services): Promise<Answer> {
  const account = await namedAccount(services.db, input.operands[0] ?? '')
  const done = input.flag('now')
    ? await resetFactors(services, account.id, CLI)
    : await planFactorReset(services, account.id, CLI)
  if (done === 'reset') return factorsReset(account, { removed: true, dueAt: null })
  const dueAt = done === 'none' || !done ? null : isoTime(done.dueAtMs)
  return factorsReset(account, { removed: false, dueAt })
}

export async function keepFactors(input: Input, services: Services): Promise<Answer> {
  const account = await namedAccount(services.db, input.operands[0] ?? '')
  return factorsKept(account, await stopFactorReset(services, account.id, CLI))
}

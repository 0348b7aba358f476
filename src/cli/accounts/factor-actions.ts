/** What the commands about second factors do. */
import { namedAccount } from '../../accounts/username.ts'
import { planFactorReset, stopFactorReset } from '../../factors/factor-resets.ts'
import { resetFactors } from '../../factors/factors.ts'
import { showFactors } from '../../operations/shown-factors.ts'
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime, record } from '../../command-line/layout.ts'
import type { Services } from '../../services.ts'

const CLI = { actor: 'cli' }

export async function factors(input: Input, services: Services): Promise<Answer> {
  const { id, email } = await namedAccount(services.db, input.operands[0] ?? '')
  const data = { id, email, ...(await showFactors(services.db, id)) }
  const { totp, passkeys, recovery_codes: codes, reset } = data
  const app = totp ? `set up ${totp.confirmed_at}, last used ${totp.last_used_at ?? 'never'}` : 'none'
  const used = passkeys.map(({ name, last_used_at: at }) => `${name} (last used ${at ?? 'never'})`)
  const keys = used.join(', ') || 'none'
  const left = codes ? `${codes.left} left, made ${codes.made_at}` : 'none'
  const planned = reset ? `on ${reset.due_at}, planned ${reset.requested_at}` : 'none'
  return {
    data,
    text: record({ id, email, authenticator_app: app, passkeys: keys, recovery_codes: left, reset: planned }),
  }
}

export async function removeFactors(input: Input, services: Services): Promise<Answer> {
  const { id, email } = await namedAccount(services.db, input.operands[0] ?? '')
  const done = input.flag('now')
    ? await resetFactors(services, id, CLI)
    : await planFactorReset(services, id, CLI)
  if (done === 'reset')
    return {
      data: { id, email, removed: true, due_at: null },
      text: `${email} has no second factor any more; all its sessions and access have ended.`,
    }
  if (done === 'none' || !done)
    return {
      data: { id, email, removed: false, due_at: null },
      text: `${email} had no second factor. Nothing was changed.`,
    }
  const due = isoTime(done.dueAtMs)
  return {
    data: { id, email, removed: false, due_at: due },
    text: `Mailed ${email}. Unless its owner stops it, the second factors are removed on ${due}.`,
  }
}

export async function keepFactors(input: Input, services: Services): Promise<Answer> {
  const { id, email } = await namedAccount(services.db, input.operands[0] ?? '')
  const stopped = await stopFactorReset(services, id, CLI)
  const text = stopped ? `${email} keeps its second factors.` : 'No reset was planned. Nothing was changed.'
  return { data: { id, email, stopped }, text }
}

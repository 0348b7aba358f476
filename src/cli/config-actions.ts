/** What the command `config` does. */
import { describeConfig } from '../settings/config.ts'
import type { Config } from '../settings/config.ts'
import { describeSetting } from '../settings/settings.ts'
import type { SettingName } from '../settings/settings.ts'
import type { Answer } from '../command-line/command.ts'
import type { Input } from '../command-line/input.ts'
import { columns } from '../command-line/layout.ts'

const PREFIX = 'ACCOUNT_SERVER_'

export async function show(_input: Input, found: Config): Promise<Answer> {
  const data = { ...describeConfig(found), ...derived(found) }
  const rows = Object.entries(data).map(([name, value]) => [name, shown(name, value)])
  return { data, text: columns(rows) }
}

/** The value that the server uses where nothing is set. */
function derived(found: Config): Record<string, unknown> {
  return {
    [`${PREFIX}ISSUER`]: found.issuer,
    [`${PREFIX}DATA_DIR`]: found.dataDir,
    [`${PREFIX}LOG_DIR`]: found.log.dir ?? null,
    [`${PREFIX}WORKER_ACCOUNT_ACTIVATE_WEBURL_F`]: found.mail.workerAccountActivateWeburlF,
    [`${PREFIX}WORKER_ACCOUNT_RESET_WEBURL_F`]: found.mail.workerAccountResetWeburlF,
    [`${PREFIX}MAIL_FROM`]: found.mail.from,
    [`${PREFIX}MAILBOX`]: found.mail.mailbox !== 'none',
  }
}

function shown(name: string, value: unknown): string {
  if (value === null) {
    const { fallback } = describeSetting(name.slice(PREFIX.length).toLowerCase() as SettingName)
    return `(${fallback ?? 'not set'})`
  }
  if (Array.isArray(value)) return value.length > 0 ? value.join(',') : '(none)'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

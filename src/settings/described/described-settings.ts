/** Every setting as it is in effect, for people to read: on the command line, over the API and on a page. */
import { mask } from '../masked.ts'
import type { Config } from '../config.ts'
import { describeSetting, settings } from '../settings.ts'
import type { SettingName } from '../settings.ts'

const PREFIX = 'ACCOUNT_SERVER_'

export const SETTING_SOURCES = ['environment', 'file', 'env_file', 'default'] as const

export type DescribedSetting = {
  /** As in the environment. */
  name: string
  group: string
  /** Secrets are masked. `null` where nothing is set and there is no default. */
  value: unknown
  source: (typeof SETTING_SOURCES)[number]
  /** What holds where nothing is set: a value, or a sentence about it. */
  fallback: unknown
  about: string
}

/** In the order of docs/settings.md. */
export function settingsInEffect(config: Config): DescribedSetting[] {
  const derived = derivedValues(config)
  return (Object.keys(settings) as SettingName[]).map((name) => {
    const { group, description: about, secret, fallback } = describeSetting(name)
    const set = config.settings[name] ?? null
    const value = set !== null && secret ? mask(set) : (derived[name] ?? set)
    return {
      name: PREFIX + name.toUpperCase(),
      group,
      value,
      source: config.sources.get(name) ?? 'default',
      fallback: fallback ?? settings[name].safeParse(undefined).data ?? null,
      about,
    }
  })
}

/** What the server uses where nothing is set. */
function derivedValues(config: Config): Partial<Record<SettingName, unknown>> {
  return {
    issuer: config.issuer,
    data_dir: config.dataDir,
    log_dir: config.log.dir,
    worker_account_activate_weburl_f: config.mail.workerAccountActivateWeburlF,
    worker_account_reset_weburl_f: config.mail.workerAccountResetWeburlF,
    mail_from: config.mail.from,
    mailbox: config.mail.mailbox !== 'none',
  }
}

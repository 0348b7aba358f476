/** The tables of settings, made from the same list that the server reads. */
import { describeSetting, settings } from '../../src/settings/settings.ts'
import type { SettingName } from '../../src/settings/settings.ts'
import { markdownTable, withContent } from './document.ts'
import type { GeneratedDocument } from './document.ts'

export const settingsDocument: GeneratedDocument = {
  file: 'docs/settings.md',
  renew: (text) => withContent(text, 'settings', settingsTables()),
}

/** One section with a table for each group, in the order of the list. */
function settingsTables(): string {
  const names = Object.keys(settings) as SettingName[]
  const groups = Map.groupBy(names, (name) => describeSetting(name).group)
  return [...groups].map(([group, members]) => `## ${group}\n\n${tableOf(members)}`).join('\n\n')
}

function tableOf(names: SettingName[]): string {
  return markdownTable(['Setting', 'Meaning', 'Takes', 'Default'], names.map(cellsOf))
}

function cellsOf(name: SettingName): string[] {
  const { takes, description, secret } = describeSetting(name)
  const meaning = `${description}${secret ? ' _Secret._' : ''}`
  return [`\`${name.toUpperCase()}\``, meaning, takes, fallbackOf(name)]
}

function fallbackOf(name: SettingName): string {
  const { fallback } = describeSetting(name)
  if (fallback) return fallback
  const value: unknown = settings[name].safeParse(undefined).data
  if (value === undefined) return '–'
  if (Array.isArray(value)) return value.length > 0 ? code(value.join(',')) : '–'
  return code(typeof value === 'string' ? value : JSON.stringify(value))
}

const code = (value: string) => `\`${value}\``

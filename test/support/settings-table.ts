/** The README's table of settings, made from the same list that the server reads. */
import { describeSetting, settings } from '../../src/settings/settings.ts'
import type { SettingName } from '../../src/settings/settings.ts'

const BEGIN = '<!-- settings: npm run readme -->'
const END = '<!-- /settings -->'

/** The README with its table of settings renewed. Throws when the place for it is missing. */
export function withSettings(readme: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`the README has no ${BEGIN} … ${END}`)
  return `${readme.slice(0, begin)}${BEGIN}\n\n${settingsTable()}\n${readme.slice(end)}`
}

/** One Markdown table for each group, in the order of the list. */
export function settingsTable(): string {
  const names = Object.keys(settings) as SettingName[]
  const groups = Map.groupBy(names, (name) => describeSetting(name).group)
  return [...groups].map(([group, members]) => `${tableOf(group, members)}\n`).join('\n')
}

const HEAD = ['Setting', 'Meaning', 'Takes', 'Default']

// Padded as the formatter leaves it.
function tableOf(group: string, names: SettingName[]): string {
  const rows = [HEAD, ...names.map(cellsOf)]
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const rule = line(widths.map((width) => '-'.repeat(width)))
  return [`**${group}**`, '', line(HEAD), rule, ...rows.slice(1).map(line)].join('\n')
}

function cellsOf(name: SettingName): string[] {
  const { takes, description, secret } = describeSetting(name)
  const meaning = `${description}${secret ? ' _Secret._' : ''}`
  const cells = [`\`${name.toUpperCase()}\``, meaning, takes, fallbackOf(name)]
  return cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('<', '&lt;'))
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

/** What the command `config` does. */
import type { Config } from '../settings/config.ts'
import { describeConfig, settingsInEffect } from '../settings/described/described-settings.ts'
import type { Answer } from '../command-line/command.ts'
import type { Input } from '../command-line/input.ts'
import { columns } from '../command-line/layout.ts'

export async function show(_input: Input, found: Config): Promise<Answer> {
  const all = settingsInEffect(found)
  const rows = all.map(({ name, value, fallback }) => [name, shown(value, fallback)])
  return { data: describeConfig(found), text: columns(rows) }
}

function shown(value: unknown, fallback: unknown): string {
  if (value === null) return `(${typeof fallback === 'string' ? fallback : 'not set'})`
  if (Array.isArray(value)) return value.length > 0 ? value.join(',') : '(none)'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

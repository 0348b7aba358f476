/** What the command `config` does: for this machine's settings, and for those of a running server. */
import { z } from 'zod'
import type { Api } from '../command-line/api.ts'
import type { Answer } from '../command-line/command.ts'
import type { Input } from '../command-line/input.ts'
import { columns } from '../command-line/layout.ts'
import type { Config } from '../settings/config.ts'
import { settingsInEffect } from '../settings/described/described-settings.ts'

type Shown = { name: string; value?: unknown; fallback?: unknown }

const settings = z.object({
  items: z.array(z.object({ name: z.string(), value: z.unknown(), fallback: z.unknown() })),
})

export async function show(_input: Input, found: Config): Promise<Answer> {
  return settingsAnswer(settingsInEffect(found))
}

export async function showAtServer(_input: Input, api: Api): Promise<Answer> {
  return settingsAnswer((await api.call('listSettings', settings)).items)
}

function settingsAnswer(all: readonly Shown[]): Answer {
  const data = Object.fromEntries(all.map(({ name, value }) => [name, value]))
  return { data, text: columns(all.map(({ name, value, fallback }) => [name, inWords(value, fallback)])) }
}

function inWords(value: unknown, fallback: unknown): string {
  if (value === null) return `(${typeof fallback === 'string' ? fallback : 'not set'})`
  if (Array.isArray(value)) return value.length > 0 ? value.join(',') : '(none)'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

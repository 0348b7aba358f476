/** What the commands about the audit trail print, wherever they read it. */
import { AUDIT_KINDS } from '../../audit/audit-kinds.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { record, table } from '../../command-line/layout.ts'

export type ListedEntry = {
  id: number
  at: string
  action: string
  actor: string
  account_id: string | null
  ip: string | null
  client_id: string | null
  times: number
}

export function entryList(entries: readonly ListedEntry[], next: string | undefined): Answer {
  const rows = entries.map((one) => [
    one.id,
    one.at,
    one.times > 1 ? `${one.action} (${one.times} times)` : one.action,
    one.actor,
    one.account_id,
    one.ip,
    one.client_id,
  ])
  const lines = [table(['ID', 'TIME', 'ACTION', 'BY', 'ACCOUNT', 'FROM', 'APP'], rows, 'No entries.')]
  if (next !== undefined) lines.push(`More: --after ${next}`)
  return { data: { entries, next: next ?? null }, text: lines.join('\n') }
}

export function entryAnswer(entry: Record<string, unknown>): Answer {
  return { data: entry, text: record(entry) }
}

/** In milliseconds since 1970. */
export function timeIn(input: Input, name: string): number | undefined {
  const typed = input.text(name)
  if (typed === undefined) return undefined
  const atMs = /^\d{4}-\d\d-\d\d/.test(typed) ? Date.parse(typed) : Number.NaN
  if (!Number.isNaN(atMs)) return atMs
  throw usageError(`--${name} takes a time such as 2026-03-01 or 2026-03-01T08:00Z`)
}

export const KIND_USAGE = `--kind takes ${AUDIT_KINDS.join(', ')}`

export function limitIn(input: Input): number {
  return input.integer('limit', { min: 1, max: 1000 }) ?? 50
}

/** What the commands about limits print, wherever they read them. */
import { word } from '../../admin/wording/words.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { table } from '../../command-line/layout.ts'
import { LIMIT_KINDS } from '../../limits/limit-kinds.ts'
import type { LimitKind } from '../../limits/limit-kinds.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { loadCatalogue } from '../../words/catalogue.ts'
import { spanInWords } from '../../words/spans.ts'

const PREFIX = 'ACCOUNT_SERVER_'

export type ListedLimit = {
  id: string
  kind: string
  state: string
  network: string | null
  account: { id: string; email: string } | null
  count: number
  limit: number
  until: string
}

export type ListedRule = {
  kind: string
  effect: string
  limit: number
  challenge_from: number | null
  window_seconds: number
  pause_seconds: number | null
  settings: string[]
  clearable: boolean
}

export function limitList(limits: readonly ListedLimit[], unlimited: boolean): Answer {
  const said = words()
  const rows = limits.map((one) => [
    said('kind', one.kind),
    said('state', one.state),
    one.network,
    one.account?.email,
    `${one.count} of ${one.limit}`,
    one.until,
    one.id,
  ])
  const head = ['LIMIT', 'STATE', 'NETWORK', 'ACCOUNT', 'COUNT', 'UNTIL', 'ID']
  const lines = [table(head, rows, 'Nobody is limited here.')]
  if (unlimited) lines.push('ACCOUNT_SERVER_UNLIMITED_NETWORKS names this network.')
  return { data: { limits, unlimited }, text: lines.join('\n') }
}

export function ruleList(rules: readonly ListedRule[]): Answer {
  const said = words()
  const rows = rules.map((one) => [
    one.kind,
    one.limit,
    spanInWords(one.window_seconds * SECOND_MS, 'en'),
    said('effect', one.effect),
    one.settings.map((name) => name.replace(PREFIX, '')).join(' '),
  ])
  const head = ['KIND', 'AT MOST', 'WITHIN', 'BEYOND IT', 'SETTINGS']
  return { data: { rules }, text: table(head, rows, 'No limits.') }
}

export function limitCleared(id: string): Answer {
  return { data: { id, cleared: true }, text: `Cleared ${id}.` }
}

export function kindIn(input: Input): LimitKind | undefined {
  const typed = input.text('kind')
  const kind = LIMIT_KINDS.find((one) => one === typed)
  if (typed !== undefined && !kind) throw usageError(`--kind takes ${LIMIT_KINDS.join(', ')}`)
  return kind
}

/** As on the pages. A server of another release may have kinds that this one does not know. */
function words() {
  const t = loadCatalogue().in('en')
  return (field: 'kind' | 'state' | 'effect', value: string) => {
    const name = word('value', `${field}.${value}`)
    return t.has(name) ? t(name) : value
  }
}

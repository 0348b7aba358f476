/** Values of the API, in the way that the pages show them. */
import { SECOND_MS } from '../platform/clock.ts'
import { methodNames } from '../sessions/method-names.ts'
import { isTyped } from './wording/codes.ts'
import { at } from './sections/section.ts'
import type { Shown } from './sections/section.ts'
import { word } from './wording/words.ts'

/**
 * `typed`: operators type the value, so it stays beside its words. `words`: their name in the catalogue, where it does not
 * follow from field and value. `english`: text of the server for all languages.
 */
export type Fact = { name: string; typed?: boolean; english?: boolean } & (
  | { kind: 'text'; text: string; words?: string }
  | { kind: 'time'; atMs: number; ends?: boolean }
  | { kind: 'span'; ms: number }
  | { kind: 'flag'; on: boolean }
  | { kind: 'list'; items: string[] }
  | { kind: 'messages'; ids: readonly string[] }
  | { kind: 'language'; tag: string }
  | { kind: 'pairs'; pairs: [string, string][] }
)

const SPAN = /^(?:window|pause)_seconds$/
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/
const ENGLISH: readonly string[] = ['about', 'cause', 'fallback', 'last_error', 'reason', 'warnings']
const ACTORS: readonly string[] = ['anonymous', 'cli', 'client', 'system', 'upstream']
/** Descriptions of the roles that a new server has. One that an operator wrote is shown as it is. */
const OF_ROLES: Readonly<Record<string, string>> = {
  'Everything.': 'admin-role-admin',
  'Helps people: reads accounts, unlocks them, ends sessions and mails resets.': 'admin-role-support',
}

/** What there is nothing to say about is left out. */
export function factsOf(shown: Shown, names: readonly string[]): Fact[] {
  return names.flatMap((name): Fact[] => {
    // Two equal ids would have to be compared by eye.
    const isOwn = name === 'actor' && shown[name] === shown['account_id']
    if (isOwn) return [{ name, kind: 'text', text: '', words: word('value', 'actor.owner') }]
    return [factOf(name, at(shown, name)) ?? []].flat()
  })
}

export function factOf(name: string, value: unknown): Fact | undefined {
  if (value === undefined || value === null || value === '') return undefined
  if (name === 'times' && value === 1) return undefined
  const marks = {
    name,
    ...(isTyped(name) && { typed: true }),
    ...(ENGLISH.includes(name) && { english: true }),
  }
  if (typeof value === 'boolean') return { name, kind: 'flag', on: value }
  if (Array.isArray(value)) return listOf(marks, value)
  if (typeof value === 'number' && SPAN.test(name)) return { name, kind: 'span', ms: value * SECOND_MS }
  if (typeof value === 'string') return { ...marks, ...textOf(name, value) }
  const pairs = name === 'detail' ? Object.entries(value) : undefined
  if (!pairs) return { ...marks, kind: 'text', text: nameOf(value) }
  if (pairs.length === 0) return undefined
  return { name, kind: 'pairs', pairs: pairs.map(([key, one]) => [key, nameOf(one)]) }
}

function textOf(name: string, text: string): Fact {
  if (TIME.test(text))
    return { name, kind: 'time', atMs: Date.parse(text), ...(name === 'until' && { ends: true }) }
  if (name === 'locale') return { name, kind: 'language', tag: text }
  const words = wordsOf(name, text)
  return { name, kind: 'text', text, ...(words !== undefined && { words }) }
}

function wordsOf(name: string, text: string): string | undefined {
  if (name === 'description') return wordsOfRole(text)
  // Groups of people have the same field, and names of their own.
  if (name === 'group') return word('value', `setting_group.${text}`)
  // Such as `client:` and an id.
  const [kind = ''] = text.split(':', 1)
  return name === 'actor' && ACTORS.includes(kind) ? word('value', `actor.${kind}`) : undefined
}

/** For the description of a role that a new server has. */
export function wordsOfRole(description: string): string | undefined {
  return Object.hasOwn(OF_ROLES, description) ? OF_ROLES[description] : undefined
}

function listOf(
  marks: Pick<Fact, 'name' | 'typed' | 'english'>,
  items: readonly unknown[],
): Fact | undefined {
  if (marks.name !== 'amr') return { ...marks, kind: 'list', items: items.map(nameOf) }
  const ids = methodNames(items.join(' '))
  return ids.length > 0 ? { name: marks.name, kind: 'messages', ids } : undefined
}

function nameOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const { name } = value as { name?: unknown }
  return typeof name === 'string' ? name : JSON.stringify(value)
}

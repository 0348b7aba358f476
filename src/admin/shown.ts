/** Values of the API, in the way that the pages show them. */
import { SECOND_MS } from '../platform/clock.ts'
import { at } from './sections/section.ts'
import type { Shown } from './sections/section.ts'

export type Fact = { name: string } & (
  | { kind: 'text'; text: string }
  | { kind: 'time'; atMs: number; ends?: boolean }
  | { kind: 'span'; ms: number }
  | { kind: 'flag'; on: boolean }
  | { kind: 'list'; items: string[] }
)

const SPAN = /^(?:window|pause)_seconds$/
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/

/** What there is nothing to say about is left out. */
export function factsOf(shown: Shown, names: readonly string[]): Fact[] {
  return names.flatMap((name) => factOf(name, at(shown, name)) ?? [])
}

export function factOf(name: string, value: unknown): Fact | undefined {
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value === 'boolean') return { name, kind: 'flag', on: value }
  if (Array.isArray(value)) return { name, kind: 'list', items: value.map(nameOf) }
  if (typeof value === 'string' && TIME.test(value))
    return { name, kind: 'time', atMs: Date.parse(value), ...(name === 'until' && { ends: true }) }
  if (typeof value === 'number' && SPAN.test(name)) return { name, kind: 'span', ms: value * SECOND_MS }
  return { name, kind: 'text', text: nameOf(value) }
}

function nameOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const { name } = value as { name?: unknown }
  return typeof name === 'string' ? name : JSON.stringify(value)
}

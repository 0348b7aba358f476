/** Fields of a record that an import does not read. They are counted by name, so that nothing is dropped in silence. */
import type { LeftOut } from '../incoming.ts'
import { isMissing } from '../values.ts'

/** `known`: what is read, and what means nothing in another system. `path`: where the value is in its record. */
export function unreadFields(
  value: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
  path = '',
): LeftOut[] {
  return Object.keys(value)
    .filter((name) => !known.has(name) && saysSomething(value[name]))
    .map((name) => ({ code: `field ${path}${name}`, why: 'this server has no place for it' }))
}

function saysSomething(value: unknown): boolean {
  if (isMissing(value) || value === false || value === 0) return false
  return typeof value !== 'object' || value === null || Object.keys(value).length > 0
}

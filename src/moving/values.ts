/** Reads single values of other systems: texts, hashes, yes and no, moments. */
import { readForeignHash } from '../passwords/foreign-hash.ts'
import type { ForeignHash } from '../passwords/foreign-hash.ts'
import { isObject } from './files/file-record.ts'
import { NotReadable } from './incoming.ts'

/** The value at a path such as `profile.name`. A key with a dot in it wins. */
export function valueAt(value: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(value, path)) return value[path]
  let at: unknown = value
  for (const name of path.split('.')) {
    if (Array.isArray(at) && /^\d+$/.test(name)) at = at[Number(name)] as unknown
    else if (isObject(at) && Object.hasOwn(at, name)) at = at[name]
    else return undefined
  }
  return at
}

export function isMissing(value: unknown): boolean {
  // `\N` is how PostgreSQL and MySQL write NULL in files.
  return value === undefined || value === null || value === '' || value === '\\N'
}

export function textOf(value: unknown): string | undefined {
  if (isMissing(value)) return undefined
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new NotReadable('takes a text')
}

/** The text of a hash, and whether it verifies here. */
export function hashOf(value: unknown): ForeignHash | undefined {
  const text = textOf(value)
  return text === undefined ? undefined : readForeignHash(text)
}

export function numberOf(value: unknown): number | undefined {
  const text = textOf(value)?.trim()
  return text === undefined ? undefined : Number(text)
}

/** Names from a list, from a list in JSON, or from a text with semicolons between them. */
export function namesIn(value: unknown): readonly string[] | undefined {
  if (isMissing(value)) return undefined
  const list = typeof value === 'string' && value.startsWith('[') ? listIn(value) : value
  if (!Array.isArray(list)) return (textOf(list) ?? '').split(';').filter((name) => name.trim() !== '')
  return list.flatMap((one: unknown) => textOf(isObject(one) ? one['name'] : one) ?? [])
}

function listIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new NotReadable('takes names with semicolons between them, or a list in JSON')
  }
}

const YES = new Set(['true', 't', 'yes', 'y', '1'])
const NO = new Set(['false', 'f', 'no', 'n', '0'])

export function flagOf(value: unknown): boolean | undefined {
  const text = textOf(value)?.trim().toLowerCase()
  if (text === undefined) return undefined
  if (YES.has(text)) return true
  if (NO.has(text)) return false
  throw new NotReadable('takes true or false')
}

/** 1973 in milliseconds, and 5138 in seconds: a smaller number counts seconds. */
const SMALLEST_MS = 100_000_000_000

/** Milliseconds since the epoch, from ISO 8601, SQL's way of writing it (UTC without a zone), seconds or milliseconds. */
export function momentOf(value: unknown): number | undefined {
  // MongoDB's export.
  if (isObject(value) && '$date' in value) return momentOf(value['$date'])
  const text = textOf(value)?.trim()
  if (text === undefined) return undefined
  if (/^\d{1,15}(\.\d+)?$/.test(text)) {
    const number = Number(text)
    return Math.round(number < SMALLEST_MS ? number * 1000 : number)
  }
  const at = Date.parse(isoText(text))
  if (Number.isNaN(at) || at < 0) throw new NotReadable('takes a moment, as 2024-05-06T07:08:09Z')
  return at
}

function isoText(text: string): string {
  const [, day, time, zone = ''] =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/.exec(text) ?? []
  if (!day || !time) return text
  // `hh:mm:ss.sss`: no more than milliseconds.
  const seconds = time.slice(0, 12)
  if (zone === '' || zone === 'UTC' || zone === 'Z') return `${day}T${seconds}Z`
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0')
  return `${day}T${seconds}${zone[0]}${digits.slice(0, 2)}:${digits.slice(2)}`
}

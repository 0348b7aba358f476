/** Values for a JSON schema: good ones, and ones that are wrong in a way of their own. */
import type { Described, Json } from '../api/described.ts'
import { VALUES } from '../security/malformed.ts'
import type { Random } from '../security/malformed.ts'

type Schema = Json & {
  type?: string
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  format?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
}

const FORMATS: Readonly<Record<string, string>> = {
  email: 'ann@example.com',
  ipv4: '192.0.2.7',
  ipv6: '2001:db8::7',
  uri: 'https://app.example.com/',
  'date-time': '2026-01-01T00:00:00Z',
}

/** `known` are values that mean something to the server, such as ids. */
export function createValues(
  { resolved }: Pick<Described, 'resolved'>,
  random: Random,
  known: readonly string[],
) {
  function good(given: Json): unknown {
    const schema = resolved(given) as Schema
    if (schema.const !== undefined) return schema.const
    if (schema.enum) return random.pick(schema.enum)
    const choices = schema.anyOf ?? schema.oneOf
    if (choices) return good(random.pick(choices))
    if (schema.type === 'object') return object(schema)
    if (schema.type === 'array') return schema.items ? [good(schema.items)] : []
    if (schema.type === 'string') return text(schema)
    if (schema.type === 'integer' || schema.type === 'number') return amount(schema)
    return schema.type === 'boolean' ? random.chance(0.5) : null
  }

  function object({ properties = {}, required = [] }: Schema): Json {
    const names = Object.keys(properties).filter((name) => required.includes(name) || random.chance(0.4))
    return Object.fromEntries(names.map((name) => [name, good(properties[name] ?? {})]))
  }

  function text({ format, minLength = 0, maxLength = 1000 }: Schema): string {
    if (format !== undefined) return FORMATS[format] ?? 'a'
    const value = random.chance(0.5) ? random.pick(known) : random.pick(['Ann', 'a', 'en-GB', '123456'])
    return value.padEnd(minLength, 'x').slice(0, maxLength)
  }

  function amount({ minimum = 0, maximum = 1000 }: Schema): number {
    const from = Math.max(minimum, -1000)
    return from + random.below(Math.max(1, Math.min(maximum, 1000) - from + 1))
  }

  /** Beside the schema: another type, out of bounds, hostile text. */
  function wrong(given: Json): unknown {
    const { maxLength = 300, maximum = 1000, minimum = 0 } = resolved(given) as Schema
    return random.pick<unknown>([
      null,
      {},
      [],
      [[]],
      true,
      '',
      minimum - 1,
      maximum + 1,
      0.5,
      1e300,
      'x'.repeat(Math.min(maxLength + 1, 5000)),
      random.pick(VALUES),
      { __proto__: null, constructor: 1 },
    ])
  }

  return { good, wrong }
}

/** JSON schemas of the OpenAPI document. A schema with a title in one word, such as `Account`, is written once and named. */
import { z } from 'zod'

export type Json = Record<string, unknown>

export type Schemas = {
  /** The schema; each named part of it is a reference into `all`. */
  of: (schema: z.ZodType, io: 'input' | 'output') => Json
  /** Of a body without a title of its own. */
  named: (name: string, schema: z.ZodType, io: 'input' | 'output') => Json
  /** What was named so far, as `components.schemas` takes it. */
  all: () => Json
}

const NAME = /^[A-Z][A-Za-z0-9]*$/

export function createSchemas(given: Json): Schemas {
  const components = new Map<string, unknown>(Object.entries(given))
  const name = (title: string, schema: Json): Json => {
    const known = components.get(title)
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema))
      throw new Error(
        `two schemas of the API have the title ${title}: a generated client could not tell them apart`,
      )
    components.set(title, schema)
    return { $ref: `#/components/schemas/${title}` }
  }
  const of = (schema: z.ZodType, io: 'input' | 'output') => hoisted(jsonOf(schema, io), name) as Json
  return {
    of,
    named(title, schema, io) {
      const json = of(schema, io)
      return '$ref' in json ? json : name(title, json)
    },
    all: () => Object.fromEntries([...components].toSorted(([a], [b]) => a.localeCompare(b))),
  }
}

function jsonOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    target: 'draft-2020-12',
  })
  return json
}

function hoisted(json: unknown, name: (title: string, schema: Json) => Json): unknown {
  if (Array.isArray(json)) return json.map((one) => hoisted(one, name))
  if (typeof json !== 'object' || json === null) return json
  const inner = Object.fromEntries(Object.entries(json).map(([key, value]) => [key, hoisted(value, name)]))
  const { title } = inner
  return typeof title === 'string' && NAME.test(title) && 'type' in inner ? name(title, inner) : inner
}

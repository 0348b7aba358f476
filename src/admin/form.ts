/** The form of an operation, from the JSON Schema of its body, and the body from the form that was sent. */
import { z } from 'zod'
import type { Operation } from '../operations/operation.ts'
import type { Message } from '../words/message.ts'
import { isTyped } from './wording/codes.ts'
import { at } from './sections/section.ts'
import type { Act, Shown } from './sections/section.ts'

/** The name of the field with a file. */
export const FILE_FIELD = 'file'

export type Field = {
  name: string
  kind: 'text' | 'email' | 'password' | 'number' | 'tick' | 'choice' | 'choices' | 'lines' | 'file'
  /** Of a choice. */
  options: readonly string[]
  /** What an option means, where it is a thing with a description. */
  abouts?: Readonly<Record<string, Message>>
  required: boolean
  /** An empty field removes the value. */
  nullable: boolean
  /** Its options are codes that operators type elsewhere. */
  typed?: boolean
  /** Of a file. */
  limitMib?: number
}

type Schema = {
  type?: string
  anyOf?: Schema[]
  enum?: unknown[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
}

const MIB = 1024 * 1024

/** Empty for an operation without a body or a file. */
export function fieldsOf({ body, upload }: Operation, { fields }: Pick<Act, 'fields'>): Field[] {
  if (upload) {
    const limitMib = upload.limitBytes / MIB
    return [
      { name: FILE_FIELD, kind: 'file', options: upload.types, required: true, nullable: false, limitMib },
    ]
  }
  if (!body) return []
  const { properties = {}, required = [] } = z.toJSONSchema(body, {
    io: 'input',
    unrepresentable: 'any',
  }) as Schema
  return (fields ?? Object.keys(properties)).flatMap((name) => {
    const schema = properties[name]
    return schema ? [fieldOf(name, schema, required.includes(name))] : []
  })
}

/** What a parameter of a list takes, where that is one of a few values. */
export function optionsOf({ query }: Operation, name: string): readonly string[] {
  if (!query) return []
  const { properties = {} } = z.toJSONSchema(query, { io: 'input', unrepresentable: 'any' }) as Schema
  return (properties[name]?.enum ?? []).map(String)
}

function fieldOf(name: string, schema: Schema, required: boolean): Field {
  const inner = besideNull(schema)
  const nullable = (schema.anyOf ?? []).some(({ type }) => type === 'null')
  const options = [inner.enum ?? inner.items?.enum ?? []].flat().map(String)
  return {
    name,
    kind: kindOf(name, inner),
    options,
    required,
    nullable,
    ...(isTyped(name) && { typed: true }),
  }
}

/** A field that is nullable twice is nested. */
function besideNull(schema: Schema): Schema {
  const inner = schema.anyOf?.find(({ type }) => type !== 'null')
  return inner ? besideNull(inner) : schema
}

function kindOf(name: string, { type, enum: values, items }: Schema): Field['kind'] {
  if (type === 'array') return items?.enum ? 'choices' : 'lines'
  if (values) return 'choice'
  if (type === 'boolean') return 'tick'
  if (type === 'integer' || type === 'number') return 'number'
  if (name === 'email') return 'email'
  return name.endsWith('secret') || name === 'password' ? 'password' : 'text'
}

/** What the fields of the form hold, so that it can be shown. */
export function valuesOf(fields: readonly Field[], shown: Shown): Record<string, string> {
  const values: Record<string, string> = {}
  for (const { name, kind, options } of fields) {
    const value = at(shown, name)
    const many = Array.isArray(value) ? value.map(String) : []
    if (kind === 'choices')
      for (const one of options) values[`${name}.${one}`] = many.includes(one) ? 'on' : ''
    else if (kind === 'tick') values[name] = value === true ? 'on' : ''
    else if (kind === 'lines') values[name] = many.join('\n')
    else if (kind !== 'password' && ['string', 'number'].includes(typeof value))
      values[name] = `${value as string}`
  }
  return values
}

/**
 * `sent`: the fields as strings. An empty one is left out, or `null` where that removes the value. One that was not empty
 * `before` is sent empty, so that the API says that it is needed.
 */
export function bodyOf(
  fields: readonly Field[],
  sent: Readonly<Record<string, string>>,
  before: Readonly<Record<string, string>> = {},
): Shown {
  return Object.fromEntries(
    fields.flatMap((field): [string, unknown][] => {
      const typed = valueOf(field, sent)
      const value = typed === undefined && before[field.name] ? '' : typed
      return value === undefined ? [] : [[field.name, value]]
    }),
  )
}

function valueOf({ name, kind, options, nullable }: Field, sent: Readonly<Record<string, string>>): unknown {
  const text = (sent[name] ?? '').trim()
  if (kind === 'tick') return text !== ''
  if (kind === 'choices') return options.filter((one) => (sent[`${name}.${one}`] ?? '') !== '')
  if (kind === 'lines') return text === '' && nullable ? null : linesOf(text)
  if (text === '') return nullable ? null : undefined
  return kind === 'number' && /^-?\d+$/.test(text) ? Number(text) : text
}

function linesOf(text: string): string[] {
  return text
    .split(/[\r\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

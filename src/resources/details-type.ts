/**
 * Types of authorization details (RFC 9396) as operators register them for a resource server: a title, and a label for each
 * field. What has no label is refused, so that a person allows nothing that the consent page does not show.
 */
import { z } from 'zod'
import { AppError } from '../platform/errors.ts'
import { isDuplicate } from '../platform/sql/database.ts'
import type { Sql } from '../platform/sql/database.ts'

const MAX_FIELDS = 30
const MAX_DEPTH = 3

export type DetailsField = {
  /** As people read it. */
  label: string
  /** Default: `text`. A `list` holds texts, a `group` has fields of its own. */
  kind?: 'text' | 'number' | 'boolean' | 'list' | 'group' | undefined
  /** Default: false. */
  required?: boolean | undefined
  /** The only texts that are taken. */
  values?: string[] | undefined
  fields?: Record<string, DetailsField> | undefined
}

export type DetailsTypeInput = { type: string; title: string; fields: Record<string, DetailsField> }
/** `resource`: the identifier of the resource server that the details are for. */
export type DetailsType = DetailsTypeInput & { resource: string }

const words = z.string().trim().min(1).max(120)
const fieldName = z.string().regex(/^[A-Za-z][\w-]{0,63}$/, 'names begin with a letter')
// RFC 9396 §2 gives these two a meaning of their own.
const RESERVED = new Set(['type', 'locations'])

function fieldsSchema(depth: number): z.ZodType<Record<string, DetailsField>> {
  const nested = depth < MAX_DEPTH ? z.lazy(() => fieldsSchema(depth + 1)).optional() : z.undefined()
  const field = z
    .strictObject({
      label: words,
      kind: z.enum(['text', 'number', 'boolean', 'list', 'group']).optional(),
      required: z.boolean().optional(),
      values: z.array(words).min(1).max(100).optional(),
      fields: nested,
    })
    .refine(({ kind, fields }) => (kind === 'group') === (fields !== undefined), {
      error: 'a group, and nothing else, has fields of its own',
    })
    .refine(({ kind = 'text', values }) => !values || kind === 'text' || kind === 'list', {
      error: 'values go with text and list',
    })
  return z
    .record(fieldName, field)
    .refine((fields) => Object.keys(fields).length <= MAX_FIELDS, { error: `at most ${MAX_FIELDS} fields` })
    .refine((fields) => !Object.keys(fields).some((name) => RESERVED.has(name)), {
      error: 'type and locations are not yours to define',
    })
}

/** What an operator hands in. */
export const detailsTypeInput: z.ZodType<DetailsTypeInput> = z.strictObject({
  type: z.string().regex(/^[A-Za-z][\w.:/-]{0,127}$/, 'takes letters, digits and _ . : / - after a letter'),
  title: words,
  fields: fieldsSchema(1),
})

/**
 * Adds the types of a resource server in the caller's transaction.
 * @throws AppError 409 `authorization_details_type_exists`: a type belongs to one resource server
 */
export async function insertDetailsTypes(
  trx: Sql,
  resource: string,
  types: readonly DetailsTypeInput[],
  nowMs: number,
): Promise<void> {
  for (const { type, title, fields } of types)
    try {
      const row = { type, resource, title, fields: JSON.stringify(fields), createdAtMs: nowMs }
      await trx('authorization_details_types').insert(row)
    } catch (error) {
      if (!isDuplicate(error)) throw error
      const message = `The type ${type} is registered already; one type belongs to one resource server.`
      throw new AppError('authorization_details_type_exists', 409, message, { cause: error })
    }
}

/** Adds types, or puts them in the place of those of the same name that this resource server has. Throws as above. */
export async function replaceDetailsTypes(
  trx: Sql,
  resource: string,
  types: readonly DetailsTypeInput[],
  nowMs: number,
): Promise<void> {
  const names = types.map(({ type }) => type)
  if (names.length === 0) return
  await trx('authorization_details_types').where({ resource }).whereIn('type', names).delete()
  await insertDetailsTypes(trx, resource, types, nowMs)
}

export async function removeDetailsTypes(trx: Sql, resource: string): Promise<void> {
  await trx('authorization_details_types').where({ resource }).delete()
}

/** All of them, or those of one resource server, by name. */
export async function listDetailsTypes(sql: Sql, resource?: string): Promise<DetailsType[]> {
  const rows: (Omit<DetailsType, 'fields'> & { fields: string })[] = await sql('authorization_details_types')
    .select('type', 'resource', 'title', 'fields')
    .where(resource === undefined ? {} : { resource })
    .orderBy('type')
  return rows.map((row) => ({ ...row, fields: JSON.parse(row.fields) as DetailsType['fields'] }))
}

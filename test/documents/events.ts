/** The catalogue of events, made from the schemas that the server checks them with. */
import { z } from 'zod'
import { AUDITED_ACTIONS } from '../../src/audit/audited-actions.ts'
import { EVENT_TYPES } from '../../src/events/event-types.ts'
import { markdownTable, withContent } from './document.ts'
import type { GeneratedDocument } from './document.ts'

type Schema = {
  type?: string | string[]
  anyOf?: Schema[]
  enum?: string[]
  items?: Schema
  description?: string
  properties?: Record<string, Schema>
}

export const eventsDocument: GeneratedDocument = {
  file: 'docs/events.md',
  renew: (text) => withContent(withContent(text, 'catalogue', catalogue()), 'exceptions', exceptions()),
}

function catalogue(): string {
  const rows = Object.entries(EVENT_TYPES).map(([type, { when, data }]) => [
    `\`${type}\``,
    when,
    membersOf(z.toJSONSchema(data) as Schema),
  ])
  const account = EVENT_TYPES['account.created'].data.shape.account
  const members = Object.entries((z.toJSONSchema(account) as Schema).properties ?? {})
  const shown = members.map(([name, schema]) => [`\`${name}\``, kindOf(schema), schema.description ?? ''])
  return [
    markdownTable(['Type', 'Sent when', 'Members of `data`'], rows),
    'Members of `account`:',
    markdownTable(['Member', 'Value', 'Meaning'], shown),
  ].join('\n\n')
}

function exceptions(): string {
  const rows = Object.entries(AUDITED_ACTIONS).flatMap(([action, entry]) =>
    'none' in entry ? [[`\`${action}\``, entry.none]] : [],
  )
  return markdownTable(['Action in the audit trail', 'Why it is no event'], rows)
}

const membersOf = ({ properties = {} }: Schema) =>
  Object.entries(properties)
    .map(([name, { enum: values }]) => `\`${name}\`${values ? ` (${values.join(', ')})` : ''}`)
    .join(', ')

function kindOf({ type, anyOf, items, enum: values }: Schema): string {
  if (values) return values.join(', ')
  if (anyOf) return anyOf.map(kindOf).join(' or ')
  return type === 'array' && items ? `list of ${kindOf(items)}` : [type ?? ''].flat().join(' or ')
}

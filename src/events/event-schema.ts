/** The JSON schema (2020-12) of the data of each type of event, and its address. */
import { z } from 'zod'
import { EVENT_TYPES } from './event-types.ts'
import type { EventType } from './event-types.ts'

/** The address that an event names as its `dataschema`. */
export function schemaAddress(issuer: string, type: EventType): string {
  return `${issuer}/events/schemas/${type}/1.json`
}

/** Nothing for a type that is not in the catalogue. Later versions may add members, so receivers ignore unknown ones. */
export function eventSchema(issuer: string, type: string): Record<string, unknown> | undefined {
  if (!isEventType(type)) return undefined
  const { data, when } = EVENT_TYPES[type]
  return {
    $id: schemaAddress(issuer, type),
    title: type,
    description: when,
    ...z.toJSONSchema(data, { io: 'input' }),
  }
}

function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENT_TYPES, type)
}

/**
 * Codes that the pages show in words, by their field, from the tables that have them. The words are in the catalogue, by
 * field and code: see `words.ts`. A test compares both. Further codes are in the schemas of the API.
 */
import { AUDITED_ACTIONS } from '../../audit/audited-actions.ts'
import { AUDIT_KINDS, kindOf } from '../../audit/audit-kinds.ts'
import { CLIENT_AUTH_METHODS, GRANT_TYPES, PROFILES } from '../../clients/client-choices.ts'
import { EVENT_TOPICS, REGISTRATION_TOPICS } from '../../events/lanes.ts'
import { MAIL_KINDS } from '../../outbox/mail-request.ts'
import { word } from './words.ts'

export const CODES: Readonly<Record<string, readonly string[]>> = {
  action: Object.keys(AUDITED_ACTIONS),
  chain: AUDIT_KINDS,
  kind: MAIL_KINDS,
  grant_types: GRANT_TYPES,
  token_endpoint_auth_method: CLIENT_AUTH_METHODS,
  profile: PROFILES,
  topic: [...Object.values(EVENT_TOPICS), ...Object.values(REGISTRATION_TOPICS)],
}

/** Fields with codes that the command line, the API or an app takes: pages show the code beside the words. */
const TYPED: readonly string[] = [...Object.keys(CODES), 'actor', 'scopes', 'access_token_format', 'format']

export function isTyped(field: string): boolean {
  return TYPED.includes(field)
}

/** The name of the words for a code; `undefined` of a code that no table has, such as one of another release. */
export function wordOfCode(field: string, code: string): string | undefined {
  return CODES[field]?.includes(code) ? word('value', `${field}.${code}`) : undefined
}

/** Options of a long list under headings. `heading`: its name in the catalogue. */
export type OptionGroup = { heading?: string; options: readonly string[] }

/** What a filter offers whose schema takes any text. Actions are under the kinds of entries. */
export function codesOffered(field: string): OptionGroup[] {
  if (field !== 'action') return []
  return AUDIT_KINDS.map((kind) => ({
    heading: word('value', `kind.${kind}`),
    options: (CODES['action'] ?? []).filter((action) => kindOf(action) === kind).toSorted(),
  }))
}

/**
 * What people read of an app, in the languages of the pages: `client_name#ru` (OpenID Connect Registration 1.0 §2.1,
 * RFC 7591 §2.2). What is missing in a language is shown as the name without a tag has it.
 */
import { z } from 'zod'
import { languageOf } from '../words/reader-language.ts'
import { readersLanguage } from '../words/reader.ts'
import { uri } from './client-fields.ts'
import { webUriFault } from './client-uri.ts'

const name = z.string().trim().min(1).max(255).optional()
const page = uri(webUriFault).optional()

/** The fields, to be spread into the schema of a client. */
export const localizedFields = {
  'client_name#en': name,
  'client_name#zh-CN': name,
  'client_name#ru': name,
  'client_uri#en': page,
  'client_uri#zh-CN': page,
  'client_uri#ru': page,
  'policy_uri#en': page,
  'policy_uri#zh-CN': page,
  'policy_uri#ru': page,
  'tos_uri#en': page,
  'tos_uri#zh-CN': page,
  'tos_uri#ru': page,
}

export const LOCALIZED_METADATA = Object.keys(localizedFields)

/** The metadata with the tags that we know: `client_name#ru-RU` and `client_name#zh-Hans` are those of our languages. */
export function withKnownTags(metadata: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(metadata).map(([field, value]): [string, unknown] => {
    const at = field.indexOf('#')
    const language = at > 0 ? languageOf([field.slice(at + 1, at + 36)]) : undefined
    return [language ? `${field.slice(0, at)}#${language}` : field, value]
  })
  return Object.fromEntries(entries)
}

/** The field in this language, by default that of the reader. `undefined` where it is only there without a tag. */
export function inLanguage(
  client: object | undefined,
  field: 'client_name' | 'client_uri' | 'policy_uri' | 'tos_uri',
  language: string | null = readersLanguage() ?? null,
): string | undefined {
  const found: unknown = client && Object.entries(client).find(([key]) => key === `${field}#${language}`)?.[1]
  return typeof found === 'string' ? found : undefined
}

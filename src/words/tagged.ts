/**
 * Texts that others give in the languages of the pages: `client_name#ru` (OpenID Connect Registration 1.0 §2.1, RFC 7591
 * §2.2). What is missing in a language is shown as the name without a tag has it.
 */
import { LANGUAGES } from './catalogue.ts'
import type { Language } from './catalogue.ts'
import { languageOf } from './reader-language.ts'
import { readersLanguage } from './reader.ts'

/** The same value for each of the fields in each language. */
export function inEach<Field extends string, Value>(
  fields: readonly Field[],
  value: Value,
): Record<`${Field}#${Language}`, Value> {
  const tags = Object.keys(LANGUAGES)
  const entries = fields.flatMap((field) => tags.map((language) => [`${field}#${language}`, value]))
  return Object.fromEntries(entries) as Record<`${Field}#${Language}`, Value>
}

/** The fields with the tags that we know: `client_name#ru-RU` and `client_name#zh-Hans` are those of our languages. */
export function withKnownTags(fields: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(fields).map(([field, value]): [string, unknown] => {
    const at = field.indexOf('#')
    const language = at > 0 ? languageOf([field.slice(at + 1, at + 36)]) : undefined
    return [language ? `${field.slice(0, at)}#${language}` : field, value]
  })
  return Object.fromEntries(entries)
}

/** The field in this language, by default that of the reader. `undefined` where it is only there without a tag. */
export function inLanguage(
  fields: object | undefined,
  field: string,
  language: string | null = readersLanguage() ?? null,
): string | undefined {
  const found: unknown = fields && Object.entries(fields).find(([key]) => key === `${field}#${language}`)?.[1]
  return typeof found === 'string' ? found : undefined
}

/**
 * The texts of pages, mails and errors, in each language: `locales/<language>/*.ftl` (Project Fluent). English is complete,
 * and the fallback of the others.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FluentBundle, FluentResource } from '@fluent/bundle'
import type { Message, MessageArgs } from './message.ts'
import { isMessageId } from './message.ts'
import { markedArgs, partsOf, plain } from './parts.ts'
import type { Part } from './parts.ts'
import { pseudo } from './pseudo.ts'

/** The languages that people can choose, each with its own name. */
export const LANGUAGES = { en: 'English', 'zh-CN': '简体中文', ru: 'Русский' } as const

export type Language = keyof typeof LANGUAGES

/** Each letter of English with an accent, to find texts that are not in the catalogue. For developers. */
export const PSEUDO_LANGUAGE = 'en-XA'

export type Translate = {
  /** The text in this language, else in English. */
  (message: Message, args?: MessageArgs): string
  /** The same, cut at its `<slots>`, which the page fills with links and marks. */
  parts: (message: Message, args?: MessageArgs) => Part[]
  has: (id: string) => boolean
  /** For `lang` and for dates: a language tag (BCP 47). */
  language: string
}

export type Catalogue = { in: (language: string) => Translate }

const LOCALES = join(import.meta.dirname, '../../locales')

/**
 * Reads every file once. In `strict` mode, which is for developers and tests, a text that is missing or lacks an argument
 * throws. Otherwise it is shown as far as it is known.
 */
export function loadCatalogue({ strict = false } = {}): Catalogue {
  const english = readBundle('en')
  const known = new Map<string, Translate>()
  for (const language of Object.keys(LANGUAGES))
    known.set(language, translator(language, [readBundle(language), english], strict))
  known.set(PSEUDO_LANGUAGE, translator(PSEUDO_LANGUAGE, [readBundle('en', pseudo)], strict))
  const fallback = known.get('en')!
  return { in: (language) => known.get(language) ?? fallback }
}

function readBundle(language: string, transform?: (text: string) => string): FluentBundle {
  // Isolation marks would become part of addresses and names that people copy. All languages here run left to right.
  const bundle = new FluentBundle(language, { useIsolating: false, ...(transform && { transform }) })
  const folder = join(LOCALES, language)
  for (const file of readdirSync(folder).toSorted()) {
    const errors = bundle.addResource(new FluentResource(readFileSync(join(folder, file), 'utf8')))
    if (errors[0]) throw new Error(`locales/${language}/${file}: ${errors[0].message}`)
  }
  return bundle
}

function translator(language: string, bundles: readonly FluentBundle[], strict: boolean): Translate {
  const format = (message: Message, args: MessageArgs | undefined) => {
    const given = typeof message === 'string' ? { id: message, args } : message
    return formatted(bundles, given.id, markedArgs({ ...given.args, ...args }), strict)
  }
  const t = (message: Message, args?: MessageArgs) => plain(format(message, args))
  return Object.assign(t, {
    parts: (message: Message, args?: MessageArgs) => partsOf(format(message, args)),
    has: (id: string) => bundles.some((bundle) => patternOf(bundle, id) !== undefined),
    language,
  })
}

function formatted(bundles: readonly FluentBundle[], id: string, args: MessageArgs, strict: boolean): string {
  for (const bundle of bundles) {
    const pattern = patternOf(bundle, id)
    if (!pattern) continue
    const errors: Error[] = []
    const text = bundle.formatPattern(pattern, args, errors)
    if (strict && errors[0]) throw new Error(`the text ${id}: ${errors[0].message}`)
    return text
  }
  // Names that others gave, such as the title of a scope, are shown as they are.
  if (strict && isMessageId(id)) throw new Error(`no text for ${id} in locales/`)
  return id
}

function patternOf(bundle: FluentBundle, id: string) {
  const [name = '', attribute] = id.split('.')
  const message = bundle.getMessage(name)
  return attribute === undefined ? (message?.value ?? undefined) : message?.attributes[attribute]
}

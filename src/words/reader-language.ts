/** Which of our languages a reader gets. */
import { negotiateLanguages } from '@fluent/langneg'
import { LANGUAGES, PSEUDO_LANGUAGE } from './catalogue.ts'

const AVAILABLE = Object.keys(LANGUAGES)

/**
 * The first of the tags (BCP 47) that we have, most wanted first. A tag means its language: `zh`, `zh-Hans-SG` and
 * `zh-TW` are 简体中文, `ru-BY` is Русский. `undefined` if there is none.
 */
export function languageOf(tags: readonly string[], { developer = false } = {}): string | undefined {
  for (const tag of tags) {
    if (developer && tag === PSEUDO_LANGUAGE) return tag
    const [found] = negotiateLanguages([tag], AVAILABLE, { strategy: 'matching' })
    if (found !== undefined) return found
    if (/^zh\b/i.test(tag)) return 'zh-CN'
  }
  return undefined
}

import { expect } from 'chai'
import { PSEUDO_LANGUAGE } from '../../src/words/catalogue.ts'
import { renderSample } from './render-sample.ts'
import { samplePages } from './sample-pages.ts'

/** For developers of apps and their programs: `docs` shows the API, which is English. */
const FOR_DEVELOPERS = ['docs']

/** Names, formats, and what the browser counts in; `and` is of a list, which the runtime writes as it does dates and spans. */
const NAMES = 'Account Server English count and UTC CSV NDJSON hour hours minute minutes'

describe('pages in the pseudo-language', () => {
  for (const sample of samplePages.filter(({ page }) => !FOR_DEVELOPERS.includes(page)))
    it(`have every text from the catalogue: ${sample.page} (${sample.state})`, () => {
      const html = renderSample(sample, {}, PSEUDO_LANGUAGE)
      expect(html).to.match(/[àéîñôû]/)
      const given = new Set(wordsOf(`${NAMES} ${JSON.stringify(sample.locals).replaceAll('\\n', ' ')}`))
      expect(wordsOf(textOf(html)).filter((word) => !given.has(word))).to.deep.equal([])
    })
})

/** What a person reads or hears of a page. */
function textOf(html: string): string {
  const spoken = [
    ...html
      .replaceAll(/<time[^>]*>/g, '')
      .matchAll(/\s(?:aria-label|title|alt|placeholder|data-(?:hide|count|enough))="([^"]*)"/g),
  ]
  const visible = html.replaceAll(/<(script|style|svg|time)[\s\S]*?<\/\1>/g, ' ').replaceAll(/<[^>]*>/g, ' ')
  return `${visible} ${spoken.map(([, text]) => text).join(' ')}`
}

function wordsOf(text: string): string[] {
  return text.match(/(?<![\p{L}\p{N}])[A-Za-z]{3,}(?![\p{L}\p{N}])/gu) ?? []
}

import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from '@fluent/syntax'
import type { Entry } from '@fluent/syntax'
import { expect } from 'chai'
import { LANGUAGES, loadCatalogue } from '../../src/words/catalogue.ts'
import { languageOf } from '../../src/words/reader-language.ts'

const ROOT = join(import.meta.dirname, '../..')
const LOCALES = join(ROOT, 'locales')
const SLOT = /<\/?([a-z][a-zA-Z]*)\/?>/g

describe('the catalogue of texts', () => {
  const english = messagesOf('en')
  const catalogue = loadCatalogue({ strict: true })

  it('has the same texts in every language, with the same arguments and slots', () => {
    expect(Object.keys(english).length).to.be.greaterThan(20)
    for (const language of Object.keys(LANGUAGES))
      expect(messagesOf(language), language).to.deep.equal(english)
  })

  it('has every text that a page or the code names, and none that nobody names', () => {
    const used = idsIn(sourceTexts())
    const missing = [...idsIn(sourceTexts(PAGES))].filter((id) => isOfCatalogue(id) && !english[id])
    expect(missing, 'named, but not in locales/en').to.deep.equal([])
    const prefixes = prefixesInSources()
    const unused = Object.keys(english).filter(
      (id) => !used.has(id) && !prefixes.some((prefix) => id.startsWith(prefix)),
    )
    expect(unused, 'in locales/en, but not named').to.deep.equal([])
  })

  it('never lets an app’s name open a slot', () => {
    const parts = catalogue.in('en').parts('page-to-app', { app: '<b>Evil</b>' })
    expect(parts).to.deep.equal([{ text: 'to continue to ' }, { slot: 'app', text: '<b>Evil</b>' }])
  })

  it('throws for a developer where a text or an argument is missing, and else shows what there is', () => {
    expect(() => catalogue.in('en')('sign-in-nothing')).to.throw('no text for sign-in-nothing')
    expect(() => catalogue.in('en')('page-back-to-app')).to.throw('page-back-to-app')
    expect(loadCatalogue().in('ru')('sign-in-nothing')).to.equal('sign-in-nothing')
  })

  for (const [wanted, found] of [
    [['ru-BY'], 'ru'],
    [['zh'], 'zh-CN'],
    [['zh-Hans-SG'], 'zh-CN'],
    [['zh-TW'], 'zh-CN'],
    [['de', 'ru;bad', 'en-GB'], 'en'],
    [['de'], undefined],
    [['en-XA'], 'en'],
  ] as const)
    it(`answers ${found ?? 'nothing'} to ${wanted.join(', ')}`, () => {
      expect(languageOf(wanted)).to.equal(found)
    })
})

/** The arguments and slots of each text, by `id` or `id.attribute`. */
function messagesOf(language: string): Record<string, string[]> {
  const folder = join(LOCALES, language)
  const found: Record<string, string[]> = {}
  for (const file of readdirSync(folder)) {
    for (const entry of parse(readFileSync(join(folder, file), 'utf8'), {}).body)
      collect(found, entry, `${language}/${file}`)
  }
  return found
}

function collect(found: Record<string, string[]>, entry: Entry, file: string): void {
  if (entry.type === 'Junk') throw new Error(`${file}: ${entry.content}`)
  if (entry.type !== 'Message') return
  const texts = [
    [entry.id.name, entry.value] as const,
    ...entry.attributes.map(({ id, value }) => [`${entry.id.name}.${id.name}`, value] as const),
  ]
  for (const [id, pattern] of texts) {
    if (!pattern) continue
    if (found[id]) throw new Error(`${file}: ${id} is there twice`)
    const whole = JSON.stringify(pattern)
    const args = [...whole.matchAll(/"VariableReference","id":\{"type":"Identifier","name":"(\w+)"/g)]
    const slots = [...whole.matchAll(SLOT)]
    found[id] = [...new Set([...args, ...slots].map(([, name]) => name ?? ''))].toSorted()
  }
}

const ID = /['"`]([a-z][a-z0-9]*(?:-[a-z0-9]+)+)(?!\.(?:ts|json)\b)(\.[a-z]+)?['"`]/g
const PREFIX = /['"`]([a-z][a-z0-9]*(?:-[a-z0-9]+)*-)\$\{/g

function idsIn(sources: readonly string[]): Set<string> {
  return new Set(
    sources.flatMap((text) => [...text.matchAll(ID)].map(([, id = '', attribute = '']) => id + attribute)),
  )
}

function prefixesInSources(): string[] {
  return sourceTexts().flatMap((text) => [...text.matchAll(PREFIX)].map(([, prefix]) => prefix ?? ''))
}

/** Elsewhere, commands and settings have names that look like ids. */
const PAGES = ['src/interaction', 'src/pages', 'src/protocol/device', 'src/protocol/logout', 'views']

function sourceTexts(folders: readonly string[] = ['src', 'views']): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(?:ts|ejs)$/.test(file))
      .map((file) => readFileSync(join(ROOT, folder, file), 'utf8')),
  )
}

const FILES = readdirSync(join(LOCALES, 'en'))
const MAILS = readFileSync(join(ROOT, 'src/outbox/mail-request.ts'), 'utf8')

// Other names in quotes look alike. The first word of an id is the name of its file. Views and mails are no texts.
function isOfCatalogue(id: string): boolean {
  const isOfFile = FILES.some((file) => id.startsWith(file.replace('.ftl', '-')))
  const isOther = /-pages(?:\.ts)?$/.test(id) || MAILS.includes(`'${id}'`)
  return isOfFile && !isOther && !existsSync(join(ROOT, 'views', `${id}.ejs`))
}

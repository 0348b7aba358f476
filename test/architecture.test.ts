import { readFileSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect } from 'chai'
import {
  floorOf,
  FLOORS,
  folderOf,
  importedFiles,
  importsOf,
  isAllowed,
  sources,
  SRC,
} from './support/source-tree.ts'

/** Who may import Koa or a part of it; everything else knows nothing of HTTP. */
const MAY_IMPORT_KOA = [
  /^feature\.ts$/,
  /^http\//,
  /\.routes\.ts$/,
  /^provider\/contract\/current-provider\.ts$/,
  /^provider\/provider\.ts$/,
  /^process\/routes\.ts$/,
  /^app\.ts$/,
]
const KOA = /^(koa|koa-.*|@koa\/.*)$/

/** What the library does not publish: an upgrade may change it without a word. */
const PRIVATE = /^oidc-provider\/lib\//

/** Names that say nothing about what a file owns, alone or at the end of a name. */
const SAYS_NOTHING = /^common$|(^|-)(utils?|helpers?|managers?|services?)$/
/** What is passed from the bottom of a process to every feature. */
const FINE_ALL_THE_SAME = ['services']
const MAX_LINES = 300
/** Of one folder, its own files alone. */
const MAX_FILES = 20
const MAX_FOLDER_LINES = 1500
const FEWEST_FILES = 80
/** Types that only describe what a function is called with. */
const BAG = /^(?:export )?(?:type|interface) \w*(?:Needs|Given|Parts)\b/gm
const MOST_BAGS = 30

describe('architecture', () => {
  it('is checked on the real source files and their imports', () => {
    expect(sources).to.have.length.greaterThan(FEWEST_FILES)
    expect(sources.flatMap(importedFiles)).to.have.length.greaterThan(3 * FEWEST_FILES)
    const app = sources.find(({ file }) => file === 'app.ts')
    expect(app?.imports).to.include('koa')
  })

  it('reads every way of importing', () => {
    const text = `import a from 'a'\nimport {\n  b,\n} from 'b'\nimport type { C } from 'c'\nexport { d } from 'd'
import 'e'\nconst f = await import('f')\nconst text = "not from 'g'"`
    expect(importsOf(text)).to.eql(['a', 'b', 'c', 'd', 'e', 'f'])
  })

  it('gives every folder a floor', () => {
    const homeless = new Set(sources.map(({ file }) => folderOf(file)).filter((name) => floorOf(name) < 0))
    expect([...homeless]).to.eql([])
  })

  it('names no folder that does not exist', () => {
    const folders = new Set(sources.map(({ file }) => folderOf(file)))
    const isThere = (name: string) =>
      name.endsWith('/*') ? [...folders].some((one) => dirname(one) === dirname(name)) : folders.has(name)
    expect(FLOORS.flat().filter((name) => !isThere(name))).to.eql([])
  })

  it('imports only downward, and never between folders of one floor', () => {
    const wrong = sources.flatMap((source) =>
      importedFiles(source)
        .filter((to) => !isAllowed(source.file, to))
        .map((to) => `${source.file} imports ${to}`),
    )
    expect(wrong).to.eql([])
  })

  it('imports Koa only at the HTTP edge', () => {
    const wrong = sources
      .filter(({ file, imports }) => imports.some((name) => KOA.test(name)) && !atEdge(file))
      .map(({ file }) => file)
    expect(wrong).to.eql([])
  })

  it('uses private parts of the protocol library in one folder alone', () => {
    const reaching = sources.filter(({ imports }) => imports.some((name) => PRIVATE.test(name)))
    expect(new Set(reaching.map(({ file }) => dirname(file)))).to.eql(new Set(['provider/library']))
  })

  it('has no files that import each other in a circle', () => {
    const arrows = new Map(sources.map((source) => [source.file, importedFiles(source)]))
    const reaches = (from: string, seen = new Set<string>()): Set<string> => {
      for (const to of arrows.get(from) ?? []) if (!seen.has(to)) reaches(to, seen.add(to))
      return seen
    }
    expect([...arrows.keys()].filter((file) => reaches(file).has(file))).to.eql([])
  })

  it('keeps folders small enough to read, folder by folder', () => {
    const folders = Map.groupBy(sources, ({ file }) => folderOf(file))
    const sizes = [...folders].map(([folder, files]) => ({
      folder,
      files: files.length,
      lines: files.reduce((sum, { text }) => sum + text.split('\n').length - 1, 0),
    }))
    const large = sizes.filter(({ files, lines }) => files > MAX_FILES || lines > MAX_FOLDER_LINES)
    expect(large).to.eql([])
  })

  it('names few types after their use: functions take Pick<Services, …>, plain values or a noun', () => {
    const bags = sources.flatMap(({ file, text }) =>
      [...text.matchAll(BAG)].map(([declared]) => `${file}: ${declared}`),
    )
    expect(bags, bags.join('\n')).to.have.length.within(1, MOST_BAGS)
  })

  it(`has no file of more than ${MAX_LINES} lines`, () => {
    const long = sources.filter(({ text }) => text.split('\n').length - 1 > MAX_LINES)
    expect(long.map(({ file }) => file)).to.eql([])
  })

  it('names files and folders in kebab case after what they are', () => {
    const names = sources.flatMap(({ file }) => file.split('/').map((part) => basename(part, '.ts')))
    expect(names.filter((name) => !isWellNamed(name))).to.eql([])
  })
})

function atEdge(file: string): boolean {
  return MAY_IMPORT_KOA.some((pattern) => pattern.test(file))
}

function isWellNamed(name: string): boolean {
  const isKebabCase = /^[a-z0-9]+([-.][a-z0-9]+)*$/.test(name)
  return isKebabCase && (!SAYS_NOTHING.test(name) || FINE_ALL_THE_SAME.includes(name))
}

describe('the tests', () => {
  it('set no time limit below the common one, which allows for a busy machine', () => {
    const root = join(SRC, '..')
    const { timeout } = JSON.parse(readFileSync(join(root, '.mocharc.json'), 'utf8')) as { timeout: number }
    const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    const shorter = files
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => {
        const text = readFileSync(join(root, 'test', file), 'utf8')
        const limits = [...text.matchAll(/(?:this|\))\.timeout\((\d[\d_]*)\)/g)]
        return limits
          .filter(([, limit = '']) => Number(limit.replaceAll('_', '')) <= timeout)
          .map(
            ([found]) =>
              `test/${file}: ${found} is no more than the ${timeout} ms of .mocharc.json; leave it out`,
          )
      })
    expect(files.length).to.be.above(FEWEST_FILES)
    expect(shorter).to.eql([])
  })
})

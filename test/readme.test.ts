import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { expect } from 'chai'
import { loadConfig } from '../src/settings/config.ts'
import { GENERATED_DOCUMENTS } from './documents/documents.ts'
import { makeCertificate } from './provider/binding/certificates.ts'

const HOME = fileURLToPath(new URL('..', import.meta.url))
const MOST_LINES_OF_README = 150
/** Paths in code marks; one with a placeholder is none. */
const PATHS = /`((?:src|test|views|migrations|scripts|docs|examples|seeds)\/[\w./-]+)`/g
const documents = [...markdownIn('.', false), ...markdownIn('docs', true)]

describe('the documents', () => {
  for (const { file, renew } of GENERATED_DOCUMENTS)
    it(`hold in ${file} what the source says`, async () => {
      const text = textOf(file)
      expect(await renew(text), 'run npm run docs').to.equal(text)
    })

  it('name only npm scripts that exist, and every one of them to developers', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: object }
    const known = Object.keys(scripts)
    for (const document of documents)
      for (const name of scriptsNamedIn(document))
        expect(known, `${document}: npm run ${name}`).to.include(name)
    const forDevelopers = ['README.md', 'CONTRIBUTING.md'].flatMap(scriptsNamedIn)
    expect(new Set(forDevelopers)).to.have.all.keys(known)
  })

  it('begin with a README that is short enough to read', () => {
    expect(textOf('README.md').trimEnd().split('\n')).to.have.length.of.at.most(MOST_LINES_OF_README)
  })

  it('link only to files that exist', () => {
    expect(documents).to.include.members(['README.md', 'docs/clients.md', 'docs/clients/errors.md'])
    for (const document of documents) {
      // Code shows addresses of other programs.
      const prose = textOf(document).replaceAll(/^```[\s\S]*?^```$/gm, '')
      const targets = [...prose.matchAll(/\]\(([^)#\s]+)[^)]*\)|(?:src|srcset)="([^"]+)"/g)].map(
        ([, a, b]) => a ?? b ?? '',
      )
      for (const target of targets.filter((one) => !/^https?:/.test(one)))
        expect(existsSync(resolve(HOME, dirname(document), target)), `${document}: ${target}`).to.equal(true)
    }
  })

  it('name only files of the project that there are', () => {
    for (const document of ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'])
      for (const [, path = ''] of textOf(document).matchAll(PATHS))
        expect(existsSync(join(HOME, path)), `${document}: ${path}`).to.equal(true)
  })

  it('come with an .env.example that is a valid configuration when its lines are used', () => {
    const lines = textOf('.env.example').replace(/^#(?=ACCOUNT)/gm, '')
    const folder = mkdtempSync(join(tmpdir(), 'env-'))
    const { key, cert } = makeCertificate()
    const contents: Record<string, string> = { CERT: cert, KEY: key, CLIENT_CA: cert }
    const given = Object.entries(parseEnv(lines))
    const environment = given.map(([name, value]) => {
      if (!name.endsWith('_FILE')) return [name, value]
      const file = join(folder, name)
      const kind = /MTLS_(.*)_FILE/.exec(name)?.[1] ?? ''
      writeFileSync(file, contents[kind] ?? 'a secret of the tests, long enough to be one')
      return [name, file]
    })
    expect(given.length).to.be.greaterThan(8)
    expect(loadConfig(Object.fromEntries(environment) as Record<string, string>).mode).to.equal('service')
    rmSync(folder, { recursive: true })
  })
})

function textOf(document: string): string {
  return readFileSync(join(HOME, document), 'utf8')
}

function scriptsNamedIn(document: string): string[] {
  const named = textOf(document).matchAll(/npm (?:run (?:--silent )?([\w-]+)|(start|test)\b)/g)
  return [...named].map(([, script, short]) => script ?? short ?? '')
}

function markdownIn(folder: string, recursive: boolean): string[] {
  const names = readdirSync(join(HOME, folder), { recursive, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.md')).map((name) => join(folder, name))
}

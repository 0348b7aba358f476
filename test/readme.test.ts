import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { expect } from 'chai'
import { loadConfig } from '../src/settings/config.ts'
import { NOUNS } from '../src/cli/nouns.ts'
import { makeCertificate } from './provider/binding/certificates.ts'
import { withSettings } from './support/settings-table.ts'

const HOME = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(join(HOME, 'README.md'), 'utf8')
const documents = ['README.md', ...markdownIn('docs')]

describe('the README', () => {
  it('lists every setting as the schema has it', () => {
    expect(withSettings(readme), 'run npm run readme').to.equal(readme)
  })

  it('names only npm scripts that exist, and all of them', () => {
    const { scripts } = JSON.parse(readFileSync(join(HOME, 'package.json'), 'utf8')) as { scripts: object }
    const named = new Set(
      [...readme.matchAll(/npm (?:run (?:--silent )?([\w-]+)|(start|test))/g)].map(([, a, b]) => a ?? b),
    )
    expect([...named]).to.have.members(Object.keys(scripts))
  })

  it('lists every command of the command line', () => {
    const table = readme.slice(readme.indexOf('## The operator’s') + 1)
    for (const { name, commands } of NOUNS) {
      const row = table.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${name}\``))
      expect(row, name).to.be.a('string')
      for (const { verb } of commands) if (verb) expect(row).to.include(`\`${verb}\``)
    }
  })

  it('links only to files that exist, as all documents do', () => {
    for (const document of documents) {
      const text = readFileSync(join(HOME, document), 'utf8')
      const targets = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)|src="([^"]+)"/g)].map(
        ([, a, b]) => a ?? b ?? '',
      )
      for (const target of targets.filter((one) => !/^https?:/.test(one)))
        expect(existsSync(resolve(HOME, dirname(document), target)), `${document}: ${target}`).to.equal(true)
    }
  })

  it('comes with an .env.example that is a valid configuration once its lines are put to use', () => {
    const lines = readFileSync(join(HOME, '.env.example'), 'utf8').replace(/^#(?=ACCOUNT)/gm, '')
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

function markdownIn(folder: string): string[] {
  const names = readdirSync(join(HOME, folder), { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.md')).map((name) => join(folder, name))
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { embeddedPlace } from './command-line.ts'

// NODE_OPTIONS is split at blanks, which an address does not have.
const PROBE = pathToFileURL(join(import.meta.dirname, '../support/module-probe.mjs')).href

describe('What the command line loads', () => {
  const place = embeddedPlace()
  after(place.remove)

  /** The packages that a command loaded, of those in node_modules. */
  async function packagesOf(args: string[], code: number): Promise<string[]> {
    const file = join(place.folder, `${args.join('-')}.json`)
    const env = { NODE_OPTIONS: `--import=${PROBE}`, MODULES_FILE: file }
    expect(await place.cli(args, { env }), args.join(' ')).to.include({ code })
    return JSON.parse(readFileSync(file, 'utf8')) as string[]
  }

  for (const { what, args, code } of [
    { what: 'the help', args: ['--help'], code: 0 },
    { what: 'the help of a noun', args: ['account', '--help'], code: 0 },
    { what: 'the help of a command', args: ['client', 'create', '--help'], code: 0 },
    { what: 'the version', args: ['--version'], code: 0 },
    { what: 'a mistake', args: ['account', 'create', '--emial', 'a@example.com'], code: 1 },
  ])
    it(`is no package for ${what}`, async () => {
      expect(await packagesOf(args, code)).to.eql([])
    })

  it('is only what reads the settings for config', async () => {
    expect(await packagesOf(['config'], 0)).to.have.members(['zod', 'ipaddr.js'])
  })

  it('is a database for a command that uses one', async () => {
    const packages = await packagesOf(['outbox', 'list-dead'], 0)
    expect(packages).to.include.members(['knex', 'better-sqlite3'])
  })
})

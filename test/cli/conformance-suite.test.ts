import { execFile } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { embeddedPlace } from './command-line.ts'
import type { Place } from './command-line.ts'

type Jwks = { keys: Record<string, string>[] }
type Configuration = {
  alias: string
  client: { client_id?: string; client_secret?: string; jwks?: Jwks }
  client2: { jwks?: Jwks }
  mtls?: { cert: string; key: string }
  mtls2?: { cert: string; key: string }
}

describe('npm run suite', function () {
  let place: Place
  let folder: string
  const suite = (...args: string[]) =>
    promisify(execFile)(process.execPath, [join(import.meta.dirname, '../../seeds/suite.ts'), ...args])
  const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown
  const failure = ({ stderr }: { stderr: string }) => stderr

  before(async () => {
    place = embeddedPlace()
    mkdirSync(place.folder, { recursive: true })
    folder = join(place.folder, 'suite')
    await suite('keys', folder)
  })
  after(() => place.remove())

  it('makes keys for both clients, and keeps the private halves apart and to itself', () => {
    const kept = read('private.json') as Record<
      'client' | 'client2',
      { jwks: Jwks; cert: string; key: string }
    >
    expect(statSync(join(folder, 'private.json')).mode & 0o777).to.equal(0o600)
    expect(readFileSync(join(folder, 'seed.json'), 'utf8')).not.to.match(/"d":|PRIVATE/)
    for (const [name, { jwks, cert, key }] of Object.entries(kept)) {
      expect(jwks.keys[0], name).to.include({ kty: 'RSA', alg: 'PS256' }).and.to.have.property('d')
      const certificate = new X509Certificate(cert)
      expect(certificate.checkPrivateKey(createPrivateKey(key)), name).to.equal(true)
      expect(certificate.verify(certificate.publicKey), name).to.equal(true)
      expect(Date.parse(certificate.validTo), name).to.be.above(Date.now() + 300 * 86_400_000)
    }
    expect(kept.client.jwks.keys[0]?.['n']).not.to.equal(kept.client2.jwks.keys[0]?.['n'])
  })

  it('writes over no keys', async () => {
    const before = readFileSync(join(folder, 'private.json'), 'utf8')
    expect(await suite('keys', folder).catch(failure)).to.match(/^suite: .*already exists/)
    expect(readFileSync(join(folder, 'private.json'), 'utf8')).to.equal(before)
  })

  it('writes a file for each run of a plan, which lacks nothing', async () => {
    writeFileSync(
      join(folder, 'some.json'),
      JSON.stringify({ ...(read('seed.json') as object), plans: ['basic', 'fapi2-security'] }),
    )
    const seeded = await place.json(['seed', 'conformance', join(folder, 'some.json')])
    writeFileSync(join(folder, 'clients.json'), JSON.stringify(seeded))
    const { stdout } = await suite('configurations', folder)
    const files = readdirSync(join(folder, 'configurations'))
    expect(stdout.trim().split('\n')).to.have.length(files.length)
    expect(stdout).to.match(/^fapi2-security-profile-final-test-plan(\[\w+=\w+\])+ .*\.json$/m)
    for (const name of files) {
      const { client, client2, mtls, mtls2 } = read(`configurations/${name}`) as Configuration
      const fapi = name.includes('fapi2')
      expect(client.client_secret !== undefined, name).to.equal(!fapi && client.client_id !== undefined)
      expect(
        [client.jwks?.keys[0], client2.jwks?.keys[0]].map((key) => key?.['d'] !== undefined),
        name,
      ).to.eql([fapi, fapi])
      for (const pair of [mtls, mtls2]) expect(/BEGIN PRIVATE KEY/.test(pair?.key ?? ''), name).to.equal(fapi)
    }
  })

  it('says what it takes', async () => {
    for (const args of [[], ['keys'], ['other', folder]])
      expect(await suite(...args).catch(failure), args.join(' ')).to.equal(
        'suite: takes: keys FOLDER, or: configurations FOLDER\n',
      )
  })
})

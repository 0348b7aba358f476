import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { loadConfig } from '../../src/settings/config.ts'
import { makeCertificate } from '../provider/binding/certificates.ts'
import { CLI_LINE, embeddedPlace, inFolder, wordsOf } from '../cli/command-line.ts'
import type { Place } from '../cli/command-line.ts'
import { startNameServer } from '../cli/name-server.ts'
import { BLOCKS, PAGES } from './pages.ts'

const OPERATIONS = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8')
const shell = BLOCKS.filter(({ language }) => language === 'sh' || language === 'ini')
const scripts = [...shell.map(({ code }) => code), ...shellOf(OPERATIONS)]

describe('the commands of the documents', function () {
  let place: Place
  let names: Awaited<ReturnType<typeof startNameServer>>

  before(async () => {
    names = await startNameServer({})
    place = embeddedPlace()
    mkdirSync(place.folder, { recursive: true })
    await place.json(['migrate'])
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256' }
    writeFileSync(join(place.folder, 'keys.json'), JSON.stringify({ keys: [jwk] }))
    for (const { language, code } of BLOCKS.filter((one) => one.language === 'json')) {
      const file = fileOf(code)
      expect(file, `${language} that is a file of some command`).to.be.a('string')
      writeFileSync(join(place.folder, String(file)), code)
    }
    const [, claims = ''] = /^```json\n(\{\s*"custom_claims"[\s\S]*?)^```$/m.exec(OPERATIONS) ?? []
    writeFileSync(join(place.folder, 'claims.json'), claims)
  })

  after(async () => {
    await names.stop()
    await place.remove()
  })

  it('are all known to the command line and do what they say', async () => {
    const lines = scripts.flatMap((code) => code.replaceAll('\\\n', ' ').split('\n'))
    const commands = lines.filter((line) => line.startsWith(CLI_LINE))
    expect(commands).to.have.length.above(12)
    const api = 'https://ledger.example.com/'
    await place.json(['resource', 'create', '--identifier', api, '--scope', 'ledger:read'])
    const password = ['--password', 'copper kettle on the moor']
    await place.json(['account', 'create', '--email', 'person@example.com', '--verified', ...password])
    const { cert, key } = makeCertificate()
    // As the operator's chapter on client certificates says.
    const env = {
      ACCOUNT_SERVER_MTLS_PORT: '8743',
      ACCOUNT_SERVER_MTLS_CERT: cert,
      ACCOUNT_SERVER_MTLS_KEY: key,
      ACCOUNT_SERVER_MTLS_CLIENT_CA: cert,
    }
    const resources = new Set<string>([api])
    const first = await place.json([
      'client',
      'create',
      '--name',
      'A',
      '--redirect-uri',
      'https://a.example.com/',
    ])
    // Before the clients that name them, the resource servers; one that is there twice is the same one.
    const order = commands.toSorted(
      (a, b) => Number(b.includes(' resource ')) - Number(a.includes(' resource ')),
    )
    for (const command of order) {
      const words = wordsOf(command.slice(CLI_LINE.length).replace(/\s#.*$/, ''))
      const identifier = words[words.indexOf('--identifier') + 1] ?? ''
      if (words[1] === 'create' && resources.has(identifier)) continue
      if (words[0] === 'resource') resources.add(identifier)
      const given = words.map((word) => here(word, first.client_id))
      const answer = await place
        .json(withoutWaiting(given, names.address), env)
        .catch((error: unknown) => String(error))
      expect(answer, command).to.be.an('object')
    }
  })

  it('set what the settings have', () => {
    const settings = scripts.flatMap((code) => [...code.matchAll(/^(ACCOUNT_SERVER_\w+)=(\S+)/gm)])
    expect(settings).to.have.length.above(2)
    const given = Object.fromEntries(settings.map(([, name = '', value = '']) => [name, value]))
    expect(() => loadConfig({ ...place.env, ...given })).not.to.throw()
  })

  function here(word: string, clientId: string): string {
    if (word === '<client_id>' || word === 'CLIENT_ID') return clientId
    return inFolder(place, word)
  }
})

/** Here is no worker that takes the test letter, and a machine may have no name server: both would be waited for. */
function withoutWaiting(words: string[], nameServer: string): string[] {
  if (words[0] !== 'mail') return words
  const at = words.indexOf('--dns-server')
  const asking = at < 0 ? [...words, '--dns-server', nameServer] : words.with(at + 1, nameServer)
  return asking.includes('--to') ? [...asking, '--wait', '1'] : asking
}

/** Which file a block of JSON is, by what it holds. */
function fileOf(json: string): string | undefined {
  const fields = Object.keys(JSON.parse(json) as object)
  const files: [string, string][] = [
    ['backchannel_token_delivery_mode', 'ciba.json'],
    ['fields', 'payment.json'],
    ['application_type', 'native.json'],
    ['tls_client_auth_subject_dn', 'certificate.json'],
    ['id_token_encrypted_response_alg', 'encrypted.json'],
    ['backchannel_logout_uri', 'logout.json'],
  ]
  const file = files.find(([field]) => fields.includes(field))?.[1]
  return file && [...PAGES.values()].some((text) => text.includes(file)) ? file : undefined
}

function shellOf(text: string): string[] {
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code)
}

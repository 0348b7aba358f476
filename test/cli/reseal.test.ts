import { randomUUID } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { SignJWT } from 'jose'
import { loadConfig } from '../../src/settings/config.ts'
import { secretForLibrary } from '../../src/clients/client-secret.ts'
import { createClient, findClientWithSecret } from '../../src/clients/clients.ts'
import { loadKeySet } from '../../src/keys/key-set.ts'
import type { SealedColumn } from '../../src/platform/sql/reseal.ts'
import { sealedColumns } from '../../src/process/sealed-columns.ts'
import { createParts } from '../../src/process/start/parts.ts'
import { embeddedPlace, PLACES } from './command-line.ts'
import type { Place } from './command-line.ts'
import { serverAt } from './server-at.ts'
import type { ServerAt } from './server-at.ts'

const OLD = 'the data key of before which is long enough for one'
const NEW = 'the data key of tomorrow which is long enough for one'
const CLIENTS = 120

type DataKey = { id: string; state: string; sealed: Record<string, number> }

for (const [name, openPlace] of Object.entries(PLACES))
  describe(`keys reseal beside a running server on ${name}`, function () {
    let place: Place
    let server: ServerAt | undefined
    let origin: string

    before(async () => {
      place = await openPlace()
      server = await serverAt(place, {
        // The first step of a rotation: every process can open what the next one will seal. The server still seals the ends of the
        // audit trail with the old key.
        ACCOUNT_SERVER_DATA_KEYS: `${OLD},${NEW}`,
      })
      origin = server.origin
    })
    after(async () => {
      await server?.stop()
      await place.remove()
    })

    const partsWith = (keys: string) =>
      createParts(
        loadConfig({ ...place.env, ACCOUNT_SERVER_DATA_KEYS: keys, ACCOUNT_SERVER_LOG_DIR: place.folder }),
      )
    const cli = (keys: string, ...args: string[]) => place.json(args, { ACCOUNT_SERVER_DATA_KEYS: keys })

    const signedIn = async (id: string, secret: string) => {
      const claims = { iss: id, sub: id, aud: origin, jti: randomUUID() }
      const jwt = new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuedAt()
        .setExpirationTime('1m')
      const form = {
        grant_type: 'client_credentials',
        client_id: id,
        client_assertion: await jwt.sign(Buffer.from(secret)),
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      }
      return (await fetch(`${origin}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) }))
        .status
    }

    it('leaves nothing that needs the old key, while the server goes on', async () => {
      const parts = await partsWith(OLD)
      const input = {
        client_name: 'Job',
        grant_types: ['client_credentials' as const],
        token_endpoint_auth_method: 'client_secret_jwt' as const,
      }
      const clients = []
      for (let made = 0; made < CLIENTS; made += 1) clients.push(await createClient(parts.db, input, parts))
      await parts.outbox.record(parts.db, { topic: 'elsewhere', payload: { link: 'the content' } })
      await parts.close()
      const [{ client_id: id, client_secret: secret = '' }] = clients as [(typeof clients)[0]]

      const statuses: number[] = []
      let running = true
      const load = (async () => {
        while (running) statuses.push(await signedIn(id, secret))
      })()
      const { data_key: current, ...counts } = await cli(`${NEW},${OLD}`, 'keys', 'reseal')
      running = false
      await load
      expect(counts['client_secrets']).to.eql({ resealed: CLIENTS, unreadable: 0 })
      expect(counts['signing_keys']).to.eql({ resealed: 4, unreadable: 0 })
      expect(counts['encryption_keys']).to.eql({ resealed: 3, unreadable: 0 })
      expect((counts['outbox_messages'] as { resealed: number }).resealed).to.be.at.least(1)
      expect(new Set(statuses)).to.eql(new Set([200]))

      const { data_keys } = await cli(`${NEW},${OLD}`, 'keys', 'list-sealed')
      const [first, second] = data_keys as DataKey[]
      expect(first).to.include({ id: current, state: 'current' })
      expect(first!.sealed).to.include({ client_secrets: CLIENTS, signing_keys: 4 })
      expect(second).to.include({ state: 'older' })
      const {
        ends_of_the_audit_trail: _ends,
        anchors_of_the_audit_trail: _anchors,
        ...others
      } = second!.sealed
      expect(Object.values(others)).to.eql(Object.values(others).map(() => 0))

      const withoutOld = await partsWith(NEW)
      expect((await loadKeySet(withoutOld.db, withoutOld.sealer)).jwks.keys).to.have.length(7)
      const found = await findClientWithSecret(withoutOld.db, id)
      expect(secretForLibrary(withoutOld.sealer, id, found!.secret)).to.equal(secret)
      await withoutOld.close()
    })

    it('says what was sealed with a key that is not configured, and leaves it', async () => {
      const stranger = 'a data key that somebody forgot which is long enough'
      const { signing_keys: keys } = await cli(stranger, 'keys', 'reseal')
      expect(keys).to.eql({ resealed: 0, unreadable: 4 })
      const { data_keys } = await cli(stranger, 'keys', 'list-sealed')
      const [first, ...unknown] = (data_keys as DataKey[]).map(({ state }) => state)
      expect(first).to.equal('current')
      expect(new Set(unknown)).to.eql(new Set(['unknown']))
      const text = await place.text(['keys', 'reseal'], { ACCOUNT_SERVER_DATA_KEYS: stranger })
      expect(text).to.contain('signing keys: 0 sealed again; 4 cannot be opened with any of DATA_KEYS\n')
    })
  })

describe('what is sealed with the data key', () => {
  // What is sealed and not in a column that `keys reseal` has to know.
  const NOT_IN_SQL: Record<string, string> = {
    'protocol/challenge/auth-session.ts': 'in the grant store, for ten minutes',
    'platform/sql/reseal.ts': 'seals again',
    'moving/rows/passphrase.ts': 'in a file, with a key made of the passphrase of its operator',
    'moving/sealed-factors.ts': 'in the same file, with the same key',
    'interaction/restart.ts': 'in an address: lives as long as an open page',
    'http/request/sealed-entries.ts': 'in a cookie, for two days at most',
    'interaction/remembered-accounts.ts': 'in a cookie: a convenience that may be forgotten',
    'pages/security/page-memory.ts': 'in a cookie, for an hour',
    'pages/errors/try-later.routes.ts': 'in an address, for as long as a form is refused',
    'admin/console-session.ts': 'in a cookie, for an hour',
    'pages/upstream/sign-out.routes.ts': 'in a cookie, for a quarter of an hour',
    'passkeys/options.ts': 'in a page: the handle of a person without a passkey, used while the page is open',
    'interaction/proof/recent-proof.ts': 'in a cookie, for ten minutes',
    'attempts/mailbox-pass.ts': 'in a cookie, for as long as the pass',
    'attempts/puzzle.ts': 'in a page, for ten minutes',
    'account-cache/account-cache.ts': 'in Redis, for five minutes, with a key of its own',
    'provider/records/session-records.ts': 'in the grant store, with keys of its own',
    'provider/records/record-payload.ts': 'in the grant store, with keys of its own',
    'provider/records/unit-of-work.ts': 'with a key made of the token itself',
  }
  const source = join(import.meta.dirname, '../../src')
  const filesWith = (what: RegExp) =>
    globSync('**/*.ts', { cwd: source }).filter((file) => what.test(readFileSync(join(source, file), 'utf8')))
  const exporting = filesWith(/^export const SEALED_\w+: (readonly )?SealedColumn\b/m)

  it('is in a column that its noun exports, wherever it is sealed', () => {
    const sealing = filesWith(/[sS]ealer(\([^)]*\))?\s*\.seal\(/)
    for (const file of Object.keys(NOT_IN_SQL)) expect(sealing, file).to.include(file)
    const folders = exporting.map((file) => dirname(file))
    const unknown = sealing.filter((file) => !(file in NOT_IN_SQL) && !folders.includes(dirname(file)))
    expect(unknown).to.eql([])
  })

  it('is in the list, whichever noun exports it', async () => {
    const place = embeddedPlace()
    const parts = await createParts(loadConfig({ ...place.env, ACCOUNT_SERVER_LOG_DIR: place.folder }))
    const listed = sealedColumns(parts.features).map(({ what }) => what)
    await parts.close()
    await place.remove()
    expect(exporting.length).to.be.at.least(6)
    for (const file of exporting) expect(listed, file).to.include.members(await columnsOf(file))
  })

  async function columnsOf(file: string): Promise<string[]> {
    const exported = (await import(join(source, file))) as Record<string, SealedColumn | SealedColumn[]>
    const names = Object.keys(exported).filter((name) => name.startsWith('SEALED_'))
    return names.flatMap((name) => exported[name] ?? []).map(({ what }) => what)
  }
})

import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import sharp from 'sharp'
import { createAccount } from '../../src/accounts/account.ts'
import { createClient, disableClient, rotateClientSecret } from '../../src/clients/clients.ts'
import { findClientWithSecret } from '../../src/clients/clients.ts'
import { compareClientSecret, secretForLibrary } from '../../src/clients/client-secret.ts'
import { rememberConsent } from '../../src/consents/consents.ts'
import { createWebhook, signingSecrets } from '../../src/event-sinks/webhooks/webhooks.ts'
import { renewCodes } from '../../src/factors/recovery-codes.ts'
import { newTotpSecret, OWN_TOTP } from '../../src/factors/totp-code.ts'
import { insertTotp } from '../../src/factors/totp.ts'
import { createGroup } from '../../src/groups/groups.ts'
import { addMember } from '../../src/groups/members.ts'
import { ensureAllKeys, loadKeySet } from '../../src/keys/key-set.ts'
import { rotateSigningKeys } from '../../src/keys/signing-keys.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { createInitialAccessToken } from '../../src/protocol/registration/initial-access-tokens.ts'
import { allowExchange } from '../../src/protocol/token-exchange/exchange-rules.ts'
import { setPicture } from '../../src/pictures/pictures.ts'
import { createResource } from '../../src/resources/resources.ts'
import { opened, PASSPHRASE } from './opened-export.ts'
import { embeddedPlace, servicePlace } from '../cli/command-line.ts'
import type { Place } from '../cli/command-line.ts'
import { giveLogo, photo } from '../pictures/samples.ts'

const SEALED = [
  'signing_keys',
  'encryption_keys',
  'clients',
  'resources',
  'webhooks',
  'accounts',
  'account_totps',
]

describe('cli export and import of everything', function () {
  const from = withTheSecret(embeddedPlace())
  const file = join(from.folder, 'moving.ndjson')
  const passphraseFile = join(from.folder, 'passphrase.txt')
  const withPassphrase = ['--passphrase-file', passphraseFile]
  let server: Parts
  let known: { basic: string; basicSecret: string; raw: string; rawSecret: string; webhook: string }

  before(async () => {
    writeFileSync(passphraseFile, `${PASSPHRASE}\n`)
    server = await from.prepared()
    known = await fill(server)
  })
  after(from.remove)

  async function moved(to: Place): Promise<Parts> {
    await from.json(['export', file, ...withPassphrase])
    const report = await to.json(['import', file, ...withPassphrase])
    expect(report).to.include({ refused: 0, imported: 4 })
    return await to.open()
  }

  for (const [name, openPlace] of Object.entries({
    'another SQLite': async () => withTheSecret(embeddedPlace()),
    MariaDB: servicePlace,
  }))
    it(`come back equal, line by line, from ${name} [A21]`, async () => {
      const to = await openPlace()
      const target = await moved(to)
      try {
        const again = join(to.folder, 'again.ndjson')
        await to.json(['export', again, ...withPassphrase])
        expect(await opened(again)).to.equal(await opened(file))
        const { client, secret } = (await findClientWithSecret(target.db, known.basic))!
        const stored = secretForLibrary(target.sealer, client.clientId, secret)
        expect(compareClientSecret(stored, known.basicSecret), 'a hashed secret').to.equal(true)
        const raw = (await findClientWithSecret(target.db, known.raw))!
        expect(secretForLibrary(target.sealer, known.raw, raw.secret)).to.equal(known.rawSecret)
        expect(await signingSecrets(target, known.webhook)).to.eql(
          await signingSecrets(server, known.webhook),
        )
        const keys = async (parts: Parts) => (await loadKeySet(parts.db, parts.sealer)).jwks.keys
        expect(await keys(target)).to.have.deep.members(await keys(server))
        expect(await target.db('recovery_codes').count({ all: '*' })).to.eql([{ all: 10 }])
        const second = await to.json(['import', file, ...withPassphrase])
        expect(second).to.deep.include({ imported: 0, already_here: 4, refused: 0 })
        expect(second['others']).to.deep.include({
          clients: { imported: 0, already_here: 4, refused: 0 },
          groups: { imported: 0, already_here: 3, refused: 0 },
        })
        const exported = readFileSync(again, 'utf8')
        expect(exported).to.contain('"groups":["Alpha","zeta"]').and.contain('"name":"nobody/is \\"in\\" it"')
      } finally {
        await target.close()
        await to.remove()
      }
    })

  it('seal secrets to the passphrase: neither they nor it are in the file [S-4.25]', async () => {
    await from.json(['export', file, ...withPassphrase])
    expect(statSync(file).mode & 0o777).to.equal(0o600)
    const text = readFileSync(file, 'utf8')
    expect(text).to.not.contain(known.rawSecret)
    expect(text).to.not.contain(PASSPHRASE)
    expect(text).to.not.match(/"d":/)
  })

  it('change nothing with a wrong passphrase, or with none [S-4.25]', async () => {
    const to = embeddedPlace()
    await from.json(['export', file, ...withPassphrase])
    const wrong = join(to.folder, 'wrong.txt')
    writeFileSync(wrong, 'seven green kettles')
    const target = await to.prepared()
    try {
      expect(await to.refused(['import', file, '--passphrase-file', wrong])).to.eql({
        error: 'passphrase_wrong',
        error_description: 'The passphrase does not open this file. Nothing was changed.',
      })
      expect((await to.refused(['import', file])).error_description).to.contain('needs --passphrase-file')
      for (const table of SEALED)
        expect(await target.db(table).count({ all: '*' }), table).to.eql([{ all: 0 }])
    } finally {
      await to.remove()
    }
  })

  it('take no weak passphrase', async () => {
    const weak = join(from.folder, 'weak.txt')
    writeFileSync(weak, 'short\n')
    const refusal = await from.refused(['export', join(from.folder, 'x'), '--passphrase-file', weak])
    expect(refusal.error).to.equal('passphrase_weak')
  })

  it('leave secrets out without a passphrase, and say so', async () => {
    const bare = join(from.folder, 'bare.ndjson')
    const report = await from.json(['export', bare])
    expect(report['left_out']).to.include({ 'secrets of clients': 1, webhooks: 1, 'second factors': 1 })
    expect(report['left_out']).to.have.property('signing keys')
    expect(readFileSync(bare, 'utf8')).to.not.contain('"type":"webhook"')
    expect(await from.text(['export', bare])).to.match(/Left out without a passphrase:/)
  })

  it('notice an altered line, a line of another place, and a file that was cut off [S-4.26]', async () => {
    await from.json(['export', file, ...withPassphrase])
    const lines = readFileSync(file, 'utf8').split('\n')
    const at = lines.findIndex((line) => line.includes(known.raw))
    const altered = lines.with(at, lines[at]!.replace(/("secret_sealed":"[^"]{30})./, '$1#'))
    const to = embeddedPlace()
    const other = join(to.folder, 'altered.ndjson')
    try {
      writeFileSync(other, altered.join('\n'))
      const report = await to.json(['import', other, ...withPassphrase, '--dry-run'])
      expect(report).to.deep.include({ refused: 1, refused_by: { not_readable: 1 } })
      expect(report['examples']).to.deep.include({
        line: at + 1,
        code: 'not_readable',
        why: 'secret_sealed was altered or moved',
      })
      writeFileSync(other, lines.slice(0, -3).join('\n'))
      const cut = await to.refused(['import', other, ...withPassphrase])
      expect(cut).to.include({ error: 'file_invalid' })
      expect(cut.error_description).to.contain('not whole')
    } finally {
      await to.remove()
    }
  })

  it('let keys of a server that has its own arrive retired: they verify, and sign nothing', async () => {
    const to = embeddedPlace()
    const target = await to.prepared()
    try {
      await ensureAllKeys(target.db, target)
      const before = (await loadKeySet(target.db, target.sealer)).jwks.keys
      const arrived = await moved(to)
      const after = (await loadKeySet(arrived.db, arrived.sealer)).jwks.keys
      await arrived.close()
      expect(after.slice(0, 1)).to.eql(before.slice(0, 1))
      const kids = (await loadKeySet(server.db, server.sealer)).jwks.keys.map(({ kid }) => kid)
      expect(after.map(({ kid }) => kid)).to.include.members(kids)
    } finally {
      await to.remove()
    }
  })
})

/** Digests of recovery codes move between servers with one main secret. */
function withTheSecret(place: Place): Place {
  place.env['ACCOUNT_SERVER_TOKEN_SECRET_KEY'] = 'a-secret-of-tests-that-is-long-enough'
  return place
}

const REDIRECTS = { client_name: 'An app, "quoted" ✓', redirect_uris: ['https://app.example/back'] }

/** Something of everything that moves. */
async function fill(parts: Parts) {
  const { db, clock } = parts
  await ensureAllKeys(db, parts)
  await rotateSigningKeys(db, parts)
  const basic = await createClient(db, { ...REDIRECTS, first_party: true }, parts)
  await rotateClientSecret(db, basic.client_id, parts, { overlapMs: 60_000, secret: 'a'.repeat(43) })
  const raw = await createClient(
    db,
    { ...REDIRECTS, token_endpoint_auth_method: 'client_secret_jwt', cors_origins: ['https://a.example'] },
    parts,
  )
  const jobs = { client_name: 'Jobs', grant_types: ['client_credentials' as const] }
  const exchanger = await createClient(db, jobs, parts)
  await disableClient(db, basic.client_id, clock)
  const { resource } = await createResource(
    db,
    {
      identifier: 'https://api.example',
      scope: 'read write',
      scope_texts: { read: 'Lesen' },
      format: 'jwt',
      authorization_details_types: [
        { type: 'payment', title: 'A payment', fields: { sum: { label: 'Sum', kind: 'number' } } },
      ],
    },
    parts,
  )
  const rule = { clientId: exchanger.client_id, resource: resource.identifier }
  await allowExchange(parts, { ...rule, impersonation: true, delegation: false })
  const policy = { profiles: ['default' as const] }
  const token = { name: 'a token', policy, maxUses: 3, expiresAtMs: clock() + 60_000 }
  await createInitialAccessToken(db, token, clock)
  const hook = { url: 'https://hook.example', description: 'a hook', eventTypes: ['account.created'] }
  const { webhook } = await createWebhook(parts, hook)
  await addAccounts(parts, basic.client_id)
  return {
    basic: basic.client_id,
    basicSecret: 'a'.repeat(43),
    raw: raw.client_id,
    rawSecret: raw.client_secret!,
    webhook: webhook.id,
  }
}

/** Accounts in every state, of which two share a user name. */
async function addAccounts({ db, clock, sealer, config }: Parts, clientId: string): Promise<void> {
  const made = []
  for (const [index, email] of [
    'Ada@Example.com',
    'bob@example.com',
    'eve@example.com',
    'ünï@bücher.example',
  ].entries())
    made.push(
      await createAccount(
        db,
        {
          email,
          name: 'Ünï "Ada"',
          familyName: 'L',
          passwordHash: index === 1 ? null : '$2b$10$' + 'a'.repeat(53),
          verified: index < 2,
          selfRegistered: index > 2,
          locale: 'de-CH',
          zoneinfo: 'Europe/Zurich',
          terms: index === 0 ? { version: '2026-11', atMs: clock() - 5 } : undefined,
        },
        clock() - 86_400_000 * index,
      ),
    )
  const [ada, bob, eve] = made
  await db('accounts').where({ id: eve!.id }).update({ username: 'Same', usernameCanonical: 'same' })
  await db('accounts')
    .where({ id: ada!.id })
    .update({ username: 'SAME', disabledAtMs: clock(), sessionsValidFromMs: 1 })
  const app = {
    ...OWN_TOTP,
    accountId: ada!.id,
    secret: newTotpSecret(),
    confirmedAtMs: clock(),
    lastStep: 7,
  }
  await insertTotp(db, sealer, app, clock())
  const large = await photo({ width: 512, height: 512 })
  const image = await sharp(large).webp().toBuffer()
  await setPicture({ db, clock }, ada!.id, { large: image, small: image }, { actor: 'cli' })
  await giveLogo({ parts: { db, clock } }, clientId)
  await db('accounts')
    .where({ id: ada!.id })
    .update({ deleteAtMs: clock() + 86_400_000, updatedAtMs: clock() })
  await renewCodes(db, config.keys.index, ada!.id, clock())
  await db('account_roles').insert({ accountId: bob!.id, role: 'admin' })
  await createGroup({ db, clock }, { name: 'nobody/is "in" it', description: 'Ünï' }, { actor: 'cli' })
  for (const [name, people] of Object.entries({ zeta: [ada, bob], Alpha: [bob] })) {
    const { id: groupId } = await createGroup({ db, clock }, { name }, { actor: 'cli' })
    for (const one of people)
      await addMember({ db, clock }, { groupId, accountId: one!.id }, { actor: 'cli' })
  }
  const allowed = { scopes: ['openid'], claims: [], resources: { 'https://api.example': ['read'] } }
  await rememberConsent(db, bob!.id, clientId, allowed, clock())
}

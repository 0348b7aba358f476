import { writeFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { createOutbox } from '../../src/outbox/outbox.ts'
import { DECRYPTION_ALGS, SIGNING_ALGS } from '../../src/platform/algorithms.ts'
import { listEncryptionKeys } from '../../src/keys/encryption-keys.ts'
import { listSigningKeys } from '../../src/keys/signing-keys.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { freePort } from '../support/services.ts'
import { embeddedPlace, mistakeOf, servicePlace } from './command-line.ts'
import type { Refusal } from './command-line.ts'

describe('cli keys and outbox', () => {
  const place = embeddedPlace()
  let server: Parts

  before(async () => {
    server = await place.prepared()
  })
  after(() => place.remove())

  it('publishes a next key, waits, and with --now lets it sign at once; a server hears of it', async () => {
    const before = await place.text(['keys', 'list'])
    expect(before).to.match(/ A256GCM +seal +current\n\nThe first start of the server makes those/)
    let heard = 0
    server.feed.on('signing-keys', () => void (heard += 1))
    await server.feed.check()

    const published = await place.json(['keys', 'rotate'])
    expect(published.rotations.map(({ alg, outcome }) => `${alg} ${outcome}`)).to.eql(
      [...SIGNING_ALGS, ...DECRYPTION_ALGS].map((alg) => `${alg} published`),
    )
    await server.feed.check()
    expect(heard).to.equal(2)
    const waiting = await place.text(['keys', 'rotate'])
    expect(waiting).to.match(/^ES256: \S+ stays published; rotate again after \d{4}-\S+Z to let it sign\.$/m)

    const activated = await place.json(['keys', 'rotate', '--now'])
    expect(activated.rotations.map(({ kid }) => kid)).to.eql(published.rotations.map(({ kid }) => kid))
    const { keys } = await place.json(['keys', 'list'])
    const [signing, encrypting] = [await listSigningKeys(server.db), await listEncryptionKeys(server.db)]
    const rotating = keys.filter(({ use }) => use !== 'seal')
    expect(rotating.map(({ kid }) => kid)).to.eql([...signing, ...encrypting].map(({ kid }) => kid))
    expect(new Set(rotating.map(({ use, state }) => `${String(use)} ${state}`))).to.eql(
      new Set(['sig current', 'sig retired', 'enc current', 'enc retired']),
    )
    expect(JSON.stringify(keys)).not.to.match(/private|"d"/)
  })

  it('rotates the keys of one algorithm alone', async () => {
    const others = async () =>
      (await listSigningKeys(server.db))
        .filter(({ alg }) => alg !== 'RS256')
        .map(({ kid, state }) => [kid, state])
    await place.json(['keys', 'rotate', '--now'])
    const before = await others()
    const { rotations } = await place.json(['keys', 'rotate', '--now', '--alg', 'RS256'])
    expect(rotations.map(({ alg, outcome }) => `${alg} ${outcome}`)).to.eql(['RS256 activated'])
    const { rotations: next } = await place.json(['keys', 'rotate', '--alg', 'ECDH-ES'])
    expect(next.map(({ alg, use }) => `${alg} ${String(use)}`)).to.eql(['ECDH-ES enc'])
    expect(await others()).to.eql(before)
    expect((await mistakeOf(server, ['keys', 'rotate', '--alg', 'RS512'])).error).to.equal('usage')
  })

  it('lists what could not be delivered without its content, and makes it due again', async () => {
    const outbox = createOutbox({ sealer: server.sealer, clock: Date.now })
    const ids = [1, 2].map(() => outbox.record(server.db, { topic: 'mail', payload: { link: 'hunter2' } }))
    const [one, two] = await Promise.all(ids)
    const given = { nextAttemptAtMs: null, deadAtMs: Date.now(), lastError: 'EENVELOPE', attempts: 20 }
    await server.db('outbox_messages').update(given)

    const listed = await place.json(['outbox', 'list-dead'])
    expect(listed).to.include({ dead: 2, pending: 0 })
    expect(listed.dead_letters[0]).to.include({ topic: 'mail', attempts: 20, last_error: 'EENVELOPE' })
    expect(JSON.stringify(listed)).not.to.contain('hunter2')

    expect(await place.json(['outbox', 'replay', one!])).to.eql({ replayed: 1 })
    expect((await mistakeOf(server, ['outbox', 'replay', one!])).error).to.equal('message_not_found')
    expect((await mistakeOf(server, ['outbox', 'replay'])).error).to.equal('usage')
    expect((await mistakeOf(server, ['outbox', 'replay', two!, '--all'])).error).to.equal('usage')
    expect(await place.text(['outbox', 'replay', '--all'])).to.equal('1 due again.')
    expect(await place.json(['outbox', 'list-dead'])).to.include({ dead: 0, pending: 2 })
    const { entries } = await place.json(['audit', 'list', '--action', 'outbox.replayed'])
    expect(entries.map(({ detail }) => detail)).to.eql([
      { messages: 1, ids: 'all' },
      { messages: 1, ids: [one] },
    ])
  })

  it('finds an event that was given up, shows it, and sends its topic again', async () => {
    const outbox = createOutbox({ sealer: server.sealer, clock: Date.now })
    const topic = 'events.kafka'
    const payload = { type: 'account.changed', subject: 'ada' }
    const mail = await outbox.record(server.db, { topic: 'mail', payload: { link: 'hunter2' } })
    const event = await outbox.record(server.db, { topic, key: 'ada', payload })
    const old = { createdAtMs: 1, attempts: 5, interruptions: 5, lastError: 'worker_died' }
    const dead = { ...old, nextAttemptAtMs: null, deadAtMs: Date.now() }
    await server.db('outbox_messages').whereIn('id', [mail, event]).update(dead)

    const { dead_letters: found } = await place.json(['outbox', 'list-dead', '--topic', topic])
    expect(found.map(({ id }) => id)).to.eql([event])
    const shown = await place.json(['outbox', 'show', event])
    expect(shown).to.deep.include({ state: 'given up', worker_deaths: 5, key: 'ada', content: payload })
    expect(await place.text(['outbox', 'show', event])).to.contain('"type": "account.changed"')
    const sealed = await place.json(['outbox', 'show', mail])
    expect(sealed).to.include({ topic: 'mail', last_error: 'worker_died', content: null })
    expect((await mistakeOf(server, ['outbox', 'show', 'unknown'])).error).to.equal('message_not_found')

    expect(await place.json(['outbox', 'replay', '--topic', topic])).to.eql({ replayed: 1 })
    expect(await place.json(['outbox', 'show', event])).to.include({
      state: 'waiting',
      attempts: 0,
      worker_deaths: 0,
    })
    const { createdAtMs } = await server.db('outbox_messages').where({ id: event }).first('createdAtMs')
    expect(Number(createdAtMs), 'the age that sinks give up by').to.be.above(1)
    expect(await place.json(['outbox', 'show', mail])).to.include({ state: 'given up' })
    expect((await mistakeOf(server, ['outbox', 'replay', '--all', '--topic', topic])).error).to.equal('usage')
  })
})

describe('cli migrate and config', () => {
  it('migrates once, however many start together, and says when there is nothing to do', async () => {
    const place = embeddedPlace()
    const outcomes = await Promise.all([1, 2, 3].map(() => place.printed(['migrate'])))
    const migrated = outcomes.filter(({ applied }) => applied.length > 0)
    expect(migrated).to.have.length(1)
    expect(migrated[0]?.applied[0]).to.equal('0001_accounts.ts')
    expect(await place.text(['migrate'])).to.equal('The schema is up to date.')
    await place.remove()
  })

  it('leaves the schema alone when MIGRATE_AT_START is false, and says what to run', async () => {
    const place = embeddedPlace()
    const { error, error_description } = await place.refused(['account', 'list'], {
      ACCOUNT_SERVER_MIGRATE_AT_START: 'false',
    })
    expect(error).to.equal('schema_outdated')
    expect(error_description).to.contain('npm run migrate')
    await place.remove()
  })

  it('shows the effective settings with secrets masked, and writes nothing', async () => {
    const place = embeddedPlace()
    const env = {
      ACCOUNT_SERVER_PORT: '9123',
      ACCOUNT_SERVER_TOKEN_SECRET_KEY: 'hunter2-hunter2-hunter2-hunter2-hunter2',
      ACCOUNT_SERVER_REDIS_DSN: 'redis://user:hunter2@redis.example:6379/0',
      ACCOUNT_SERVER_WORKER_SMTP_SERVER_PASSWORD: 'hunter2',
    }
    const { code, stdout, stderr } = await place.cli(['config', '--json'], { env })
    expect({ code, stderr }).to.eql({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).to.include({
      ACCOUNT_SERVER_PORT: 9123,
      ACCOUNT_SERVER_ISSUER: 'http://localhost:9123',
      ACCOUNT_SERVER_DATA_DIR: place.env.ACCOUNT_SERVER_DATA_DIR,
      ACCOUNT_SERVER_TOKEN_SECRET_KEY: '********',
      ACCOUNT_SERVER_REDIS_DSN: 'redis://user:********@redis.example:6379/0',
      ACCOUNT_SERVER_MYSQL_DSN: null,
    })
    const text = await place.cli(['config'], { env })
    expect(text.stdout).to.match(/^ACCOUNT_SERVER_MYSQL_DSN +\(SQLite\)$/m)
    expect(stdout + text.stdout).not.to.contain('hunter2')
    // The data folder would be made here.
    expect(() => readFileSync(join(place.env.ACCOUNT_SERVER_DATA_DIR!, 'secret.key'))).to.throw('ENOENT')
    await place.remove()
  })

  it('reports every wrong setting in a line of its own, without a stack or a secret', async () => {
    const place = embeddedPlace()
    const env = {
      ACCOUNT_SERVER_PORT: 'many',
      ACCOUNT_SERVER_MYSQL_DNS: 'x',
      ACCOUNT_SERVER_TOKEN_SECRET_KEY: 'hunter2',
    }
    const { code, stdout, stderr } = await place.cli(['account', 'list'], { env })
    expect({ code, stdout }).to.eql({ code: 1, stdout: '' })
    expect(stderr.trimEnd().split('\n').sort()).to.eql([
      'account-server: ACCOUNT_SERVER_MYSQL_DNS is not a setting; the nearest is ACCOUNT_SERVER_MYSQL_DSN',
      'account-server: ACCOUNT_SERVER_PORT: got "many", takes a whole number from 1 to 65535',
      'account-server: ACCOUNT_SERVER_TOKEN_SECRET_KEY: got ********, takes at least 32 characters',
    ])
    expect((await place.refused(['seed'], env)).error).to.equal('configuration_invalid')
    await place.remove()
  })

  it('says in one line that the data folder or the database cannot be used', async () => {
    const place = embeddedPlace()
    const file = join(place.folder, 'file')
    writeFileSync(file, '')
    const noFolder = await place.cli(['account', 'list'], { env: { ACCOUNT_SERVER_DATA_DIR: file } })
    const dir = join(place.folder, 'broken')
    mkdirSync(dir)
    writeFileSync(
      join(dir, 'account-server.sqlite'),
      'this is no database, whatever its name says'.repeat(99),
    )
    const noDatabase = await place.cli(['account', 'list'], { env: { ACCOUNT_SERVER_DATA_DIR: dir } })
    for (const { code, stdout, stderr } of [noFolder, noDatabase]) {
      expect({ code, stdout }, stderr).to.eql({ code: 1, stdout: '' })
      expect(stderr)
        .to.match(/^account-server: [^\n]+\n$/)
        .and.not.to.match(/ at |select|PRAGMA/)
    }
    expect(noFolder.stderr).to.contain('ACCOUNT_SERVER_DATA_DIR')
    await place.remove()
  })

  it('says in one line that MySQL does not answer, and ends promptly', async () => {
    const place = embeddedPlace()
    const begun = Date.now()
    const port = await freePort()
    const { code, stdout, stderr } = await place.cli(['account', 'list', '--json'], {
      env: {
        ACCOUNT_SERVER_MYSQL_DSN: `mysql://user:hunter2@127.0.0.1:${port}/accounts`,
        ACCOUNT_SERVER_ISSUER: 'https://accounts.example.com',
        ACCOUNT_SERVER_TOKEN_SECRET_KEY: 'a-secret-of-tests-that-is-long-enough',
        ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: 'smtp://127.0.0.1:9',
      },
    })
    expect({ code, stdout }).to.eql({ code: 1, stdout: '' })
    const { error, error_description } = JSON.parse(stderr) as Refusal
    expect(error).to.equal('temporarily_unavailable')
    expect(error_description).to.contain('ACCOUNT_SERVER_MYSQL_DSN').and.not.to.contain('hunter2')
    expect(Date.now() - begun).to.be.below(60_000)
    await place.remove()
  })
})

describe('cli seed', () => {
  it('fills a development data set, and a second run changes nothing and shows the same', async () => {
    const place = embeddedPlace()
    const first = await place.json(['seed'])
    expect(first).to.include({ changed: true, issuer: 'http://localhost:8700' })
    expect(first.accounts).to.have.length(3)
    expect(first.client).to.include({ client_id: 'demo-app', client_name: 'Demo App' })
    expect(first.client.redirect_uris).to.eql(['http://localhost:8710/callback'])
    expect(first.resource).to.include({
      identifier: 'http://localhost:8720/',
      scope: 'ledger:read ledger:transfer',
      client_id: 'demo-ledger',
    })
    expect(await place.json(['seed'])).to.eql({ ...first, changed: false })

    const elsewhere = ['seed', '--app-port', '9710', '--api-port', '9720']
    const other = await place.json(elsewhere)
    expect(other.client).to.include({ client_id: 'demo-app-9710-9720' })
    expect(other.client.redirect_uris).to.eql(['http://localhost:9710/callback'])
    expect(other.resource).to.include({ identifier: 'http://localhost:9720/', client_id: 'demo-ledger-9720' })
    expect(await place.json(elsewhere)).to.eql({ ...other, changed: false })

    const rotated = await place.json(['client', 'rotate-secret', 'demo-app'])
    expect(rotated.client_secret).not.to.equal(first.client.client_secret)
    const text = await place.text(['seed'])
    expect(text)
      .to.match(/^Development data is in place\.\n/)
      .and.to.contain(first.client.client_secret)
    expect(await place.text(['seed'])).to.contain('nothing changed')
    expect((await place.json(['account', 'list'])).accounts).to.have.length(3)
    await place.remove()
  })

  it('is refused in service mode unless forced; the command line keeps standard output to itself there', async () => {
    const place = await servicePlace()
    expect((await place.refused(['seed'])).error).to.equal('seed_refused')
    const [account] = (await place.json(['seed', '--force'])).accounts
    const { stdout } = await place.cli(['account', 'show', account!.email])
    expect(stdout).to.match(/^id +\S+\nemail +person\.one@example\.com\n/)
    await place.remove()
  })
})

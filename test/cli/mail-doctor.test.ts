import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect } from 'chai'
import type { SMTPServerOptions } from 'smtp-server'
import { FAULTS } from '../../src/cli/mail/faults.ts'
import type { Fault } from '../../src/cli/mail/faults.ts'
import { DAY_MS, MINUTE_MS } from '../../src/platform/clock.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { startMailCatcher } from '../outbox/mail-catcher.ts'
import { makeCertificate } from '../provider/binding/certificates.ts'
import { freePort } from '../support/services.ts'
import { embeddedPlace } from './command-line.ts'
import { startNameServer } from './name-server.ts'

const rsaKey = (bits: number) =>
  generateKeyPairSync('rsa', { modulusLength: bits })
    .publicKey.export({ format: 'der', type: 'spki' })
    .toString('base64')

const PASSWORD = 'p:a@ss/word'
const LOGIN = {
  ACCOUNT_SERVER_WORKER_SMTP_SERVER_USER: 'mailer',
  ACCOUNT_SERVER_WORKER_SMTP_SERVER_PASSWORD: PASSWORD,
}

type Check = { check: string; state: string; found: string; fault?: Fault }
type Report = { exit_code: number; healthy: boolean; faults: { fault: Fault }[]; checks: Check[] }

describe('mail doctor', () => {
  const place = embeddedPlace()
  let parts: Parts
  const strong = rsaKey(2048)
  const healthy = {
    'example.com': ['some-verification=1', 'v=spf1 include:_spf.example.net -all'],
    '_spf.example.net': ['v=spf1 ip4:192.0.2.0/24 -all'],
    's1._domainkey.example.com': [`v=DKIM1; k=rsa; p=${strong}`],
    '_dmarc.example.com': ['v=DMARC1; p=reject'],
  }
  const records: Record<string, string[]> = { ...healthy }
  let names: Awaited<ReturnType<typeof startNameServer>>
  before(async () => {
    parts = await place.prepared()
    names = await startNameServer(records)
  })
  afterEach(async () => {
    for (const name of Object.keys(records)) delete records[name]
    Object.assign(records, healthy)
    await parts.db('outbox_messages').delete()
  })
  after(async () => {
    await names.stop()
    await place.remove()
  })

  const asked = () => ['mail', 'doctor', '--dns-server', names.address, '--dkim-selector', 's1']
  const settings = (url: string, more: object = {}) => ({
    ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: url,
    ACCOUNT_SERVER_MAIL_FROM: 'Accounts <no-reply@example.com>',
    ...more,
  })

  async function report(url: string, more: object = {}, args: string[] = []): Promise<Report> {
    return (await place.json([...asked(), ...args], settings(url, more))) as unknown as Report
  }

  /** The report about a mail server with these options. */
  async function about(options: SMTPServerOptions, more: object = {}, args: string[] = []): Promise<Report> {
    const catcher = await startMailCatcher(options)
    try {
      return await report(catcher.url, more, args)
    } finally {
      await catcher.stop()
    }
  }

  function expectFault({ exit_code, healthy: sound, checks, faults }: Report, fault: Fault): Check {
    expect({ exit_code, sound, fault: faults[0]?.fault }).to.eql({
      exit_code: FAULTS[fault].exitCode,
      sound: false,
      fault,
    })
    return checks.find((one) => one.fault === fault)!
  }

  const smtpError = (responseCode: number, message: string) =>
    Object.assign(new Error(message), { responseCode })
  const takesLogin: SMTPServerOptions = {
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      password === PASSWORD ? done(null, { user: username }) : done(smtpError(535, `no, ${password}`)),
  }

  it('finds no fault where everything is right, and says what each server answers', async () => {
    const { checks, ...found } = await about({ ...takesLogin, banner: 'at your service' }, LOGIN)
    expect(found).to.deep.include({ healthy: true, exit_code: 0, faults: [] })
    const said = Object.fromEntries(checks.map(({ check, found: words }) => [check, words]))
    expect(said['host']).to.equal('127.0.0.1: 127.0.0.1')
    expect(said['connection']).to.match(/^port \d+: 220 .* at your service$/)
    expect(said['login']).to.match(/^235 /)
    expect(said['SPF']).to.equal(healthy['example.com'][1])
    expect(said['DKIM']).to.equal('s1._domainkey.example.com: RSA with 2048 bits')
    expect(said['DMARC']).to.contain('v=DMARC1; p=reject')
  })

  it('speaks TLS as the mails do, and ends with the code of its fault', async () => {
    const authority = makeCertificate({ subject: [[['CN', 'Our authority']]], authority: true })
    const file = join(place.folder, 'authority.pem')
    writeFileSync(file, authority.cert)
    const run = async (name: string, validTo: number) => {
      const { cert, key } = makeCertificate({ names: { dns: [name] }, issuer: authority, validTo })
      const catcher = await startMailCatcher({ cert, key, disabledCommands: [] })
      const env = settings(`smtp://localhost:${catcher.port}`, { NODE_EXTRA_CA_CERTS: file })
      const outcome = await place.cli(asked(), { env })
      await catcher.stop()
      return outcome
    }
    const [right, wrong] = await Promise.all([
      run('localhost', Date.now() + 40.5 * DAY_MS),
      run('other.example', Date.now() + DAY_MS),
    ])
    expect(right.code, right.stderr).to.equal(0)
    expect(right.stdout)
      .to.match(/^TLS +ok +TLSv1\.3: 220 /m)
      .and.match(/^certificate +ok +DNS:localhost; by Our authority; 40 days left$/m)
      .and.contain('No fault was found.')
    expect(wrong.code, wrong.stdout).to.equal(FAULTS.certificate_untrusted.exitCode)
    expect(wrong.stdout).to.match(/^certificate +fault .*other\.example/m)
  })

  it('names a host without an address', async () => {
    expectFault(await report('smtp://mail.invalid:25'), 'host_unknown')
  })

  it('names a server that does not listen, or that refuses to talk', async () => {
    const port = await freePort()
    expectFault(await report(`smtp://127.0.0.1:${port}`), 'no_connection')
    const rude = createServer((socket) => socket.end('554 no mails from you\r\n')).listen(0, '127.0.0.1')
    await once(rude, 'listening')
    const { port: bound } = rude.address() as AddressInfo
    const { found } = expectFault(await report(`smtp://127.0.0.1:${bound}`), 'session_refused')
    expect(found).to.contain('554 no mails from you')
    rude.close()
  })

  it('tells missing TLS from a certificate that is not trusted', async () => {
    const required = { ACCOUNT_SERVER_WORKER_SMTP_REQUIRE_TLS: 'true' }
    expect(expectFault(await about({}, required), 'tls_refused').found).to.match(/^5\d\d /)
    expectFault(await about({ disabledCommands: [] }, required), 'certificate_untrusted')
  })

  // Linux leads this address here, and it is no loopback address.
  const elsewhere = async (more: object) => {
    const catcher = await startMailCatcher()
    try {
      return await report(`smtp://0.0.0.0:${catcher.port}`, more)
    } finally {
      await catcher.stop()
    }
  }

  it('requires TLS of a server elsewhere, and warns where the setting waives it', async () => {
    expectFault(await elsewhere({}), 'tls_refused')
    const { exit_code, checks } = await elsewhere({ ACCOUNT_SERVER_WORKER_SMTP_REQUIRE_TLS: 'false' })
    expect(exit_code).to.equal(0)
    expect(checks.find(({ check }) => check === 'TLS')).to.include({ state: 'warning' })
  })

  it('says why the login is refused, and never prints the password [S-4.30]', async () => {
    const wrong = { ...LOGIN, ACCOUNT_SERVER_WORKER_SMTP_SERVER_PASSWORD: 'hunter2-of-tests' }
    const all = await about(takesLogin, wrong)
    expect(expectFault(all, 'login_refused').found).to.match(/^535 .*no, \*{8}$/)
    expect(JSON.stringify(all)).not.to.contain('hunter2')
  })

  const row = (change: object) => ({ id: 'one', topic: 'mail', payload: 'sealed', ...change })

  it('reports mails that wait too long, with their last error', async () => {
    const createdAtMs = Date.now() - 2 * MINUTE_MS
    const lastError = 'smtp ETIMEDOUT CONN'
    await parts.db('outbox_messages').insert(row({ createdAtMs, nextAttemptAtMs: Date.now(), lastError }))
    expect(expectFault(await about({}), 'mails_late').found).to.match(
      /^1 waiting, the oldest for 12\d s; last error: smtp ETIMEDOUT CONN$/,
    )
  })

  it('reports mails that were given up today, and counts older ones', async () => {
    const old = { createdAtMs: 0, nextAttemptAtMs: null, deadAtMs: Date.now() - 2 * DAY_MS }
    await parts.db('outbox_messages').insert(row(old))
    expect((await about({})).exit_code).to.equal(0)
    await parts.db('outbox_messages').insert(row({ ...old, id: 'two', deadAtMs: Date.now() }))
    expect(expectFault(await about({}), 'mails_given_up').found).to.equal('2, of them 1 in the last 24 hours')
  })

  it('sends the letter itself when no worker does, and says so', async () => {
    const catcher = await startMailCatcher()
    const args = ['--to', 'Ada@example.org', '--wait', '1']
    expect(expectFault(await report(catcher.url, {}, args), 'worker_away').found).to.equal(
      'no worker handed it over in 1 s; accepted from here',
    )
    expect(catcher.mails.map(({ to }) => to)).to.eql([['ada@example.org']])
    expect(await parts.db('outbox_messages').select('id')).to.eql([])
    await catcher.stop()
  })

  const wrongRecords: [string, Record<string, string[]>, Fault, RegExp][] = [
    ['no SPF record', { 'example.com': ['hello'] }, 'spf', /has no SPF record/],
    ['two SPF records', { 'example.com': ['v=spf1 -all', 'v=spf1 ~all'] }, 'spf', /has 2 SPF records/],
    ['an SPF record for everybody', { 'example.com': ['v=spf1 +all'] }, 'spf', /lets everybody send/],
    [
      'an SPF record that includes itself',
      { 'example.com': ['v=spf1 include:example.com -all'] },
      'spf',
      /more than 10 look-ups/,
    ],
    ['no DKIM key', { 's1._domainkey.example.com': [] }, 'dkim', /has no key/],
    ['a revoked DKIM key', { 's1._domainkey.example.com': ['v=DKIM1; p='] }, 'dkim', /is revoked/],
    ['a broken DKIM key', { 's1._domainkey.example.com': ['v=DKIM1; p=AAAA'] }, 'dkim', /cannot be read/],
    [
      'a weak DKIM key',
      { 's1._domainkey.example.com': [`p=${rsaKey(768)}`] },
      'dkim',
      /768 bits, which receivers refuse/,
    ],
    ['no DMARC policy', { '_dmarc.example.com': [] }, 'dmarc', /has no policy/],
    [
      'two DMARC policies',
      { '_dmarc.example.com': ['v=DMARC1; p=none', 'v=DMARC1; p=reject'] },
      'dmarc',
      /has 2 policies/,
    ],
    [
      'a DMARC record that names no policy',
      { '_dmarc.example.com': ['v=DMARC1; rua=mailto:a@b.example'] },
      'dmarc',
      /names no policy/,
    ],
  ]
  for (const [what, change, fault, words] of wrongRecords) {
    it(`finds ${what}`, async () => {
      Object.assign(records, change)
      expect(expectFault(await about({}), fault).found).to.match(words)
    })
  }

  it('uses the DMARC policy of the domain above, and warns of one that only watches', async () => {
    const env = { ACCOUNT_SERVER_MAIL_FROM: 'no-reply@mail.accounts.example.com' }
    records['mail.accounts.example.com'] = healthy['example.com']
    records['s1._domainkey.mail.accounts.example.com'] = healthy['s1._domainkey.example.com']
    records['_dmarc.example.com'] = ['v=DMARC1; p=reject; sp=none']
    const { exit_code, checks } = await about({}, env)
    expect(exit_code).to.equal(0)
    expect(checks.find(({ check }) => check === 'DMARC')).to.include({ state: 'warning' })
  })

  it('names a name server that is silent', async () => {
    const args = ['mail', 'doctor', '--dns-server', `127.0.0.1:${await freePort()}`]
    const found = (await place.json(args, settings('smtp://127.0.0.1:9'))) as unknown as Report
    expect(found.faults.map(({ fault }) => fault)).to.eql(['no_connection', 'dns_silent'])
  })

  it('refuses what is no address', async () => {
    const env = settings('smtp://127.0.0.1:9')
    const refused = async (option: string) =>
      (await place.refused(['mail', 'doctor', option, 'not an address'], env)).error_description
    expect(await refused('--to')).to.equal('--to takes an e-mail address')
    expect(await refused('--dns-server')).to.contain('--dns-server takes an IP address')
  })

  it('says that mails stay here where no mail server is set', async () => {
    const text = await place.text(['mail', 'doctor'])
    expect(text).to.match(/^mail server +skipped +mails stay in the development mailbox/m)
    expect(text).to.contain('No fault was found.')
  })

  it('gives each fault an exit code of its own, and the documents list them', () => {
    const codes = Object.values(FAULTS).map(({ exitCode }) => exitCode)
    expect(new Set(codes).size).to.equal(codes.length)
    expect(codes).to.eql(codes.toSorted((a, b) => a - b))
    expect(Math.min(...codes)).to.be.greaterThan(1)
    const listed = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8')
    const documented = [...listed.matchAll(/^\| `([a-z_]+)` +\| (\d\d) +\|/gm)]
    expect(documented.map(([, name, code]) => [name, Number(code)])).to.eql(
      Object.entries(FAULTS).map(([name, { exitCode }]) => [name, exitCode]),
    )
  })
})

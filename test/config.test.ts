import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { settingsInEffect } from '../src/settings/described/described-settings.ts'
import { makeCertificate } from './provider/binding/certificates.ts'
import { problemsOf, read, SECRET, SERVICE } from './settings/environment.ts'

describe('settings', () => {
  it('may all be left out: SQLite, a mailbox and an issuer on localhost', () => {
    const config = read({})
    expect(config.mode).to.equal('embedded')
    expect(config.issuer).to.equal('http://localhost:8700')
    expect(config.host).to.equal('127.0.0.1')
    expect(config.workers).to.equal(1)
    expect(config.tokens.accessTokenExpireSeconds).to.equal(60 * 60)
    expect(config.tokens.refreshTokenExpireSeconds).to.equal((60 + 1440) * 60)
    expect(config.database.mysqlConnectArgs).to.deep.equal({ connect_timeout: 3 })
    expect(config.mail.mailbox).to.equal('everybody')
  })

  it('name who needs a second factor, and refuse what is neither a role nor a group', () => {
    const rule = (setting: string) =>
      read({ ACCOUNT_SERVER_REQUIRE_SECOND_FACTOR: setting }).factors.requireSecondFactor
    expect(rule('role:admin, group:Bank tellers')).to.eql({
      everybody: false,
      roles: ['admin'],
      groups: ['Bank tellers'],
    })
    for (const wrong of ['admins', 'role:', 'role:Not a name', 'group:', 'everyone'])
      expect(() => rule(wrong), wrong).to.throw(/takes everybody, or a comma-separated list/)
  })

  it('require TLS of a mail server on another machine, unless a setting waives it', () => {
    const requiresTls = (env: Record<string, string>) => read(env).mail.workerSmtpRequireTls
    expect(requiresTls(SERVICE)).to.equal(true)
    expect(requiresTls({ ...SERVICE, ACCOUNT_SERVER_WORKER_SMTP_REQUIRE_TLS: 'false' })).to.equal(false)
    for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
      const local = { ...SERVICE, ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: `smtp://${host}:25` }
      expect(requiresTls(local), host).to.equal(false)
      expect(requiresTls({ ...local, ACCOUNT_SERVER_WORKER_SMTP_REQUIRE_TLS: 'true' }), host).to.equal(true)
    }
    expect(requiresTls({ ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: 'smtp://mail.example' })).to.equal(true)
  })

  it('need a total size of logs of at least two files', () => {
    const tight = { ACCOUNT_SERVER_LOG_MAX_FILE_MB: '600', ACCOUNT_SERVER_LOG_MAX_TOTAL_MB: '1000' }
    expect(problemsOf(tight)).to.have.lengthOf(1)
    expect(problemsOf(tight)[0]).to.match(
      /LOG_MAX_TOTAL_MB: got "1000", takes at least twice .*LOG_MAX_FILE_MB/,
    )
    expect(problemsOf({ ...tight, ACCOUNT_SERVER_LOG_MAX_FILE_MB: '500' })).to.eql([])
  })

  it('follow the port with the issuer when embedded', () => {
    expect(read({ ACCOUNT_SERVER_PORT: '9123' }).issuer).to.equal('http://localhost:9123')
  })

  it('are read in upper case and in lower case, but not in mixed case [A01]', () => {
    expect(read({ account_server_port: '9001' }).port).to.equal(9001)
    expect(read({ ACCOUNT_SERVER_PORT: '9002' }).port).to.equal(9002)
    expect(problemsOf({ Account_Server_Port: '9003' })).to.have.lengthOf(1)
  })

  it('refuse a name that is set twice with different values', () => {
    const problems = problemsOf({ account_server_port: '9001', ACCOUNT_SERVER_PORT: '9002' })
    expect(problems).to.have.lengthOf(1)
    expect(problems[0]).to.contain('twice')
  })

  it('report every mistake at once, with name, value and what is taken', () => {
    const problems = problemsOf({
      ACCOUNT_SERVER_PORT: 'eighty',
      ACCOUNT_SERVER_WORKERS: '0',
      ACCOUNT_SERVER_DEBUG: 'perhaps',
      ACCOUNT_SERVER_MYSQL_CONNECT_ARGS: '{',
      ACCOUNT_SERVER_TRUSTED_PROXIES: 'nowhere',
      ACCOUNT_SERVER_CLIENT_NETWORKS: '10.0.0.0/8, 10.1.0.0/33',
    })
    expect(problems).to.have.lengthOf(6)
    expect(problems.join('\n'))
      .to.contain('ACCOUNT_SERVER_PORT: got "eighty", takes a whole number from 1 to 65535')
      .and.contain('ACCOUNT_SERVER_DEBUG: got "perhaps", takes true or false')
      .and.contain('ACCOUNT_SERVER_CLIENT_NETWORKS: got')
  })

  it('allow no idle limit above the absolute limit', () => {
    for (const [idle, absolute] of [
      ['SESSION_IDLE_MINUTES', 'SESSION_ABSOLUTE_MINUTES'],
      ['OFFLINE_ACCESS_IDLE_DAYS', 'OFFLINE_ACCESS_ABSOLUTE_DAYS'],
    ] as const) {
      const [first, second] = [`ACCOUNT_SERVER_${idle}`, `ACCOUNT_SERVER_${absolute}`]
      expect(problemsOf({ [first]: '31', [second]: '30' }), idle).to.eql([
        `${first}: got "31", takes at most ${second}`,
      ])
      expect(problemsOf({ [first]: '30', [second]: '30' }), idle).to.eql([])
    }
  })

  it('name the nearest setting for an unknown one', () => {
    expect(problemsOf({ ACCOUNT_SERVER_REDIS_DNS: 'redis://x' })).to.deep.equal([
      'ACCOUNT_SERVER_REDIS_DNS is not a setting; the nearest is ACCOUNT_SERVER_REDIS_DSN',
    ])
  })

  it('never repeat a secret', () => {
    const problems = problemsOf({ ...SERVICE, ACCOUNT_SERVER_TOKEN_SECRET_KEY: 'too-short-but-secret' })
    expect(problems.join())
      .to.contain('ACCOUNT_SERVER_TOKEN_SECRET_KEY: got ********')
      .and.not.contain('too-short')
    const shown = JSON.stringify(settingsInEffect(read(SERVICE)))
    expect(shown).to.not.contain('hidden')
    expect(shown).to.not.contain(SECRET)
    expect(shown).to.contain('mysql://app:********@db.example/accounts')
  })

  it('refuse HS256 and say why [A01]', () => {
    const [problem] = problemsOf({ ACCOUNT_SERVER_TOKEN_ALGORITHM: 'HS256' })
    expect(problem).to.contain('HS256').and.contain('every resource server would hold the secret')
  })

  it('read a secret from a file', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'secret')
    writeFileSync(file, `${SECRET}\n`)
    const config = read({ ACCOUNT_SERVER_TOKEN_SECRET_KEY_FILE: file })
    expect(config.settings.token_secret_key).to.equal(SECRET)
    const [problem] = problemsOf({ ACCOUNT_SERVER_TOKEN_SECRET_KEY_FILE: '/nowhere/secret' })
    expect(problem).to.contain('takes the path of a readable file')
  })

  it('show no part of a secret that was set in place of another value [S-3.18]', () => {
    const kept = 'Zm9v/Canary+bar'
    const wrong: Record<string, string>[] = [
      { ACCOUNT_SERVER_TOKEN_SECRET_KEY_FILE: kept },
      { ACCOUNT_SERVER_TOKEN_SECRET_KEY_FILE: `/${kept}` },
      { ACCOUNT_SERVER_TOKEN_SECRET_KEY: `key:${kept}` },
      { ACCOUNT_SERVER_MYSQL_DSN: `mysql+x://app:p@${kept}@db.example/accounts` },
      { ACCOUNT_SERVER_REDIS_DSN: `redis://:a@${kept}@redis.example:1/x?password=${kept}` },
      { ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: `mailer:${kept}@mail.example` },
    ]
    for (const environment of wrong) {
      const problems = problemsOf(environment)
      expect(problems.length, JSON.stringify(environment)).to.be.greaterThan(0)
      expect(problems.join(), JSON.stringify(environment)).to.not.contain('Canary')
    }
  })

  it('accept the misspelt SMTP names of an earlier service [A02]', () => {
    const config = read({
      account_server_worker_smtp_servser_url: 'smtp://mail.example:25',
      account_server_worker_smtp_servser_user: 'mailer',
    })
    expect(config.mail).to.include({
      workerSmtpServerUrl: 'smtp://mail.example:25',
      workerSmtpServerUser: 'mailer',
      mailbox: 'none',
    })
  })

  it('accept a database address with the driver in its scheme', () => {
    const config = read({ ...SERVICE, ACCOUNT_SERVER_MYSQL_DSN: 'mysql+aiomysql://app:pw@db/accounts' })
    expect(config.mode).to.equal('service')
  })

  it('accept every way to name a Redis, several hosts with ports among them', () => {
    const given = (dsn: string) => read({ ACCOUNT_SERVER_REDIS_DSN: dsn }).redisDsn
    for (const dsn of [
      'redis://user:password@redis:6379/0',
      'rediss://redis',
      'redis+sentinel://:password@s1:26379,s2:26379,[::1]:26379/accounts',
      'redis+cluster://:password@n1:6379,n2:6379',
    ])
      expect(given(dsn), dsn).to.equal(dsn)
    for (const dsn of ['redis+sentinel://s1,s2', 'redis+cluster://n1:port', 'redis:', 'http://redis'])
      expect(() => given(dsn), dsn).to.throw(/ACCOUNT_SERVER_REDIS_DSN/)
  })
})

describe('service mode', () => {
  it('starts with a database, an https issuer, a secret and SMTP', () => {
    const config = read(SERVICE)
    expect(config.mode).to.equal('service')
    expect(config.secure).to.equal(true)
    expect(config.mail.mailbox).to.equal('none')
  })

  for (const missing of ['ISSUER', 'TOKEN_SECRET_KEY', 'WORKER_SMTP_SERVER_URL']) {
    it(`refuses to start without ${missing}`, () => {
      const { [`ACCOUNT_SERVER_${missing}` as keyof typeof SERVICE]: _, ...rest } = SERVICE
      const problems = problemsOf(rest)
      expect(problems).to.have.lengthOf(1)
      expect(problems[0]).to.contain(`ACCOUNT_SERVER_${missing} is missing`)
    })
  }

  it('refuses an http issuer, loopback excepted', () => {
    expect(problemsOf({ ...SERVICE, ACCOUNT_SERVER_ISSUER: 'http://accounts.example.com' })).to.have.lengthOf(
      1,
    )
    expect(problemsOf({ ...SERVICE, ACCOUNT_SERVER_ISSUER: 'http://localhost:8700' })).to.deep.equal([])
  })

  const HOSTS = { '127.1.2.3': 0, '[::1]': 0, 'app.localhost': 0, '128.0.0.1': 1, '127.0.0.1.example': 1 }
  for (const [host, problems] of Object.entries(HOSTS))
    it(`${problems === 0 ? 'takes' : 'refuses'} http on ${host}`, () => {
      expect(problemsOf({ ...SERVICE, ACCOUNT_SERVER_ISSUER: `http://${host}` })).to.have.lengthOf(problems)
    })

  for (const issuer of ['https://a.example/', 'https://a.example/path', 'https://a.example?x=1', 'a.example'])
    it(`refuses the issuer ${issuer}`, () => {
      expect(problemsOf({ ...SERVICE, ACCOUNT_SERVER_ISSUER: issuer })).to.have.lengthOf(1)
    })

  it('refuses the development mailbox', () => {
    expect(problemsOf({ ...SERVICE, ACCOUNT_SERVER_MAILBOX: 'true' }).join()).to.contain(
      'ACCOUNT_SERVER_MAILBOX',
    )
  })
})

describe('settings of client certificates', () => {
  const { cert, key } = makeCertificate({ authority: true })
  const listener = {
    ACCOUNT_SERVER_MTLS_PORT: '8743',
    ACCOUNT_SERVER_MTLS_CERT: cert,
    ACCOUNT_SERVER_MTLS_KEY: key,
  }

  it('are off unless something can bring a certificate', () => {
    expect(read({}).binding).to.include({ mtls: undefined, listener: undefined, dpopNonceRequired: false })
  })

  it('open a listener with an address that follows the issuer', () => {
    const { binding } = read({
      ...listener,
      ACCOUNT_SERVER_ISSUER: 'https://accounts.example.com',
      ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: 'smtp://mail.example.com',
    })
    expect(binding.listener).to.include({ port: 8743, cert, key })
    expect(binding.mtls).to.deep.include({ origin: 'https://accounts.example.com:8743', authorities: [] })
  })

  it('take a header from trusted proxies, and the address that the proxy has', () => {
    const { binding } = read({
      ACCOUNT_SERVER_MTLS_CERTIFICATE_HEADER: 'X-Client-Cert',
      ACCOUNT_SERVER_TRUSTED_PROXIES: 'loopback',
      ACCOUNT_SERVER_MTLS_ISSUER: 'https://mtls.example.com',
      ACCOUNT_SERVER_MTLS_CLIENT_CA: `${cert}\n${cert}`,
    })
    expect(binding.mtls).to.include({
      certificateHeader: 'x-client-cert',
      origin: 'https://mtls.example.com',
    })
    expect(binding.mtls?.authorities).to.have.lengthOf(2)
  })

  const WRONG: [string, Record<string, string>, RegExp][] = [
    ['a port without certificate and key', { ACCOUNT_SERVER_MTLS_PORT: '8743' }, /MTLS_CERT is missing/],
    ['a certificate that is none', { ...listener, ACCOUNT_SERVER_MTLS_CERT: 'x' }, /MTLS_CERT: got "x"/],
    ['a key that is none', { ...listener, ACCOUNT_SERVER_MTLS_KEY: cert }, /MTLS_KEY: got \*+, takes/],
    [
      'a key of another certificate',
      { ...listener, ACCOUNT_SERVER_MTLS_KEY: makeCertificate().key },
      /MTLS_KEY is not the key of the certificate/,
    ],
    [
      'a header that nobody is trusted to set',
      { ACCOUNT_SERVER_MTLS_CERTIFICATE_HEADER: 'client-cert' },
      /TRUSTED_PROXIES is missing/,
    ],
    ['authorities for nothing', { ACCOUNT_SERVER_MTLS_CLIENT_CA: cert }, /MTLS_CLIENT_CA needs/],
    [
      'an address that is not https',
      { ...listener, ACCOUNT_SERVER_MTLS_ISSUER: 'http://localhost:1' },
      /MTLS_ISSUER/,
    ],
  ]
  for (const [what, environment, problem] of WRONG)
    it(`refuse ${what}`, () => {
      expect(problemsOf(environment).join('\n')).to.match(problem)
    })
})

import { expect } from 'chai'
import { register } from '../provider/relying-party.ts'
import type { Party } from '../provider/relying-party.ts'
import { anyAddress, cookiesOf, openStage, PASSWORD, sqliteStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createVisitor } from '../support/visitor.ts'

const EVIL = 'evil.example'
/** Every header that some product has trusted as the address. */
const POISON: Record<string, string>[] = [
  { host: EVIL },
  { host: `${EVIL}:443` },
  { 'x-forwarded-host': EVIL },
  { 'x-forwarded-host': EVIL, 'x-forwarded-proto': 'https', 'x-forwarded-port': '444' },
  { 'x-forwarded-proto': 'https' },
  { forwarded: `host=${EVIL};proto=https;for=1.2.3.4` },
  { 'x-forwarded-server': EVIL, 'x-host': EVIL, 'x-http-host-override': EVIL },
  { 'x-original-url': `https://${EVIL}/`, 'x-rewrite-url': `https://${EVIL}/` },
  { 'x-forwarded-prefix': `//${EVIL}`, 'x-forwarded-path': `//${EVIL}` },
]

describe('addresses in answers', function () {
  let stage: Stage
  let app: Party

  before(async () => {
    stage = await sqliteStage()
    app = await register(stage)
  })

  const html = { accept: 'text/html' }
  const paths = () => [
    '/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server',
    '/.well-known/change-password',
    '/oauth/jwks',
    '/oauth/logout',
    '/oauth/logout/success',
    '/',
    '/sign-in',
    '/register',
    '/forgot',
    '/account',
    '/account/security',
    '/account/sessions',
    '/mailbox',
    '/no-such-page',
    '/%2f%2fevil.test',
    app.authorizePath(),
    app.authorizePath({ prompt: 'none' }),
    app.authorizePath({ redirect_uri: 'https://other.example' }),
    app.authorizePath({ client_id: 'unknown' }),
  ]

  for (const poison of POISON)
    it(`are the same with the headers ${JSON.stringify(poison)}`, async () => {
      for (const to of paths()) {
        const [plain, poisoned] = await Promise.all([
          stage.send({ to, headers: html }),
          stage.send({ to, headers: { ...html, ...poison } }),
        ])
        // A page is shown under the issuer's name alone.
        if (poison['host'] && !/^\/(oauth\/jwks|\.well-known\/(openid|oauth))/.test(to)) {
          expect(poisoned.status, to).to.equal(421)
          expect(poisoned.text + JSON.stringify(poisoned.headers), to).not.to.contain('evil.example')
          continue
        }
        expect(poisoned.status, to).to.equal(plain.status)
        expect(masked(poisoned.headers.location), to).to.equal(masked(plain.headers.location))
        const shown = poisoned.text + JSON.stringify(poisoned.headers)
        expect(shown, to).not.to.contain('evil.example')
        expect(shown.replaceAll(stage.issuer, ''), to).not.to.match(/https:\/\/localhost|\/\/localhost:44/)
      }
    })

  // Under another Host no form is read.
  for (const poison of POISON.filter(({ host }) => host === undefined))
    it(`of mailed links come from the issuer, and not from ${Object.keys(poison).join(', ')} [S-6.16]`, async () => {
      const { email } = await stage.person()
      const fresh = `new-${Math.random()}@example.com`
      const visitor = stage.visitor()
      for (const [path, fields] of [
        ['/forgot', { email }],
        ['/register', { email: fresh, password: PASSWORD, name: '' }],
        ['/register/resend', { email: fresh }],
      ] as const) {
        const page = await visitor.get(path.replace('/resend', ''))
        const csrf = /name="_csrf" value="([^"]*)"/.exec(page.text)?.[1] ?? ''
        const answer = await stage.send({
          to: path,
          form: { ...fields, _csrf: csrf },
          headers: {
            ...html,
            cookie: cookiesOf(visitor),
            'x-forwarded-for': anyAddress(),
            ...poison,
          },
        })
        expect(answer.headers['location'], path).to.match(/^\/(forgot|register)\/sent(\?for=[\w-]+)?$/)
      }
      for (const mail of [await stage.waitForMail(email), await stage.waitForMail(fresh)]) {
        const everything = JSON.stringify(mail)
        expect(everything, mail.subject).not.to.contain(EVIL)
        const links = everything.match(/https?:\/\/[^/"\s<]+\/(activate|reset)/g) ?? []
        expect(links.length, mail.subject).to.be.greaterThan(0)
        for (const link of links) expect(link.startsWith(`${stage.issuer}/`), link).to.equal(true)
      }
    })

  it('accept an absolute request target, but not its host', async () => {
    const answer = await stage.send({ to: '/.well-known/openid-configuration', headers: { host: EVIL } })
    expect(answer.json()).to.include({ issuer: stage.issuer })
  })
})

describe('X-Forwarded-For', function () {
  let trusting: Stage
  let alone: Stage

  before(async () => {
    trusting = await sqliteStage()
    alone = await openStage({ store: 'sqlite', env: { ACCOUNT_SERVER_TRUSTED_PROXIES: '10.9.9.9' } })
  })
  after(() => alone.stop())

  const sessionsSeen = async (stage: Stage, headers: Record<string, string>) => {
    const { id, email } = await stage.person()
    await createVisitor(stage.issuer, headers).signIn({ email, password: PASSWORD })
    const rows: { ip: string }[] = await stage.parts
      .db('account_sessions')
      .where({ accountId: id })
      .select('ip')
    return rows.map(({ ip }) => ip)
  }

  it('says who the client is when a trusted proxy sends it', async () => {
    expect(await sessionsSeen(trusting, { 'x-forwarded-for': '203.0.113.9' })).to.eql(['203.0.113.9'])
  })

  it('counts from the right: what the client itself wrote is ignored', async () => {
    const seen = await sessionsSeen(trusting, { 'x-forwarded-for': '198.51.100.1, 203.0.113.9' })
    expect(seen).to.eql(['203.0.113.9'])
  })

  it('is ignored from anybody else', async () => {
    const headers = {
      'x-forwarded-for': '203.0.113.9',
      forwarded: 'for=203.0.113.9',
      'x-real-ip': '203.0.113.9',
    }
    expect(await sessionsSeen(alone, headers)).to.eql(['127.0.0.1'])
  })

  it('does not give a guesser new attempts with each forged address [S-2.42]', async () => {
    const { email } = await alone.person()
    const limit = alone.parts.config.accounts.loginMaxFailures
    for (let guess = 0; guess <= limit; guess += 1)
      await createVisitor(alone.issuer, { 'x-forwarded-for': anyAddress() }).signIn({
        email,
        password: `no ${guess}`,
      })
    const page = await createVisitor(alone.issuer, { 'x-forwarded-for': anyAddress() }).signIn({
      email,
      password: PASSWORD,
    })
    expect(page.status).to.equal(429)
  })
})

/** An interaction's address is another at each request; everything else must be the same. */
function masked(location: string | undefined): string | undefined {
  return location?.replace(/\/interaction\/.*/, '/interaction/…')
}

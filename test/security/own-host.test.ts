import { expect } from 'chai'
import { register, signIn, VERIFIER } from '../provider/relying-party.ts'
import type { Party } from '../provider/relying-party.ts'
import { cookiesOf, openStage, PASSWORD } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { send } from '../provider/send.ts'
import { pageRoutes } from './routes.ts'

const ISSUER = 'https://accounts.example.com'

describe('The Host of a request', function () {
  let stage: Stage
  let app: Party
  const ask = (host: string, to: string, headers: Record<string, string> = {}) =>
    send(`http://127.0.0.1:${stage.processes[0]!.port}`, {
      to,
      headers: { host, accept: 'text/html', ...headers },
    })

  before(async () => {
    const env = {
      ACCOUNT_SERVER_ISSUER: ISSUER,
      ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: 'smtp://127.0.0.1:9',
    }
    stage = await openStage({ store: 'sqlite', env })
    app = await register(stage)
  })
  after(() => stage?.stop())

  for (const host of [
    'accounts.example.com',
    'ACCOUNTS.example.com',
    'accounts.example.com:443',
    'accounts.example.com:8700',
    'localhost',
    'localhost:8700',
    'app.localhost',
    '127.0.0.1:1',
    '127.9.9.9',
    '[::1]:8700',
  ])
    it(`${host} opens a page: it is the issuer's, or a name of this machine`, async () => {
      expect((await ask(host, '/sign-in')).status).to.equal(200)
    })

  const foreign = [
    'evil.example',
    'accounts.example.com.evil.example',
    'evil-accounts.example.com',
    '10.0.0.1:8700',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '[::2]',
    '0.0.0.0',
    'accounts.example.com@evil.example',
  ]
  for (const host of foreign)
    it(`${host} opens no page`, async () => {
      const answer = await ask(host, '/sign-in')
      expect(answer.status).to.be.oneOf([400, 421])
      expect(answer.cookies).to.eql([])
      if (answer.status === 421)
        expect(answer.text).to.contain('This page belongs to accounts.example.com').and.not.contain('evil')
    })

  it('of another name opens no page, nor the addresses that apps send browsers to [S-3.30]', async () => {
    const paths = [
      ...pageRoutes()
        .filter(({ method }) => method === 'GET')
        .map(({ path }) => path),
      '/device',
      '/DEVICE/',
      '/oauth/logout',
      '/oauth/logout/success',
      '/oauth/authorize/x',
      '/nothing',
      app.authorizePath(),
    ].filter((path) => !/^\/(health|oauth\/status-lists)/.test(path))
    expect(paths.length).to.be.greaterThan(20)
    for (const to of paths) expect((await ask('evil.example', to)).status, to).to.equal(421)
  })

  it('is not taken from X-Forwarded-Host or Forwarded', async () => {
    const claims = { 'x-forwarded-host': 'accounts.example.com', forwarded: 'host=accounts.example.com' }
    expect((await ask('evil.example', '/sign-in', claims)).status).to.equal(421)
    const lies = { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' }
    expect((await ask('accounts.example.com', '/sign-in', lies)).status).to.equal(200)
  })

  it('may be any name for probes, and for the endpoints that programs call', async () => {
    for (const to of ['/health/live', '/health/ready', '/oauth/jwks', '/.well-known/openid-configuration'])
      expect((await ask('10.1.2.3:8700', to)).status, to).to.equal(200)
    const token = await send(`http://127.0.0.1:${stage.processes[0]!.port}`, {
      to: '/oauth/token',
      form: {
        grant_type: 'authorization_code',
        code: 'unknown',
        redirect_uri: app.redirectUri,
        code_verifier: VERIFIER,
      },
      headers: { host: 'account-server.internal:8700', ...app.auth },
    })
    expect(token.json()).to.include({ error: 'invalid_grant' })
  })
})

describe('Forms that the protocol reads', function () {
  let stage: Stage
  let app: Party

  before(async () => {
    stage = await openStage({ store: 'sqlite' })
    app = await register(stage, {
      grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
    })
  })
  after(() => stage?.stop())

  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ]

  async function forms() {
    const visitor = stage.visitor()
    const person = await stage.person()
    await visitor.signIn({ email: person.email, password: PASSWORD })
    const issued = (await app.call('/oauth/device', { scope: 'openid' })).json()
    const device = await visitor.get('/device')
    const logout = await visitor.get('/oauth/logout')
    const secretOf = (text: string) => /name="xsrf" value="([^"]*)"/.exec(text)?.[1] ?? ''
    return {
      visitor,
      sent: [
        { to: '/device', form: { xsrf: secretOf(device.text), user_code: String(issued['user_code']) } },
        { to: '/DEVICE/', form: { xsrf: secretOf(device.text), user_code: String(issued['user_code']) } },
        { to: '/oauth/logout/confirm', form: { xsrf: secretOf(logout.text), logout: 'yes' } },
      ],
    }
  }

  it('are refused from a page of another site, as every other form is [S-3.29]', async () => {
    const { visitor, sent } = await forms()
    for (const one of sent)
      for (const headers of foreign) {
        const cookie = cookiesOf(visitor)
        const answer = await stage.send({ ...one, headers: { accept: 'text/html', cookie, ...headers } })
        expect(answer.status, `${one.to} ${JSON.stringify(headers)}`).to.equal(403)
        expect(answer.text, `${one.to} ${JSON.stringify(headers)}`).to.contain(
          'reload the page and try again',
        )
      }
    expect((await visitor.get('/account')).status, 'still signed in').to.equal(200)
  })

  it('are taken from our own page, which lets browsers say that they come from it', async () => {
    const { visitor } = await forms()
    for (const path of ['/device', '/oauth/logout']) {
      const page = await visitor.get(path)
      expect(page.headers.get('referrer-policy'), path).to.equal('same-origin')
    }
    const left = await visitor.followForm(
      await visitor.get('/oauth/logout'),
      { logout: 'yes' },
      {
        headers: { 'sec-fetch-site': 'same-origin' },
      },
    )
    expect(left.heading).to.equal('You’re signed out')
  })

  it('do not change the sign-in at an app', async () => {
    const person = await stage.person()
    const back = await signIn(stage.visitor(), app.authorizePath(), person)
    expect(back.searchParams.get('code')).to.be.a('string')
  })
})

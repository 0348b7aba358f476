import { expect } from 'chai'
import { register, signIn } from '../provider/relying-party.ts'
import { cookiesOf, openStage, PASSWORD, sqliteStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { send } from '../provider/send.ts'
import type { Visitor } from '../support/visitor.ts'
import { pageRoutes, PROTOCOL_ROUTES } from './routes.ts'
import { altered } from '../support/altered.ts'

const html = { accept: 'text/html' }
const posted = pageRoutes().filter(({ method }) => method !== 'GET')

describe('forms of our pages', function () {
  let stage: Stage
  let member: Visitor

  before(async () => {
    stage = await sqliteStage()
    const { email } = await stage.person()
    member = stage.visitor()
    await member.signIn({ email, password: PASSWORD })
  })

  const tokenOf = async (visitor: Visitor) =>
    /name="_csrf" value="([^"]*)"/.exec((await visitor.get('/register')).text)?.[1] ?? ''

  it('are all known to this suite [S-3.2]', () => {
    expect(posted.length).to.be.at.least(15)
    expect(posted.map(({ path }) => path)).to.include.members([
      '/sign-in',
      '/interaction/unknown/consent',
      '/account',
    ])
  })

  for (const { method, path } of posted)
    it(`${method} ${path} does nothing without the token of our own page, and is refused from a page of another site [S-3.1]`, async () => {
      const cookie = cookiesOf(member)
      const token = await tokenOf(member)
      const foreign = await tokenOf(stage.visitor())
      const good = { cookie, origin: stage.issuer }
      const attempts: [string, Record<string, string>, Record<string, string>][] = [
        ['no token', {}, good],
        ['an empty token', { _csrf: '' }, good],
        ["another browser's token", { _csrf: foreign }, good],
        ['a bent token', { _csrf: altered(token) }, good],
        ['no cookie', { _csrf: token }, { origin: stage.issuer }],
        ['another origin', { _csrf: token }, { cookie, origin: 'https://evil.example' }],
        ['a null origin', { _csrf: token }, { cookie, origin: 'null' }],
        ['a cross-site fetch', { _csrf: token }, { ...good, 'sec-fetch-site': 'cross-site' }],
        ['a sibling site', { _csrf: token }, { ...good, 'sec-fetch-site': 'same-site' }],
      ]
      for (const [what, form, headers] of attempts) {
        const answer = await stage.send({ method, to: path, form, headers: { ...html, ...headers } })
        // A page that was open for too long is shown again. A program, and another site, are refused.
        const isLost = / token$|no cookie/.test(what)
        expect(answer.status, what).to.equal(isLost ? 303 : 403)
        if (isLost) expect(answer.headers['location'], what).to.match(/^\/form-again\?to=%2F/)
        else expect(answer.headers['content-type'], what).to.contain('text/html')
        const program = { ...headers, accept: 'application/json' }
        expect((await stage.send({ method, to: path, form, headers: program })).status, what).to.equal(403)
      }
      const accepted = await stage.send({
        method,
        to: path,
        form: { _csrf: token },
        headers: { ...html, ...good },
      })
      // The administration is for people with a role.
      if (path.startsWith('/admin/')) expect(accepted.text).to.match(/role|administrat/)
      else expect(accepted.status).not.to.equal(403)
      expect(String(accepted.headers['location'])).not.to.contain('/form-again')
    })

  it('change nothing when they are opened instead of sent', async () => {
    const { email } = await stage.person()
    const visitor = stage.visitor()
    await visitor.signIn({ email, password: PASSWORD })
    for (const { path } of posted) await visitor.get(path)
    expect((await visitor.get('/account')).heading).to.contain('account')
  })

  it('confirm a sign-out only with the token of the page and of this session', async () => {
    const [one, other] = [stage.visitor(), stage.visitor()]
    for (const visitor of [one, other])
      await visitor.signIn({ email: (await stage.person()).email, password: PASSWORD })
    const page = await one.get('/oauth/logout')
    await other.get('/oauth/logout')
    const xsrf = /name="xsrf" value="([^"]*)"/.exec(page.text)?.[1] ?? ''
    expect((await one.post('/oauth/logout/confirm', { logout: 'yes' })).status).to.equal(400)
    expect((await other.post('/oauth/logout/confirm', { logout: 'yes', xsrf })).status).to.equal(400)
    for (const [who, visitor] of Object.entries({ one, other }))
      expect((await visitor.get('/account')).heading, who).to.contain('account')
    expect((await one.followForm(page, { logout: 'yes' })).status).to.equal(200)
    expect((await one.get('/account')).heading).to.equal('Sign in')
  })
})

describe('every page', function () {
  let stage: Stage
  let paths: string[]

  before(async () => {
    stage = await sqliteStage()
    const app = await register(stage)
    const pages = [...pageRoutes(), ...PROTOCOL_ROUTES].filter(({ method }) => method === 'GET')
    paths = [
      ...pages.map(({ path }) => path),
      app.authorizePath(),
      '/nothing-here',
      '/%ff',
      '/oauth/authorize?x',
    ]
  })

  it('has a strict content policy, and headers against caching, framing, sniffing and referrers [S-3.3]', async () => {
    const member = stage.visitor()
    await member.signIn({ email: (await stage.person()).email, password: PASSWORD })
    for (const to of paths)
      for (const cookie of ['', cookiesOf(member)]) {
        const sent = { ...html, ...(cookie && { cookie }) }
        const { headers, status, text } = await stage.send({ to, headers: sent })
        const policy = String(headers['content-security-policy'])
        expect(status, to).to.be.below(500)
        expect(policy, to).to.contain("default-src 'none'").and.contain('frame-ancestors')
        if (!to.endsWith('/html')) expect(policy, to).not.to.contain('unsafe')
        expect(policy, to).not.to.match(/\*(?!\.)/)
        // The protocol's own self-sending form is the one script there is, and its hash the one exception.
        // A page with a script of this server may run those, and no other page runs any.
        if (/<script/.test(text)) expect(policy, to).to.match(/script-src 'self';/)
        else if (to !== '/oauth/logout') expect(policy, to).not.to.match(/script-src [^;]|sha256/)
        expect(headers['x-content-type-options'], to).to.equal('nosniff')
        expect(headers['referrer-policy'], to).to.be.oneOf(['no-referrer', 'same-origin'])
        const lasting = /jwks|well-known\/(openid|oauth)/.test(to)
        if (!lasting) expect(headers['cache-control'], to).to.equal('no-store')
        expect(headers['x-powered-by'], to).to.equal(undefined)
        expect(headers['server'], to).to.equal(undefined)
      }
  })

  it('that submits itself, as the protocol asks, may run only its own script', async () => {
    const app = await register(stage)
    const to = app.authorizePath({ prompt: 'none', response_mode: 'form_post' })
    const { text, headers } = await stage.send({ to, headers: html })
    const scripts = [...text.matchAll(/<script src="([^"]+)" defer><\/script>/g)].map(
      ([, source = '']) => source,
    )
    expect(scripts).to.have.length(1)
    expect(text.match(/<script/g)).to.have.length(1)
    const script = await stage.send({ to: scripts[0]! })
    expect(script.text).to.contain('document.forms[0].submit()')
    const policy = String(headers['content-security-policy'])
    expect(policy).to.contain("script-src 'self';").and.contain("frame-ancestors 'none'")
    expect(text).to.contain('<noscript>').and.not.contain('_csrf')
  })

  it('holds no inline script and no inline style, and only script files of this server', async () => {
    const scripted = new Set<string>()
    for (const to of paths) {
      const { text } = await stage.send({ to, headers: html })
      const read = text.replaceAll(
        /<script src="(\/[^"/][^"]*)" defer><\/script>/g,
        (_tag, source: string) => {
          scripted.add(source)
          return ''
        },
      )
      expect(read, to).not.to.match(/<script|\son\w+=|\sstyle="|<style|javascript:/i)
    }
    expect([...scripted].join(' ')).to.contain('/assets/password.js?v=')
    for (const to of scripted) {
      const { headers } = await stage.send({ to })
      expect(headers['content-type'], to).to.contain('text/javascript')
    }
  })
})

describe('cookies', function () {
  let secure: Stage

  before(async () => {
    // TLS ends at a proxy in front, so the server itself speaks http.
    secure = await openStage({
      store: 'sqlite',
      env: {
        ACCOUNT_SERVER_ISSUER: 'https://accounts.example',
        ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: 'smtp://127.0.0.1:9',
      },
    })
  })
  after(() => secure?.stop())

  it('of an https issuer are Secure, HttpOnly, SameSite and bound to the host [S-2.29]', async () => {
    const [port] = secure.processes.map((process) => process.port)
    const address = `http://127.0.0.1:${port}`
    const page = await send(address, { to: '/sign-in', headers: html })
    const csrf = /name="_csrf" value="([^"]*)"/.exec(page.text)?.[1] ?? ''
    const { email } = await secure.person()
    const cookie = page.cookies.map((line) => line.split(';')[0]).join('; ')
    const form = { _csrf: csrf, email, password: PASSWORD }
    const signedIn = await send(address, {
      to: '/sign-in',
      form,
      headers: { ...html, cookie, origin: 'https://accounts.example' },
    })
    expect(signedIn.status).to.equal(303)
    const app = await register(secure)
    const asked = await send(address, { to: app.authorizePath(), headers: html })
    const registering = await send(address, {
      to: '/register',
      form: { _csrf: csrf, email: 'new@example.com', password: PASSWORD, name: '' },
      headers: { ...html, cookie, origin: 'https://accounts.example' },
    })
    const lines = [...page.cookies, ...signedIn.cookies, ...asked.cookies, ...registering.cookies]
    const names = lines.map((line) => line.slice(0, line.indexOf('=')))
    expect(names).to.include.members([
      '__Host-as_csrf',
      '__Host-as_session',
      '__Host-as_device',
      '__Host-as_browser',
    ])
    for (const line of lines) {
      expect(line)
        .to.match(/; *httponly/i)
        .and.match(/; *secure/i)
        .and.match(/; *samesite=lax/i)
      expect(line).not.to.match(/; *domain=/i)
      expect(line).to.match(/^__(Host|Secure)-/)
      if (line.startsWith('__Host-')) expect(line).to.match(/; *path=\/(;|$)/i)
    }
    for (const [which, answer] of Object.entries({ page, signedIn, asked }))
      expect(answer.headers['strict-transport-security'], which).to.match(/max-age=\d{7,}/)
  })

  it('name a new session after signing in, and after signing in again [S-2.28]', async () => {
    const stage = await sqliteStage()
    const app = await register(stage)
    const visitor = stage.visitor()
    await visitor.get(app.authorizePath())
    const person = await stage.person()
    const planted = visitor.cookie('as_session') ?? ''
    await signIn(visitor, app.authorizePath(), person)
    const first = visitor.cookie('as_session') ?? ''
    expect(first).to.have.length.greaterThan(40).and.not.equal(planted)
    await signIn(visitor, app.authorizePath({ prompt: 'login' }), person)
    const second = visitor.cookie('as_session') ?? ''
    expect(second).not.to.equal(first)
    // The page of one's own account has a sign-in of its own.
    const form = await visitor.get('/register')
    const csrf = /name="_csrf" value="([^"]*)"/.exec(form.text)?.[1] ?? ''
    await visitor.post('/sign-in', { _csrf: csrf, email: person.email, password: PASSWORD })
    expect(visitor.cookie('as_session')).not.to.equal(second)
    const old = stage.visitor()
    for (const name of ['as_session', 'as_session.sig']) old.setCookie(name, visitor.cookie(name) ?? '')
    expect((await old.get('/account')).heading).to.contain('account')
  })

  it('that were planted or altered give no access', async () => {
    const stage = await sqliteStage()
    const victim = stage.visitor()
    await victim.signIn({ email: (await stage.person()).email, password: PASSWORD })
    const value = victim.cookie('as_session') ?? ''
    const signature = victim.cookie('as_session.sig') ?? ''
    for (const [id, sig] of [
      [value, ''],
      [value, altered(signature)],
      [altered(value), signature],
      ['a'.repeat(59), signature],
    ]) {
      const thief = stage.visitor()
      thief.setCookie('as_session', id!)
      if (sig) thief.setCookie('as_session.sig', sig)
      expect((await thief.get('/account')).heading, `${id} ${sig}`).to.equal('Sign in')
    }
  })
})

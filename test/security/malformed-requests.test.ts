import { connect } from 'node:net'
import { expect } from 'chai'
import type { Answer, Sent } from '../provider/send.ts'
import { register } from '../provider/relying-party.ts'
import type { Party } from '../provider/relying-party.ts'
import { anyAddress, cookiesOf, openStage, PASSWORD, sqliteStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { pageRoutes, PROTOCOL_ROUTES } from './routes.ts'
import { malformed, METHODS, randomFrom } from './malformed.ts'
import type { Known } from './malformed.ts'

const REQUESTS = 600
/** Set TEST_SEED to the seed of a failure to see it again. */
const SEED = Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000)

describe(`malformed requests (seed ${SEED})`, function () {
  let stage: Stage
  let app: Party
  let known: Known

  before(async () => {
    stage = await sqliteStage()
    app = await register(stage)
    const member = stage.visitor()
    await member.signIn({ email: (await stage.person()).email, password: PASSWORD })
    const csrf = /name="_csrf" value="([^"]*)"/.exec((await member.get('/register')).text)?.[1] ?? ''
    const { clientId, redirectUri, auth } = app
    known = { cookie: cookiesOf(member), csrf, origin: stage.issuer, clientId, redirectUri, auth }
  })

  const routes = [...pageRoutes(), ...PROTOCOL_ROUTES, { method: 'GET', path: '/nothing' }]

  it(`get a clear answer from every route: ${REQUESTS} of them, never a 5xx, never kept [S-3.20]`, async () => {
    const random = randomFrom(SEED)
    for (let n = 0; n < REQUESTS; n += 20) {
      const batch = Array.from({ length: 20 }, (_, k) =>
        malformed(random, routes[(n + k) % routes.length]!, known),
      )
      const answers = await Promise.all(batch.map((sent) => deliver(sent)))
      batch.forEach((sent, k) => judge(sent, answers[k]!))
    }
  })

  it('get a clear answer from every route to every method', async () => {
    for (const { path } of routes)
      for (const method of METHODS) judge({ to: path, method }, await deliver({ to: path, method }))
  })

  const deliver = (sent: Sent): Promise<Answer | 'closed'> =>
    stage
      .send({ ...sent, headers: { accept: 'text/html', 'x-forwarded-for': anyAddress(), ...sent.headers } })
      .catch((error: NodeJS.ErrnoException) => {
        // A server that has answered may close before the rest of a huge request has left.
        if (error.code === 'EPIPE' || error.code === 'ECONNRESET') return 'closed'
        // What is no HTTP gets a 400 with a body, also when it began with HEAD.
        if (error.code === 'HPE_CLOSED_CONNECTION') return 'closed'
        throw error
      })

  function judge(sent: Sent, answer: Answer | 'closed'): void {
    if (answer === 'closed') return
    const seen = `seed ${SEED}: ${JSON.stringify(sent).slice(0, 600)} → ${answer.status} ${answer.text.slice(0, 200)}`
    expect(answer.status, seen).to.be.within(200, 499)
    if (answer.status === 431 || answer.status === 408) return
    const lasting = /^\/(oauth\/jwks|\.well-known\/(openid|oauth))/.test(sent.to) && answer.status < 400
    if (!lasting) expect(answer.headers['cache-control'], seen).to.equal('no-store')
    if (answer.status >= 400 && sent.method !== 'HEAD') expect(answer.text.length, seen).to.be.at.least(10)
    const leak = /.{0,80}(SQLITE|\bat \w+ \(|node_modules|ECONN|\[object Obj).{0,80}/s.exec(answer.text)?.[0]
    expect(leak, seen).to.equal(undefined)
  }

  it('that are too large are refused as such: bodies 413, headers and addresses 431 [S-5.19]', async () => {
    const huge = `email=${'a'.repeat(300_000)}`
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    for (const to of [
      '/sign-in',
      '/register',
      '/oauth/token',
      '/oauth/introspect',
      '/oauth/revoke',
      '/oauth/authorize',
      '/oauth/logout/confirm',
    ]) {
      const answer = await deliver({ to, body: huge, headers: { ...type, ...app.auth } })
      if (answer !== 'closed') expect(answer.status, to).to.be.oneOf([400, 413])
    }
    const query = await deliver({ to: `/oauth/authorize?state=${'s'.repeat(20_000)}` })
    expect(query).to.include({ status: 431 })
    expect(await deliver({ to: '/', headers: { cookie: `a=${'c'.repeat(20_000)}` } })).to.include({
      status: 431,
    })
    const fits = await deliver({ to: '/', headers: { cookie: `session=${'c'.repeat(8000)}; session.sig=x` } })
    expect(fits).to.include({ status: 200 })
  })

  it('without HTTP in them are answered with a line and the end of the connection', async () => {
    const { port } = stage.processes[0]!
    const wrong = [
      'nonsense\r\n\r\n',
      'GET / HTTP/1.1\r\n\r\n',
      'POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n',
      'POST /sign-in HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      'GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n',
      'GET / HTTP/9.9\r\nHost: a\r\n\r\n',
    ]
    for (const bytes of wrong)
      expect(await raw(port, bytes), JSON.stringify(bytes)).to.match(/^HTTP\/1\.1 4\d\d /)
  })

  it('with targets that are no paths get an answer of ours', async () => {
    const { port } = stage.processes[0]!
    const targets = [
      '*',
      '//',
      '//evil.example/sign-in',
      'http://evil.example/',
      'http://[',
      '/%',
      '/%ff%fe',
      '/..%2f..%2fetc/passwd',
    ]
    for (const target of targets) {
      const answer = await raw(port, `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
      expect(answer, target).to.match(/^HTTP\/1\.1 [234]\d\d /)
      expect(answer, target).not.to.contain('root:').and.not.contain('evil.example')
    }
  })
})

describe('interactions', function () {
  let stage: Stage

  before(async () => {
    stage = await openStage({ store: 'sqlite' })
  })
  after(() => stage.stop())

  it('survive every form of every step sent at every step', async () => {
    const app = await register(stage)
    const person = await stage.person()
    const steps = ['sign-in', 'verify-email', 'set-up/later', 'consent', 'cancel']
    const signedIn = async () => {
      const visitor = stage.visitor()
      const form = await visitor.get(app.authorizePath())
      return {
        visitor,
        page: await visitor.followForm(
          form,
          { email: person.email, password: PASSWORD },
          { action: '/sign-in' },
        ),
      }
    }
    const fresh = async () => {
      const visitor = stage.visitor()
      return { visitor, page: await visitor.get(app.authorizePath()) }
    }
    for (const start of [fresh, signedIn])
      for (const step of steps) {
        const { visitor, page } = await start()
        const current = /action="\/interaction\/[^/]+\/([\w-]+)/.exec(page.text)?.[1] ?? ''
        const text = page.text.replaceAll(`/${current}`, `/${step}`)
        const fields = { decision: 'allow', email: 'x', password: 'y' }
        const answer = await visitor.followForm({ ...page, text }, fields, { action: `/${step}` })
        expect(answer.status, `${step} at ${current}`).to.be.below(500)
        if (current === 'sign-in')
          expect(answer.headers.get('location') ?? '', `${step} at ${current}`).not.to.contain('code=')
      }
  })
})

function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    socket.on('error', reject)
    socket.on('close', () => resolve(text))
    socket.write(bytes)
  })
}

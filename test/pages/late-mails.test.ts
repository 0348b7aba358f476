import { expect } from 'chai'
import { MINUTE_MS, SECOND_MS } from '../../src/platform/clock.ts'
import { movableTime } from '../support/movable-time.ts'
import { startRelyingParty } from '../support/relying-party.ts'
import { startServer, TEST_PASSWORD } from '../support/running-server.ts'
import type { RunningServer } from '../support/running-server.ts'
import { createVisitor } from '../support/visitor.ts'
import type { Visited } from '../support/visitor.ts'

// Where a script can show it later, it is there and hidden.
const SAYS_LATE = 'data-mail-delay>Email is slower than usual'

describe('The page that waits for a mail', () => {
  const time = movableTime()
  let server: RunningServer
  before(async () => {
    server = await startServer({ store: 'sqlite' })
  })
  after(() => server.stop())

  /** A mail that waits for its next attempt, as after an outage of the mail server. */
  async function leaveWaiting(waitedMs: number): Promise<void> {
    const now = Date.now()
    await server.parts.db('outbox_messages').insert({
      id: 'a-mail-that-waits',
      topic: 'mail',
      payload: 'sealed',
      attempts: 3,
      lastError: 'smtp ECONNREFUSED CONN mail.example:587',
      nextAttemptAtMs: now + 10 * MINUTE_MS,
      createdAtMs: now - waitedMs,
    })
  }

  afterEach(async () => {
    await server.parts.db('outbox_messages').where('id', 'a-mail-that-waits').delete()
    // A process keeps the answer for some seconds.
    time.advance(5 * SECOND_MS)
  })

  /** Both pages, for a known address and for an unknown one. */
  async function waitingPages(): Promise<Visited[]> {
    const known = (await server.createAccount()).email
    const unknown = `nobody-${Date.now()}@example.org`
    const pages: Visited[] = []
    for (const email of [known, unknown]) {
      const visitor = createVisitor(server.issuer)
      pages.push(await visitor.followForm(await visitor.get('/forgot'), { email }))
      const form = { name: 'Ada', email, password: TEST_PASSWORD }
      pages.push(await visitor.followForm(await visitor.get('/register'), form))
    }
    for (const page of pages) expect(page.heading, page.url.pathname).to.equal('Check your email')
    return pages
  }

  it('says that mails are late, alike for every address [S-2.84]', async () => {
    await leaveWaiting(MINUTE_MS + SECOND_MS)
    for (const { text, url } of await waitingPages()) expect(text, url.pathname).to.contain(SAYS_LATE)
  })

  it('says it as well on the way to an app, where the address has to be confirmed first', async () => {
    await leaveWaiting(MINUTE_MS + SECOND_MS)
    const app = await startRelyingParty(server)
    const { email, password } = await server.createAccount({ verified: false })
    const visitor = createVisitor(server.issuer)
    const page = await visitor.followForm(await visitor.get((await app.begin()).url), { email, password })
    expect(page.heading).to.equal('Confirm your email')
    expect(page.text).to.contain(SAYS_LATE)
    await app.stop()
  })

  it('asks again by itself, with a script and without one, alike for every address', async () => {
    for (const { text, url } of await waitingPages()) {
      expect(text, url.pathname).to.contain('data-ask="/check/mails"').and.contain('mail-wait.js')
      expect(text, url.pathname).to.match(
        /<noscript><meta http-equiv="refresh" content="\d+;url=[^"]*refreshed=1">/,
      )
    }
    const asked = async () => (await createVisitor(server.issuer).get('/check/mails')).text
    expect(JSON.parse(await asked())).to.eql({ late: false })
    await leaveWaiting(MINUTE_MS + SECOND_MS)
    time.advance(5 * SECOND_MS)
    expect(JSON.parse(await asked())).to.eql({ late: true })
  })

  it('stops to load itself again after a while', async () => {
    const visitor = createVisitor(server.issuer)
    const page = await visitor.followForm(await visitor.get('/forgot'), { email: 'nobody@example.org' })
    expect((await visitor.get(`${page.url.pathname}?refreshed=7`)).text).to.contain('refreshed=8')
    expect((await visitor.get(`${page.url.pathname}?refreshed=8`)).text).not.to.contain(
      'http-equiv="refresh"',
    )
  })

  it('leaves minutes to type a code where a registration waits, and looks at once when asked', async () => {
    const visitor = createVisitor(server.issuer)
    const form = { name: 'Ada', email: `waits-${Date.now()}@example.org`, password: TEST_PASSWORD }
    const { text } = await visitor.followForm(await visitor.get('/register'), form)
    const seconds = Number(/http-equiv="refresh" content="(\d+);/.exec(text)?.[1])
    expect(text).to.contain('name="code"')
    expect(seconds).to.be.at.least(120)
    expect(text).to.match(/<noscript> <a href="\/register\/sent[^"]*">Check now<\/a><\/noscript>/)
  })

  it('says nothing while mails leave in time', async () => {
    await leaveWaiting(MINUTE_MS - 10 * SECOND_MS)
    for (const { text, url } of await waitingPages()) expect(text, url.pathname).not.to.contain(SAYS_LATE)
  })
})

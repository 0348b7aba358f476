import { expect } from 'chai'
import { HOUR_MS } from '../../../src/platform/clock.ts'
import { createTryLater } from '../../../src/pages/errors/try-later.routes.ts'
import { altered } from '../../support/altered.ts'
import { movableTime } from '../../support/movable-time.ts'
import { startServer } from '../../support/running-server.ts'
import type { RunningServer } from '../../support/running-server.ts'
import { createVisitor } from '../../support/visitor.ts'
import type { Visited } from '../../support/visitor.ts'

describe('A form that is refused for now', () => {
  const time = movableTime()
  let server: RunningServer
  before(async () => {
    server = await startServer({ store: 'sqlite' })
  })
  after(() => server.stop())

  const signingIn = { email: 'ada@example.org', password: 'not the password' }

  let page: Visited
  before(async () => {
    const visitor = createVisitor(server.issuer)
    for (let tries = 0; tries <= server.parts.config.accounts.loginMaxFailures; tries += 1)
      page = await visitor.followForm(await visitor.get('/sign-in?after=mail'), signingIn)
  })

  it('leads to a page with the status, the wait and a link to the form; a reload shows the same', async () => {
    expect([page.status, page.heading]).to.eql([429, 'Too many attempts'])
    expect(page.through.map(({ status, url }) => [status, url.pathname])).to.eql([[303, '/sign-in']])
    expect(page.url.pathname).to.equal('/try-later')
    expect(Number(page.headers.get('retry-after'))).to.be.within(60, 16 * 60)
    expect(page.headers.get('cache-control')).to.equal('no-store')
    expect(page.text).to.match(/Try again in \d+ minutes/)
    expect(page.text).to.match(/<a class="button" href="\/sign-in[^"]*">Try again/)
    const again = await createVisitor(server.issuer).get(page.url)
    expect([again.status, again.heading]).to.eql([429, 'Too many attempts'])
  })

  it('is refused at once for a program, with the status of the refusal', async () => {
    const visitor = createVisitor(server.issuer, { accept: 'application/json' })
    const form = await visitor.get('/sign-in', { headers: { accept: 'text/html' } })
    const answer = await visitor.followForm(form, signingIn)
    expect([answer.status, answer.through]).to.eql([429, []])
    expect(JSON.parse(answer.text)).to.have.property('error', 'too_many_attempts')
  })

  it('has a page that nobody else can make, and no link to other sites', async () => {
    const url = new URL(page.url)
    const visitor = createVisitor(server.issuer)
    for (const why of ['', 'invented', altered(url.searchParams.get('why') ?? '')]) {
      const shown = await visitor.get(`/try-later?${new URLSearchParams({ why, to: '/forgot' })}`)
      expect([shown.status, shown.url.pathname], why).to.eql([200, '/forgot'])
    }
    for (const to of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)']) {
      url.searchParams.set('to', to)
      const shown = await visitor.get(url)
      expect(shown.text, to).to.contain('<a class="button" href="/">').and.not.to.contain('evil')
    }
  })

  it('says for a failure that passes by which number to quote', async () => {
    const { lead } = createTryLater(server.parts)
    const at = { method: 'POST', path: '/forgot', search: '', accepts: () => 'html' }
    let location = ''
    const ctx = { ...at, redirect: (url: string) => (location = url) } as never
    const failure = { code: 'temporarily_unavailable', status: 503, message: 'Away.', retryAfterSeconds: 2 }
    expect(lead(ctx, { ...failure, errorId: 'ABCD-2345' })).to.equal(true)
    const shown = await createVisitor(server.issuer).get(location)
    expect([shown.status, shown.heading]).to.eql([503, 'Back in a moment'])
    expect(shown.text).to.contain('ABCD-2345')
  })

  it('leads to the form once the wait is over', async () => {
    time.advance(HOUR_MS)
    const later = await createVisitor(server.issuer).get(page.url)
    expect([later.status, later.url.pathname, later.heading]).to.eql([200, '/sign-in', 'Sign in'])
  })
})

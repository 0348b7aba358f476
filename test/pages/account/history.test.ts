import { expect } from 'chai'
import { DAY_MS } from '../../../src/platform/clock.ts'
import { enroll } from '../../factors/enrolled.ts'
import { register } from '../../provider/relying-party.ts'
import { PASSWORD, sqliteStage } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { registerApp } from '../../protocol/challenge/first-party-app.ts'
import { isMounted } from '../../support/mounted.ts'
import type { Visited } from '../../support/visitor.ts'

const PAGE = '/account/sessions/history'
const FIREFOX = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' }

describe('the page of one’s sign-ins', () => {
  let stage: Stage

  before(async () => {
    stage = await sqliteStage()
  })

  async function signedIn() {
    const person = await stage.person()
    const visitor = stage.visitor({ ...FIREFOX, 'x-forwarded-for': '203.0.113.9' })
    await visitor.signIn({ ...person, password: PASSWORD })
    return { person, visitor }
  }
  const entriesOf = ({ text }: Visited) =>
    [...text.matchAll(/<li>\n<div>([\s\S]*?)<\/li>/g)].map(([, entry = '']) =>
      entry
        .replaceAll(/<[^>]+>/g, ' ')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    )
  const resultsOf = (page: Visited) => entriesOf(page).map((entry) => entry.split(/ (?=[A-Z][a-z]{2} \d)/)[0])

  it('names time, browser, network address and app, also of those that failed', async () => {
    const { person, visitor } = await signedIn()
    const app = await register(stage)
    const elsewhere = stage.visitor({ ...FIREFOX, 'x-forwarded-for': '203.0.113.10' })
    const form = await elsewhere.get(app.authorizePath({ prompt: undefined }))
    await elsewhere.followForm(form, { email: person.email, password: 'a guess' }, { action: '/sign-in' })
    const [failed, first] = entriesOf(await visitor.get(PAGE))
    expect(failed).to.match(
      /^Wrong password failed \w{3} \d+, \d{4}, .* UTC · now Firefox on Linux · 203\.0\.113\.10 · for Demo app$/,
    )
    expect(first).to.match(/^Signed in with password \w{3} .* Firefox on Linux · 203\.0\.113\.9$/)
    expect((await visitor.get('/account/sessions')).text).to.contain(`href="${PAGE}"`)
  })

  it('says what became of the second step', async () => {
    const { person, visitor } = await signedIn()
    const factor = await enroll(stage.parts, person.id)
    const other = stage.visitor(FIREFOX)
    const asked = await other.signIn({ ...person, password: PASSWORD })
    await other.followForm(asked, { code: factor.wrong() }, { action: '/code' })
    await other.followForm(asked, { code: await factor.code() }, { action: '/code' })
    const page = await visitor.get(PAGE)
    expect(resultsOf(page)).to.eql([
      'Signed in with password and authenticator app',
      'Right password, wrong code failed',
      'Right password, code requested',
      'Signed in with password',
    ])
    for (const entry of entriesOf(page)) expect(entry).to.contain('Firefox on Linux')
  })

  it('tells the password of somebody who is signed in from a sign-in', async () => {
    const { visitor } = await signedIn()
    await visitor.followForm(await visitor.get('/account/security/confirm'), { password: PASSWORD })
    expect(resultsOf(await visitor.get(PAGE))).to.eql(['Password confirmed', 'Signed in with password'])
  })

  if (isMounted('challenge'))
    it('has the sign-ins at an app’s own form', async () => {
      const { person, visitor } = await signedIn()
      const app = await registerApp(stage)
      await app.begin({ username: person.email, password: 'a guess' }, FIREFOX)
      expect(entriesOf(await visitor.get(PAGE))[0]).to.match(
        /^Wrong password .* Firefox on Linux · .* · for Demo app$/,
      )
    })

  it('has fifty on a page, each once, and leads to older ones of ninety days', async () => {
    const { person, visitor } = await signedIn()
    const entry = { action: 'sign_in.failed', actor: 'anonymous', accountId: person.id, detail: '{}' }
    const ago = (days: number) => ({ ...entry, atMs: Date.now() - days * DAY_MS, ip: `198.51.100.${days}` })
    await stage.parts.db('audit_events').insert(Array.from({ length: 70 }, (_, n) => ago(100 - n)))
    const page = await visitor.get(PAGE)
    const href = /href="([^"]*before=\d+)"/.exec(page.text)?.[1] ?? ''
    const older = await visitor.get(href)
    expect([entriesOf(page).length, entriesOf(older).length]).to.eql([50, 10])
    expect(new Set([...entriesOf(page), ...entriesOf(older)]).size).to.equal(60)
    expect(older.text).not.to.match(/href="[^"]*before=/)
  })

  it('shows one’s own sign-ins only, and the latest for an address that means nothing', async () => {
    const { visitor } = await signedIn()
    await signedIn()
    for (const query of ['', '?before=0', '?before=x', '?before=1&before=2', '?before=99999999999999999999'])
      expect(entriesOf(await visitor.get(`${PAGE}${query}`)), query).to.have.length(1)
    expect(entriesOf(await visitor.get(`${PAGE}?before=1`))).to.have.length(0)
    expect((await stage.visitor().get(PAGE)).heading).to.equal('Sign in')
  })
})

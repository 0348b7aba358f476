import { expect } from 'chai'
import { enroll } from '../../factors/enrolled.ts'
import { authenticator, secretOn } from '../../factors/authenticator.ts'
import { openStage, PASSWORD } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { ageSessions } from '../../support/older-sign-ins.ts'
import { readQrCode } from '../../support/qr-reader.ts'
import type { Visited, Visitor } from '../../support/visitor.ts'

const PAGE = '/account/security'
const SET_UP = 'Set up your authenticator app'
const CONFIRM = 'Confirm it’s you'
const CODES = 'Save your recovery codes'
const STAY = { follow: false }

describe('the pages of one’s security', () => {
  let stage: Stage

  before(async () => {
    stage = await openStage({ store: 'sqlite' })
  })
  after(() => stage.stop())

  async function signedIn(given: { enrolled?: boolean } = {}) {
    const person = await stage.person()
    const visitor = stage.visitor()
    await visitor.signIn({ ...person, password: PASSWORD })
    const enrolled = given.enrolled ? await enroll(stage.parts, person.id) : undefined
    return { person, visitor, enrolled }
  }
  const begin = async (visitor: Visitor) =>
    visitor.followForm(await visitor.get(PAGE), {}, { action: `${PAGE}/app` })
  const codeFor = (page: Visited) => authenticator(secretOn(page.text)).codeAt(Date.now())
  const send = (visitor: Visitor, page: Visited, code: string) =>
    visitor.followForm(page, { code }, { action: '/confirm' })
  const noticeOf = ({ text }: Visited) => /<p class="notice"[^>]*>([^<]*)</.exec(text)?.[1] ?? ''
  const csrfOf = ({ text }: Visited) => /name="_csrf" value="([^"]+)"/.exec(text)?.[1] ?? ''
  const shownCodes = ({ text }: Visited) => [...text.matchAll(/<li><code>([^<]+)</g)].map(([, code]) => code)
  const isOn = (page: Visited) => page.text.includes('Remove<span')

  it('set up an app by its QR code, show the recovery codes once, and then say that it is on [S-2.73]', async () => {
    const { person, visitor } = await signedIn()
    const page = await begin(visitor)
    expect([page.status, page.heading]).to.eql([200, SET_UP])
    const uri = new URL(readQrCode(page.text))
    expect(uri.searchParams.get('secret')).to.equal(secretOn(page.text))
    expect(decodeURIComponent(uri.pathname)).to.contain(person.email)

    const codes = await send(visitor, page, codeFor(page))
    expect(codes.heading).to.equal(CODES)
    expect(shownCodes(codes)).to.have.length(10)
    const waiting = await visitor.get(PAGE)
    expect(isOn(waiting)).to.equal(true)
    expect(waiting.text).to.contain('Show the codes')
    expect(shownCodes(await visitor.get(`${PAGE}/codes`)), 'reload').to.eql(shownCodes(codes))
    const file = await visitor.get(`${PAGE}/codes/file`)
    expect(file.headers.get('content-disposition')).to.equal('attachment; filename="recovery-codes.txt"')
    for (const code of shownCodes(codes)) expect(file.text, code).to.contain(`\r\n${code}\r\n`)

    const done = await visitor.followForm(codes, {}, { action: '/saved' })
    expect([done.url.pathname, isOn(done)]).to.eql([PAGE, true])
    expect(noticeOf(done)).to.match(/^Two-step sign-in is on/)
    expect(noticeOf(await visitor.get(PAGE)), 'once').to.equal('')
    for (const address of [`${PAGE}/codes`, `${PAGE}/codes/file`])
      expect(noticeOf(await visitor.get(address)), address).to.match(/only once/)
    await stage.waitForMail(person.email, /is on/)
  })

  it('go on after a wrong code, an empty one, a reload and the other tab', async () => {
    const { visitor } = await signedIn()
    const page = await begin(visitor)
    for (const code of ['', 'x'.repeat(500), authenticator(secretOn(page.text)).wrongCodeAt(Date.now())]) {
      const again = await send(visitor, page, code)
      expect([again.heading, again.url.pathname], code).to.eql([SET_UP, `${PAGE}/app`])
      expect(again.text, code).to.contain('aria-invalid')
      expect(secretOn(again.text), code).to.equal(secretOn(page.text))
    }
    for (const address of [`${PAGE}/app`, `${PAGE}/app/confirm`])
      expect(secretOn((await visitor.get(address)).text), address).to.equal(secretOn(page.text))
    const otherTab = await begin(visitor)
    expect(secretOn(otherTab.text), 'other tab').to.equal(secretOn(page.text))
    expect((await send(visitor, otherTab, codeFor(page))).heading).to.equal(CODES)
    const late = await send(visitor, page, codeFor(page))
    expect(late.heading, 'the first tab leads to the codes too').to.equal(CODES)
    await visitor.followForm(late, {}, { action: '/saved' })
    const after = await send(visitor, page, '123456')
    expect([after.heading, noticeOf(after)]).to.eql([
      'Security',
      'Your account already has an authenticator app.',
    ])
  })

  it('lead back from a set-up that expired, was cancelled or was begun in another session', async () => {
    const { person, visitor } = await signedIn()
    await begin(visitor)
    const elsewhere = stage.visitor()
    await elsewhere.signIn({ ...person, password: PASSWORD })
    const stranger = await elsewhere.get(`${PAGE}/app`)
    expect([stranger.heading, secretOn(stranger.text)], 'another session').to.eql(['Security', ''])
    await begin(elsewhere)
    const replaced = await visitor.get(`${PAGE}/app`)
    expect([replaced.heading, secretOn(replaced.text)], 'begun elsewhere since').to.eql(['Security', ''])
    const next = await begin(visitor)
    await stage.parts
      .db('account_totps')
      .where({ accountId: person.id })
      .decrement('createdAtMs', 2 * 3_600_000)
    for (const late of [await send(visitor, next, codeFor(next)), await visitor.get(`${PAGE}/app`)])
      expect([late.status, late.heading, noticeOf(late)], 'expired').to.eql([
        200,
        'Security',
        'That set-up is no longer open. Start again.',
      ])
    const again = await begin(visitor)
    expect(secretOn(again.text)).not.to.equal(secretOn(next.text))
    const csrf = /name="_csrf" value="([^"]+)"/.exec(again.text)?.[1] ?? ''
    const cancelled = await visitor.post(`${PAGE}/app/cancel`, { _csrf: csrf })
    expect([cancelled.heading, noticeOf(cancelled)]).to.eql(['Security', 'Nothing was changed.'])
    expect((await visitor.get(`${PAGE}/app`)).heading).to.equal('Security')
  })

  it('ask for the password before a change when the sign-in is older, and only then [S-2.74]', async () => {
    const { visitor } = await signedIn()
    await ageSessions(stage)
    const asked = await begin(visitor)
    expect(asked.heading).to.equal(CONFIRM)
    const wrong = await visitor.followForm(asked, { password: 'not mine' })
    expect(wrong.heading).to.equal(CONFIRM)
    expect(wrong.text).to.contain('That’s not your password')
    const page = await visitor.followForm(wrong, { password: PASSWORD })
    expect(page.heading).to.equal(SET_UP)
    await send(visitor, page, codeFor(page))
    expect((await visitor.get(`${PAGE}/app/remove`)).heading).to.equal('Remove the authenticator app?')
  })

  it('ask for it in a session from before the last change, and take neither a form nor a page without [S-2.74]', async () => {
    const { person, visitor } = await signedIn({ enrolled: true })
    await stage.parts.db('account_totps').where({ accountId: person.id }).increment('confirmedAtMs', 1000)
    const csrf = /name="_csrf" value="([^"]+)"/.exec((await visitor.get(`${PAGE}/confirm`)).text)?.[1] ?? ''
    for (const path of ['/app/remove', '/codes/renew']) {
      expect((await visitor.get(PAGE + path)).heading, path).to.equal(CONFIRM)
      expect((await visitor.post(PAGE + path, { _csrf: csrf })).heading, path).to.equal(CONFIRM)
    }
    expect(isOn(await visitor.get(PAGE))).to.equal(true)
  })

  it('renew the recovery codes and remove the app, each after a question', async () => {
    const { person, visitor } = await signedIn({ enrolled: true })
    const asked = await visitor.get(`${PAGE}/codes/renew`)
    const ask = asked.heading === CONFIRM ? await visitor.followForm(asked, { password: PASSWORD }) : asked
    const codes = await visitor.followForm(ask)
    expect(shownCodes(codes)).to.have.length(10)
    const saved = await visitor.followForm(codes, {}, { action: '/saved' })
    expect(noticeOf(saved)).to.match(/earlier ones no longer work/)
    const removed = await visitor.followForm(await visitor.get(`${PAGE}/app/remove`))
    expect([noticeOf(removed), isOn(removed)]).to.eql([
      'The authenticator app is removed. You sign in with your password alone.',
      false,
    ])
    for (const path of ['/app/remove', '/codes/renew']) {
      const gone = await visitor.get(PAGE + path)
      expect(noticeOf(gone), path).to.equal('Your account has no authenticator app.')
    }
    for (const subject of [/new recovery codes/, /is off/]) await stage.waitForMail(person.email, subject)
  })

  it('show nothing to another session: not the codes, not the proof, not the notice', async () => {
    const { person, visitor } = await signedIn()
    await send(visitor, await begin(visitor), codeFor(await begin(visitor)))
    const elsewhere = stage.visitor()
    await elsewhere.signIn({ ...(await stage.person()), password: PASSWORD })
    const { name, value, path } = visitor.cookies().find((cookie) => cookie.name === 'as_security')!
    expect(path).to.equal(PAGE)
    elsewhere.setCookie(name, value, path)
    const stolen = await elsewhere.get(`${PAGE}/codes`)
    expect([stolen.heading, shownCodes(stolen)]).to.eql(['Security', []])
    expect(stolen.text).not.to.contain(person.email)
    const _csrf = csrfOf(await visitor.get('/account'))
    const waiting = await visitor.post(`${PAGE}/codes/saved`, { _csrf }, STAY)
    expect(waiting.status).to.equal(303)
    elsewhere.setCookie('as_notice', visitor.cookie('as_notice')!)
    expect(noticeOf(await elsewhere.get(PAGE))).to.equal('')
    elsewhere.setCookie(name, 'altered', path)
    expect((await elsewhere.get(PAGE)).status).to.equal(200)
  })

  it('wait for a confirmed address', async () => {
    const person = await stage.person({ verified: false })
    const visitor = stage.visitor()
    await visitor.signIn({ ...person, password: PASSWORD })
    const page = await visitor.get(PAGE)
    expect(page.text).to.contain('confirm your email')
    const refused = await visitor.post(`${PAGE}/app`, { _csrf: csrfOf(await visitor.get('/account')) })
    expect(noticeOf(refused)).to.match(/^Confirm your email/)
  })
})

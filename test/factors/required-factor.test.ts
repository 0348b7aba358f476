import { expect } from 'chai'
import { updateAccount } from '../../src/account-cache/changed-account.ts'
import type { Account } from '../../src/accounts/account.ts'
import { registerApp } from '../protocol/challenge/first-party-app.ts'
import type { Challenged } from '../protocol/challenge/first-party-app.ts'
import { callbackOf, register } from '../provider/relying-party.ts'
import type { Fields, Party } from '../provider/relying-party.ts'
import { PASSWORD, sqliteStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import type { Visited, Visitor } from '../support/visitor.ts'
import { authenticator, secretOn } from './authenticator.ts'
import { enroll } from './enrolled.ts'

const SET_UP = 'Set up your authenticator app'
const CODES = 'Save your recovery codes'
const NEW_PASSWORD = 'seven bridges over one river'

describe('a second factor that the operator requires', () => {
  let stage: Stage
  let app: Party
  let person: Account
  let visitor: Visitor

  before(async () => {
    stage = await sqliteStage()
    app = await register(stage)
  })
  beforeEach(async () => {
    person = await stage.person()
    visitor = stage.visitor()
  })

  const require = (due: Partial<Account> = { secondFactorDue: true }) =>
    updateAccount(stage.parts.db, { id: person.id }, due)
  const path = (given: Fields = {}) => app.authorizePath({ scope: 'openid', prompt: undefined, ...given })
  const givePassword = (page: Visited, password = PASSWORD) =>
    visitor.followForm(page, { email: person.email, password }, { action: '/sign-in' })
  const setUp = async (page: Visited) => {
    const code = authenticator(secretOn(page.text)).codeAt(Date.now())
    const codes = await visitor.followForm(page, { code }, { action: '/app/confirm' })
    expect(codes.heading).to.equal(CODES)
    return visitor.followForm(codes, {}, { action: '/saved' })
  }
  const choosePassword = (page: Visited) =>
    visitor.followForm(
      page,
      { currentPassword: PASSWORD, newPassword: NEW_PASSWORD },
      { action: '/account/password' },
    )

  it('is set up as the first step, for an app and on the own pages, and leads on [S-2.140]', async () => {
    await require()
    const page = await givePassword(await visitor.get(path()))
    expect(page.heading).to.equal(SET_UP)
    expect(page.text).to.contain('Your account needs a second step').and.contain('Not now')
    const consent = await setUp(page)
    expect(consent.heading).to.contain('Demo app')
    expect(callbackOf(await visitor.followForm(consent, { decision: 'allow' }))).to.have.property('code')
  })

  it('comes before every page of the account but those that set it up [S-2.140]', async () => {
    await require()
    const first = await givePassword(await visitor.get('/sign-in?next=sessions'))
    expect(first.heading).to.equal(SET_UP)
    expect(first.text).to.contain('Sign out').and.not.contain('Cancel')
    for (const address of ['/account', '/account/password', '/account/apps', '/account/requests'])
      expect((await visitor.get(address)).heading, address).to.equal(SET_UP)
    expect((await setUp(first)).url.pathname).to.equal('/account/sessions')
    expect((await visitor.get('/account')).url.pathname).to.equal('/account')
  })

  it('asks a session that was begun without it for the code', async () => {
    await givePassword(await visitor.get('/sign-in'))
    const factor = await enroll(stage.parts, person.id)
    expect((await visitor.get('/account/apps')).heading, 'nothing is required yet').to.equal('Apps')
    await require()
    const asked = await visitor.get('/account/apps')
    expect(asked.heading).to.equal('Sign in')
    const code = await givePassword(asked)
    const back = await visitor.followForm(code, { code: await factor.code() }, { action: '/code' })
    expect(back.heading).to.equal('Apps')
  })

  it('answers prompt=none, and "Not now", in a way that the app can tell apart [S-2.141]', async () => {
    await givePassword(await visitor.get('/sign-in'))
    await require()
    const silent = await visitor.get(path({ prompt: 'none' }))
    expect(callbackOf(silent)).to.include({ error: 'interaction_required' })
    const page = await visitor.get(path())
    const [, action = ''] = /formaction="([^"]*\/later[^"]*)"/.exec(page.text) ?? []
    const [, _csrf = ''] = /name="_csrf" value="([^"]+)"/.exec(page.text) ?? []
    const later = await visitor.post(action.replaceAll('&amp;', '&'), { _csrf })
    expect(callbackOf(later)).to.include({ error: 'access_denied' })
  })

  it('is asked of everybody who signs in to an app that requires it, without a word in the request', async () => {
    const strict = await register(stage, { require_second_factor: true })
    const asked = await visitor.get(strict.authorizePath({ scope: 'openid', prompt: undefined }))
    const page = await givePassword(asked)
    expect(page.heading).to.equal(SET_UP)
    expect((await setUp(page)).text).to.contain('/consent')
    const silent = strict.authorizePath({ scope: 'openid', prompt: 'none' })
    const other = stage.visitor()
    await other.followForm(
      await other.get('/sign-in'),
      { email: (await stage.person()).email, password: PASSWORD },
      { action: '/sign-in' },
    )
    expect(callbackOf(await other.get(silent))).to.include({ error: 'interaction_required' })
  })

  it('sends a program of the first party to the pages, and names the one that sets it up [S-2.142]', async () => {
    const phone = await registerApp(stage)
    await require()
    const answer = await phone.begin({ username: person.email, password: PASSWORD })
    const { error, error_description: why } = answer.json() as Challenged & { error_description: string }
    expect([answer.status, error]).to.eql([403, 'redirect_to_web'])
    expect(why).to.contain(`${stage.issuer}/account/security/app`)
  })

  it('comes after the password that an operator knows is replaced: for an app [S-2.143]', async () => {
    await require({ newPasswordDue: true, secondFactorDue: true })
    const page = await givePassword(await visitor.get(path()))
    expect(page.heading).to.equal('Choose a new password')
    expect(page.text).to.contain('Demo app')
    const wrong = await visitor.followForm(
      page,
      { currentPassword: 'not mine', newPassword: NEW_PASSWORD },
      { action: '/account/password' },
    )
    expect(wrong.heading).to.equal('Choose a new password')
    const next = await choosePassword(wrong)
    expect(next.heading).to.equal(SET_UP)
    expect((await setUp(next)).heading).to.contain('Demo app')
  })

  it('comes after the password that an operator knows is replaced: on the own pages [S-2.143]', async () => {
    await require({ newPasswordDue: true, secondFactorDue: true })
    const page = await givePassword(await visitor.get('/sign-in'))
    expect(page.heading).to.equal('Choose a new password')
    expect((await visitor.get('/account/security')).heading).to.equal('Choose a new password')
    const next = await choosePassword(page)
    expect(next.heading).to.equal(SET_UP)
    await setUp(next)
    expect((await visitor.get('/account')).url.pathname).to.equal('/account')
  })

  it('sends a program to the pages where an operator knows the password', async () => {
    const phone = await registerApp(stage)
    await require({ newPasswordDue: true })
    const answer = await phone.begin({ username: person.email, password: PASSWORD })
    expect((answer.json() as Challenged).error).to.equal('redirect_to_web')
    expect(callbackOf(await visitor.get(path({ prompt: 'none' })))).to.include({ error: 'login_required' })
  })
})

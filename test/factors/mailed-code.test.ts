import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { Account } from '../../src/accounts/account.ts'
import { LEVELS } from '../../src/accounts/levels.ts'
import { disableAccount } from '../../src/accounts/account-state.ts'
import { resetPasswordByOperator } from '../../src/accounts/operator/operator-reset.ts'
import { grantRole } from '../../src/accounts/roles.ts'
import { checkMailedCode, requestSignInCode } from '../../src/factors/mailed-codes.ts'
import type { MailedCode } from '../../src/factors/mailed-codes.ts'
import { MINUTE_MS } from '../../src/platform/clock.ts'
import { onEachDatabase } from '../accounts/account-world.ts'
import type { World } from '../accounts/account-world.ts'
import { callbackOf, register } from '../provider/relying-party.ts'
import type { Party, Tokens } from '../provider/relying-party.ts'
import { openStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import type { Visited, Visitor } from '../support/visitor.ts'
import { addKey, givePasskey } from '../passkeys/on-pages.ts'
import { enroll } from './enrolled.ts'

const IP = '192.0.2.9'
const CODE = /\b\d{4} \d{4}\b/

onEachDatabase('a code by mail', (of) => {
  const needsOf = ({ needs }: World) => ({
    ...needs,
    config: { ...needs.config, factors: { ...needs.config.factors, emailSignIn: true } },
  })
  async function asked(email = 'ada@example.org') {
    const kept = await requestSignInCode(needsOf(of()), { login: email, ip: IP })
    const mail = (await of().mails()).at(-1)
    return { kept, code: mail?.template === 'sign-in-code' ? mail.data.code : '' }
  }
  const check = (kept: MailedCode, code: string) => checkMailedCode(needsOf(of()), kept, code)
  const wrong = (code: string) => String((Number(code.replace(' ', '')) + 1) % 10 ** 8).padStart(8, '0')

  it('works once: of two in parallel one signs in [S-2.147]', async () => {
    await of().add({ email: 'ada@example.org' })
    const { kept, code } = await asked()
    const both = await Promise.all([check(kept, code), check(kept, code.replace(' ', ''))])
    expect(both.filter(({ ok }) => ok)).to.have.length(1)
    expect(await check(kept, code)).to.eql({ ok: false, reason: 'over' })
  })

  it('takes five guesses, and then not even the right code: also of 200 in parallel [S-2.148]', async () => {
    await of().add({ email: 'ada@example.org' })
    const { kept, code } = await asked()
    const results = await Promise.all(Array.from({ length: 200 }, () => check(kept, wrong(code))))
    const reasons = results.map((one) => (one.ok ? 'ok' : one.reason))
    expect(reasons.filter((reason) => reason === 'wrong')).to.have.length(5)
    expect(reasons.filter((reason) => reason === 'over')).to.have.length(195)
    expect(await check(kept, code)).to.eql({ ok: false, reason: 'over' })
  })

  for (const [when, change] of [
    ['ten minutes have passed', () => of().advance(10 * MINUTE_MS)],
    [
      'the password was changed',
      (id) => resetPasswordByOperator(of().needs, id, { actor: 'cli', password: 'amber ladder 52' }),
    ],
    ['the account was disabled', (id) => disableAccount(of().needs, id, { actor: 'cli' })],
  ] as [string, (id: string) => unknown][])
    it(`is void once ${when}`, async () => {
      const { id } = await of().add({ email: 'ada@example.org' })
      const { kept, code } = await asked()
      await change(id)
      expect(await check(kept, code)).to.include({ ok: false })
    })

  it('is mailed to nobody who may not use it, and the browser keeps the same shape [S-2.149]', async () => {
    const { db, add } = of()
    const { kept: real } = await asked((await add({ email: 'ada@example.org' })).email)
    const { id } = await add({ email: 'admin@example.org' })
    await grantRole(db, id, 'admin')
    await add({ email: 'new@example.org', verified: false })
    const mails = (await of().mails()).length
    for (const login of ['admin@example.org', 'new@example.org', 'nobody@example.org']) {
      const { kept } = await asked(login)
      const lengths = (code: MailedCode) =>
        Object.entries(code).map(([name, value]) => [name, name === 'login' ? '' : String(value).length])
      expect(lengths(kept), login).to.eql(lengths(real))
      expect((await of().mails()).length, login).to.equal(mails)
    }
  })
})

describe('a sign-in by a code from a mail', () => {
  let stage: Stage
  let app: Party
  let person: Account
  let visitor: Visitor

  before(async () => {
    stage = await openStage({ store: 'sqlite', env: { ACCOUNT_SERVER_EMAIL_SIGN_IN: 'true' } })
    app = await register(stage)
  })
  after(() => stage.stop())
  beforeEach(async () => {
    person = await stage.person()
    visitor = stage.visitor()
  })

  const path = () => app.authorizePath({ scope: 'openid', prompt: undefined })
  const ask = (page: Visited, email = person.email) =>
    visitor.post(
      /formaction="([^"]*\/email-code[^"]*)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '',
      { email, password: '', _csrf: /name="_csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '' },
    )
  const mailed = async (to = person.email) =>
    CODE.exec((await stage.waitForMail(to, /sign-in code/)).text)?.[0] ?? ''
  const give = (page: Visited, code: string) => visitor.followForm(page, { code }, { action: '/email-code' })

  it('leads to the app, at the level of one factor [S-2.147]', async () => {
    const page = await ask(await visitor.get(path()))
    expect([page.heading, page.text.includes(person.email)]).to.eql(['Check your email', true])
    const wrong = await give(page, '0000 0000')
    expect(wrong.text).to.contain('That code is not right')
    const consent = await give(wrong, await mailed())
    expect(consent.heading).to.contain('Demo app')
    const { code = '' } = callbackOf(await visitor.followForm(consent, { decision: 'allow' }))
    const claims = decodeJwt(((await app.redeem(code)).json() as Tokens).id_token)
    expect(claims).to.include({ sub: person.id })
    const stronger = await visitor.get(
      app.authorizePath({ scope: 'openid', prompt: 'none', acr_values: LEVELS[1] }),
    )
    expect(callbackOf(stronger)).to.include({ error: 'interaction_required' })
    expect((await visitor.get('/account/sessions')).text).to.contain('code by email')
  })

  it('asks for the second factor as well, and claims no password', async () => {
    const factor = await enroll(stage.parts, person.id)
    const page = await ask(await visitor.get('/sign-in'))
    const second = await give(page, await mailed())
    expect(second.heading).to.equal('Enter your code')
    expect((await visitor.get('/account')).heading, 'no session yet').to.equal('Sign in')
    await visitor.followForm(second, { code: await factor.code() }, { action: '/sign-in/code' })
    expect((await visitor.get('/account')).url.pathname).to.equal('/account')
    const row = await stage.parts.db('account_sessions').where({ accountId: person.id }).first('amr')
    expect(row).to.eql({ amr: 'otp mfa' })
    const { text } = await visitor.get('/account/sessions/history')
    expect(text).to.contain('Signed in with a code by email and authenticator app')
  })

  it('claims no password either where a passkey is the second factor', async () => {
    const key = await addKey(stage.parts, person.id)
    const page = await ask(await visitor.get('/sign-in'))
    const second = await give(page, await mailed())
    expect((await givePasskey(visitor, second, key)).url.pathname).to.equal('/account')
    const { amr } = await stage.parts.db('account_sessions').where({ accountId: person.id }).first('amr')
    expect(String(amr).split(' ')).to.include('otp').and.not.include('pwd')
    const { text } = await visitor.get('/account/sessions/history')
    expect(text).to.contain('Signed in with a code by email and passkey')
  })

  it('is of no use in another browser', async () => {
    await ask(await visitor.get('/sign-in'))
    const code = await mailed()
    const other = stage.visitor()
    expect((await other.get('/sign-in/email-code')).heading).to.equal('Sign in')
    const form = await other.get('/sign-in')
    const _csrf = /name="_csrf" value="([^"]+)"/.exec(form.text)?.[1] ?? ''
    expect((await other.post('/sign-in/email-code', { code, _csrf })).heading).to.equal('Sign in')
  })

  it('shows a stranger the same page for every address [S-2.149]', async () => {
    const known = await ask(await visitor.get('/sign-in'))
    visitor = stage.visitor()
    const unknown = await ask(await visitor.get('/sign-in'), 'nobody@example.org')
    const plain = ({ text }: Visited, email: string) =>
      text.replaceAll(email, '').replaceAll(/value="[^"]*"/g, '')
    expect(plain(unknown, 'nobody@example.org')).to.equal(plain(known, person.email))
  })
})

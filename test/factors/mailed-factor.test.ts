import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { Account } from '../../src/accounts/account.ts'
import { existing, findAccountById } from '../../src/accounts/account.ts'
import { LEVELS } from '../../src/accounts/levels.ts'
import { resetPasswordByOperator } from '../../src/accounts/operator/operator-reset.ts'
import { grantRole } from '../../src/accounts/roles.ts'
import { updateAccount } from '../../src/account-cache/changed-account.ts'
import { checkSecondFactor } from '../../src/factors/second-factor.ts'
import { passwordProof } from '../../src/factors/finish-sign-in.ts'
import type { PasswordProof } from '../../src/factors/finish-sign-in.ts'
import { finishByMail, requestMailedFactor } from '../../src/factors/spared/mailed-factor.ts'
import type { MailedCode } from '../../src/factors/mailed-codes.ts'
import { MINUTE_MS } from '../../src/platform/clock.ts'
import { onEachDatabase } from '../accounts/account-world.ts'
import { callbackOf, register } from '../provider/relying-party.ts'
import type { Fields, Party, Tokens } from '../provider/relying-party.ts'
import { openStage, PASSWORD } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { linkIn } from '../support/letter.ts'
import type { Visited, Visitor } from '../support/visitor.ts'
import { enroll } from './enrolled.ts'
import type { Enrolled } from './enrolled.ts'

const BY = { actor: 'cli' }
const IP = '192.0.2.9'
const CODE = /\b\d{4} \d{4}\b/

onEachDatabase('a mailed code in place of the second factor', (of) => {
  const needsOf = () => {
    const { needs } = of()
    return {
      ...needs,
      config: { ...needs.config, factors: { ...needs.config.factors, emailSecondFactor: true } },
    }
  }
  async function enrolled() {
    const { id } = await of().add({ email: 'ada@example.org' })
    of().advance(MINUTE_MS)
    return { id, factor: await enroll(of().needs, id) }
  }
  const proofOf = async (id: string, more: Partial<PasswordProof> = {}): Promise<PasswordProof> => ({
    ...passwordProof(existing(await findAccountById(of().db, id)), of().needs.clock()),
    ...more,
  })
  async function asked(proof: PasswordProof): Promise<{ kept: MailedCode; code: string }> {
    const kept = await requestMailedFactor(needsOf(), { proof, ip: IP })
    if (kept === undefined || kept === 'limited') throw new Error(`no code: ${kept}`)
    const mail = (await of().mails()).at(-1)
    return { kept, code: mail?.template === 'sign-in-code' ? mail.data.code : '' }
  }
  const finish = (proof: PasswordProof, kept: MailedCode, code: string) =>
    finishByMail(needsOf(), { proof, kept, code, ip: IP, from: {} })
  const refused = async (proof: PasswordProof) =>
    (await requestMailedFactor(needsOf(), { proof, ip: IP })) === undefined
  const wrong = (code: string) => String((Number(code.replace(' ', '')) + 1) % 10 ** 8).padStart(8, '0')

  it('works once of twenty at once, and is no factor [S-2.205]', async () => {
    const { id } = await enrolled()
    const proof = await proofOf(id)
    const { kept, code } = await asked(proof)
    const results = await Promise.all(Array.from({ length: 20 }, () => finish(proof, kept, code)))
    const done = results.filter((one) => one.ok)
    expect(done).to.have.length(1)
    expect(done[0]).to.deep.include({ amr: ['pwd', 'otp'] })
  })

  it('shares the five guesses in five minutes with the codes of the app [S-2.206]', async () => {
    const { id, factor } = await enrolled()
    const proof = await proofOf(id)
    const { kept, code } = await asked(proof)
    for (let n = 0; n < 2; n += 1)
      await checkSecondFactor(of().needs, { accountId: id, code: factor.wrong(), ip: IP })
    const guesses = await Promise.all(Array.from({ length: 200 }, () => finish(proof, kept, wrong(code))))
    const reasons = guesses.map((one) => (one.ok ? 'ok' : one.reason))
    expect(reasons.filter((reason) => reason === 'wrong')).to.have.length(3)
    expect(await finish(proof, kept, code)).to.include({ reason: 'blocked' })
    expect((await of().mails()).map(({ template }) => template)).to.include('factor-changed')
  })

  it('is refused where the password was set since a factor was used: a mail may have set it [S-2.207]', async () => {
    const { id, factor } = await enrolled()
    of().advance(MINUTE_MS)
    await resetPasswordByOperator(of().needs, id, { ...BY, password: 'amber ladder 52' })
    expect(await refused(await proofOf(id))).to.equal(true)
    of().advance(MINUTE_MS)
    const code = await factor.code()
    expect(await checkSecondFactor(of().needs, { accountId: id, code, ip: IP })).to.include({ ok: true })
    expect(await refused(await proofOf(id))).to.equal(false)
  })

  const REFUSED: Record<string, (id: string) => Promise<Partial<PasswordProof>>> = {
    'an administrator': async (id) => ({ ...((await grantRole(of().db, id, 'admin')) && {}) }),
    'an account that needs a second factor': async (id) => ({
      ...((await updateAccount(of().db, { id }, { secondFactorDue: true })) && {}),
    }),
    'a sign-in that began with a mailed code': () => Promise.resolve({ first: 'otp' }),
    'a sign-in by another provider': () => Promise.resolve({ upstream: { label: 'Example', amr: ['fed'] } }),
  }
  for (const [who, change] of Object.entries(REFUSED))
    it(`is not for ${who} [S-2.207]`, async () => {
      const { id } = await enrolled()
      const { kept, code } = await asked(await proofOf(id))
      const more = await change(id)
      const proof = await proofOf(id, more)
      expect(await refused(proof)).to.equal(true)
      expect(await finish(proof, kept, code)).to.eql({ ok: false, reason: 'over' })
    })
})

describe('a code by mail at the second step', () => {
  let stage: Stage
  let app: Party
  let person: Account
  let factor: Enrolled
  let visitor: Visitor

  before(async () => {
    stage = await openStage({ store: 'sqlite', env: { ACCOUNT_SERVER_EMAIL_SECOND_FACTOR: 'true' } })
    app = await register(stage)
  })
  after(() => stage.stop())
  beforeEach(async () => {
    person = await stage.person()
    factor = await enroll(stage.parts, person.id)
    await stage.parts.db('account_totps').decrement('confirmedAtMs', 2000)
    visitor = stage.visitor()
  })

  const claims = JSON.stringify({ id_token: { acr: null, amr: null } })
  const path = (given: Fields = {}) =>
    app.authorizePath({ scope: 'openid', prompt: undefined, claims, ...given })
  const give = (page: Visited, password = PASSWORD) =>
    visitor.followForm(page, { email: person.email, password }, { action: '/sign-in' })
  const ask = (page: Visited) =>
    visitor.post(page.url, { mail: 'yes', _csrf: /name="_csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '' })
  const mailed = async () =>
    CODE.exec((await stage.waitForMail(person.email, /sign-in code/)).text)?.[0] ?? ''
  const type = (page: Visited, code: string) => visitor.followForm(page, { code }, { action: 'mail=1' })

  it('leads to the app at the level of the password, and says so [S-2.205]', async () => {
    const page = await give(await visitor.get(path()))
    expect(page.text).to.contain('Email me a code instead')
    const mail = await ask(page)
    expect(mail.heading).to.equal('Check your email')
    expect((await type(mail, '0000 0000')).text).to.contain('That code is not right')
    const consent = await type(mail, await mailed())
    const back = await visitor.followForm(consent, { decision: 'allow' }, { action: '/consent' })
    const tokens = (await app.redeem(callbackOf(back)['code'] ?? '')).json() as Tokens
    expect(decodeJwt(tokens.id_token)).to.deep.include({ acr: LEVELS[0], amr: ['pwd', 'otp'] })
    expect((await visitor.get('/account/sessions')).text).to.contain('password and code by email')
    expect((await visitor.get('/account/sessions/history')).text).to.contain('password and a code by email')
  })

  it('is not offered where an app asks for a level, nor taken there [S-2.208]', async () => {
    const page = await give(await visitor.get(path({ acr_values: LEVELS[1] })))
    expect(page.heading).to.equal('Enter your code')
    expect(page.text).not.to.contain('Email me a code')
    expect((await ask(page)).heading).to.equal('Enter your code')
    const own = await give(await visitor.get('/sign-in'))
    await type(await ask(own), await mailed())
    const silent = await visitor.get(path({ acr_values: LEVELS[1], prompt: 'none' }))
    expect(callbackOf(silent)).to.include({ error: 'login_required' })
  })

  it('changes no factor: the code of the app is asked for [S-2.203]', async () => {
    await type(await ask(await give(await visitor.get('/sign-in'))), await mailed())
    expect((await visitor.get('/account')).heading).to.equal('Your account')
    const again = await visitor.get('/account/security/app/remove')
    expect(again.heading).to.equal('Sign in')
    const code = await give(again)
    expect([code.heading, code.text.includes('Email me a code')]).to.eql(['Enter your code', false])
  })

  it('opens nothing for the owner of a mailbox alone, after a reset [S-2.207]', async () => {
    await visitor.followForm(await visitor.get('/forgot'), { email: person.email })
    const link = linkIn(await stage.waitForMail(person.email, /^Reset/), '/reset')
    await visitor.followForm(await visitor.get(link), { password: 'seven bridges over one river' })
    const page = await give(await visitor.get('/sign-in'), 'seven bridges over one river')
    expect(page.heading).to.equal('Enter your code')
    expect(page.text).not.to.contain('Email me a code')
    expect((await ask(page)).heading).to.equal('Enter your code')
    await visitor.followForm(page, { code: await factor.code() }, { action: '/code' })
    expect((await visitor.get('/account')).heading).to.equal('Your account')
  })

  it('is of no use in another browser, and a second mail ends the first code', async () => {
    const page = await give(await visitor.get('/sign-in'))
    await ask(page)
    const first = await mailed()
    const again = await ask(page)
    expect((await type(again, first)).text).to.contain('That code is not right')
    const elsewhere = stage.visitor()
    const form = await elsewhere.followForm(
      await elsewhere.get('/sign-in'),
      { email: person.email, password: PASSWORD },
      { action: '/sign-in' },
    )
    const shown = await elsewhere.get(`${form.url.pathname}?mail=1`)
    const done = await elsewhere.followForm(shown, { code: first }, { action: 'mail=1' })
    expect(done.text).to.contain('no longer works')
  })
})

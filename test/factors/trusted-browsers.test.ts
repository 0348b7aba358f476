import { expect } from 'chai'
import { existing, findAccountById } from '../../src/accounts/account.ts'
import type { Account } from '../../src/accounts/account.ts'
import {
  disableAccount,
  enableAccount,
  signOutElsewhere,
  signOutEverywhere,
} from '../../src/accounts/account-state.ts'
import { LEVELS } from '../../src/accounts/levels.ts'
import { resetPasswordByOperator } from '../../src/accounts/operator/operator-reset.ts'
import { updateAccount } from '../../src/account-cache/changed-account.ts'
import { renewRecoveryCodes, resetFactors } from '../../src/factors/factors.ts'
import { passwordProof } from '../../src/factors/finish-sign-in.ts'
import { removeTotp } from '../../src/factors/totp-set-up.ts'
import {
  finishTrusted,
  purgeTrusted,
  trustBrowser,
  trustedBrowsersOf,
} from '../../src/factors/spared/trusted-browsers.ts'
import { DAY_MS, MINUTE_MS } from '../../src/platform/clock.ts'
import { ADDRESSES, playOn } from '../accounts/journeys/address-orders.ts'
import { onEachDatabase } from '../accounts/account-world.ts'
import { auditTrailOf } from '../support/audit-trail.ts'
import { addKey, givePasskey } from '../passkeys/on-pages.ts'
import { callbackOf, register } from '../provider/relying-party.ts'
import type { Fields, Party } from '../provider/relying-party.ts'
import { openStage, PASSWORD } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import type { Visited, Visitor } from '../support/visitor.ts'
import { enroll } from './enrolled.ts'
import type { Enrolled } from './enrolled.ts'

const BY = { actor: 'cli' }
const IP = '192.0.2.9'
const BROWSER = 'Firefox on Linux'

onEachDatabase('a trusted browser', (of) => {
  const needsOf = (trustedBrowserMs = 30 * DAY_MS) => {
    const { needs } = of()
    return { ...needs, config: { ...needs.config, factors: { ...needs.config.factors, trustedBrowserMs } } }
  }
  const accountOf = async (id: string) => existing(await findAccountById(of().db, id))
  const proofOf = (account: Account) => passwordProof(account, of().needs.clock())
  const trust = (account: Account, secret = 'a', proof = proofOf(account)) =>
    trustBrowser(needsOf(), { proof, secret, browser: BROWSER, ip: IP })
  const finish = async (id: string, secret = 'a', needs = needsOf()) => {
    const account = await accountOf(id)
    return finishTrusted(needs, { proof: proofOf(account), secret, ip: IP, from: {} })
  }
  const played = async (id: string, script: string) => {
    const addresses = { ...ADDRESSES, A: 'ada@example.org' }
    return playOn(of(), await accountOf(id), addresses).play(script)
  }
  async function trusting() {
    const { id } = await of().add({ email: 'ada@example.org' })
    await enroll(of().needs, id)
    of().advance(MINUTE_MS)
    expect(await trust(await accountOf(id))).to.equal(true)
    return id
  }

  it('is not asked for the second step, and the methods are those of the first [S-2.200]', async () => {
    const id = await trusting()
    expect((await finish(id))?.amr).to.eql(['pwd'])
    expect(await finish(id, 'another secret')).to.equal(undefined)
    const proof = { ...proofOf(await accountOf(id)), first: 'otp' } as const
    const byMail = await finishTrusted(needsOf(), { proof, secret: 'a', ip: IP, from: {} })
    expect(byMail?.amr).to.eql(['otp'])
    const rows: { secretDigest: string }[] = await of().db('trusted_browsers').select('secretDigest')
    expect(rows.map(({ secretDigest }) => secretDigest)).to.not.include('a')
  })

  it('is asked again after its time, and after a shorter one that is set later', async () => {
    const id = await trusting()
    of().advance(7 * DAY_MS)
    expect(await finish(id, 'a', needsOf(6 * DAY_MS))).to.equal(undefined)
    expect(await finish(id, 'a', needsOf(0))).to.equal(undefined)
    expect(await finish(id)).to.not.equal(undefined)
    of().advance(23 * DAY_MS)
    expect(await finish(id)).to.equal(undefined)
    expect(await purgeTrusted(of().db, of().needs.clock(), 100)).to.equal(1)
  })

  const ENDINGS: Record<string, (id: string) => unknown> = {
    'a new password by an operator': (id) =>
      resetPasswordByOperator(of().needs, id, { ...BY, password: 'amber ladder 52' }),
    'new recovery codes': (id) => renewRecoveryCodes(of().needs, id, BY),
    'the app removed': (id) => removeTotp(of().needs, id, BY),
    'the factors reset': (id) => resetFactors(of().needs, id, BY),
    'the account disabled for a while': async (id) => {
      await disableAccount(of().needs, id, BY)
      await enableAccount(of().needs, id, BY)
    },
    'a sign-out everywhere': (id) => signOutEverywhere(of().needs, id, BY),
    'a sign-out elsewhere': (id) => signOutElsewhere(of().needs, id, undefined, BY),
    'a new password by its owner': (id) => played(id, 'password'),
    'a change of address that was undone': async (id) => {
      await played(id, 'ask B, confirm B, undo to A')
      expect((await accountOf(id)).email).to.equal('ada@example.org')
    },
    'a deletion that was asked for': (id) => played(id, 'delete'),
  }
  for (const [what, end] of Object.entries(ENDINGS))
    it(`is asked again after ${what} [S-2.201]`, async () => {
      const id = await trusting()
      await end(id)
      expect(await of().db('trusted_browsers').where({ accountId: id }).first('id')).to.equal(undefined)
    })

  it('is not trusted by a first step from before a change of the password or of a factor', async () => {
    const { id } = await of().add({ email: 'ada@example.org' })
    const before = proofOf(await accountOf(id))
    of().advance(MINUTE_MS)
    await enroll(of().needs, id)
    expect(await trust(await accountOf(id), 'a', before)).to.equal(false)
    const proof = proofOf(await accountOf(id))
    await resetPasswordByOperator(of().needs, id, { ...BY, password: 'amber ladder 52' })
    expect(await trust(await accountOf(id), 'a', proof)).to.equal(false)
  })

  it('counts nowhere that a second factor is required [S-2.202]', async () => {
    const id = await trusting()
    await updateAccount(of().db, { id }, { secondFactorDue: true })
    expect(await finish(id)).to.equal(undefined)
    expect(await trust(await accountOf(id), 'b')).to.equal(false)
  })

  it('is one of ten at most, and the one that was used least recently ends', async () => {
    const id = await trusting()
    for (let n = 0; n < 9; n += 1) {
      of().advance(1000)
      await trust(await accountOf(id), `${n}`)
    }
    of().advance(1000)
    await finish(id)
    await trust(await accountOf(id), 'the eleventh')
    const list = await trustedBrowsersOf(of().db, needsOf(), id, 'the eleventh')
    expect(list).to.have.length(10)
    expect(list[0]).to.include({ browser: BROWSER, current: true })
    expect(await finish(id)).to.not.equal(undefined)
    expect(await finish(id, '0')).to.equal(undefined)
  })
})

describe('the tick that trusts a browser', () => {
  let stage: Stage
  let app: Party
  let person: Account
  let factor: Enrolled
  let visitor: Visitor

  before(async () => {
    stage = await openStage({
      store: 'sqlite',
      env: { ACCOUNT_SERVER_TRUSTED_BROWSER_DAYS: '30' },
    })
    app = await register(stage)
  })
  after(() => stage.stop())
  beforeEach(async () => {
    person = await stage.person()
    factor = await enroll(stage.parts, person.id)
    visitor = stage.visitor()
  })

  const path = (given: Fields = {}) => app.authorizePath({ scope: 'openid', prompt: undefined, ...given })
  const give = async (page: Visited, given = {}) =>
    visitor.followForm(page, { email: person.email, password: PASSWORD, ...given }, { action: '/sign-in' })
  async function trust() {
    // A factor is older than the sign-in that trusts.
    await stage.parts.db('account_totps').decrement('confirmedAtMs', 2000)
    await stage.parts.db('recovery_codes').decrement('createdAtMs', 2000)
    const code = await give(await visitor.get('/sign-in'))
    expect(code.text).to.contain('for 30 days')
    await visitor.followForm(code, { code: await factor.code(), trust: 'yes' }, { action: '/code' })
    signOut()
  }
  const signOut = () => visitor.setCookie('as_session', 'gone')

  it('spares the second step from then on, for an app and without one [S-2.200]', async () => {
    await trust()
    expect((await give(await visitor.get('/sign-in'))).heading).to.equal('Your account')
    const row: unknown = await stage.parts
      .db('account_sessions')
      .where({ accountId: person.id })
      .orderBy('createdAtMs', 'desc')
      .orderBy('lastSeenAtMs', 'desc')
      .pluck('amr')
    expect(row).to.eql(['pwd', 'pwd otp mfa'])
    signOut()
    expect((await give(await visitor.get(path()))).heading).to.contain('Demo app')
    expect((await visitor.get('/account/sessions/history')).text).to.contain('in a trusted browser')
    visitor.clearCookies()
    expect((await give(await visitor.get('/sign-in'))).heading, 'elsewhere').to.equal('Enter your code')
  })

  it('spares nothing of an app that asks for a level, and is not offered there [S-2.202]', async () => {
    await trust()
    const page = await give(await visitor.get(path({ acr_values: LEVELS[1] })))
    expect(page.heading).to.equal('Enter your code')
    expect(page.text).not.to.contain('name="trust"')
    const consent = await give(await visitor.get(path()))
    await visitor.followForm(consent, { decision: 'allow' }, { action: '/consent' })
    const silent = await visitor.get(path({ acr_values: LEVELS[1], prompt: 'none' }))
    expect(callbackOf(silent)).to.include({ error: 'login_required' })
  })

  it('is no proof for a change of factors: the code is asked for, and the password is not enough [S-2.203]', async () => {
    await trust()
    await give(await visitor.get('/sign-in'))
    const proof = await visitor.get('/account/security/app/remove')
    expect(proof.heading).to.equal('Sign in')
    expect((await give(proof)).heading).to.equal('Enter your code')
    await visitor.get('/account/data')
    const confirm = await visitor.get('/account/security/confirm?next=data')
    if (confirm.heading === 'Confirm it’s you')
      await visitor.followForm(confirm, { password: PASSWORD }, { action: '/confirm' })
    expect((await visitor.get('/account/security/codes/renew')).heading).to.equal('Sign in')
  })

  it('is listed with its end, and ends by its button or with all [S-2.204]', async () => {
    await trust()
    await give(await visitor.get('/sign-in'))
    const page = await visitor.get('/account/sessions')
    expect(page.text).to.contain('Trusted browsers').and.contain('this one')
    const after = await visitor.followForm(page, {}, { action: '/trusted/end' })
    expect(after.text).to.contain('asked for the second step again').and.not.contain('Trusted browsers')
    signOut()
    expect((await give(await visitor.get('/sign-in'))).heading).to.equal('Enter your code')
    const trail = (await auditTrailOf(stage.parts.db, person.id)).map(({ action }) => action)
    expect(trail).to.include.members(['browser.trusted', 'browser.trust_ended'])
  })

  it('is there with a passkey, and not for a recovery code', async () => {
    await trust()
    const key = await addKey(stage.parts, person.id)
    const code = await give(await visitor.get('/sign-in'))
    expect(code.heading, 'the new passkey ended the trust').to.equal('Enter your code')
    const recovery = await visitor.get(`${code.url.pathname}?recovery=1`)
    expect(recovery.text).not.to.contain('name="trust"')
    const [unused = ''] = factor.recoveryCodes
    await visitor.followForm(recovery, { code: unused, trust: 'yes' }, { action: '/code' })
    signOut()
    expect((await give(await visitor.get('/sign-in'))).heading).to.equal('Enter your code')
    await stage.parts.db('passkeys').decrement('createdAtMs', 2000)
    await stage.parts.db('account_totps').where({ accountId: person.id }).delete()
    const page = await give(await visitor.get('/sign-in'))
    expect(page.heading).to.equal('Use your passkey')
    await givePasskey(visitor, page, key, { trust: 'yes' })
    signOut()
    expect((await give(await visitor.get('/sign-in'))).heading).to.equal('Your account')
  })
})

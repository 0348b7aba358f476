import { expect } from 'chai'
import {
  pendingReset,
  planFactorReset,
  resetDueFactors,
  stopFactorReset,
} from '../../src/factors/factor-resets.ts'
import { hasSecondFactor } from '../../src/factors/factors.ts'
import { checkSecondFactor } from '../../src/factors/second-factor.ts'
import { DAY_MS, MINUTE_MS } from '../../src/platform/clock.ts'
import { onEachDatabase } from '../accounts/account-world.ts'
import { linkIn } from '../support/letter.ts'
import { sqliteStage } from '../provider/stage.ts'
import { enroll } from './enrolled.ts'

const CLI = { actor: 'cli' }

onEachDatabase('a planned reset of factors', (of) => {
  async function planned() {
    const { add, needs } = of()
    const { id } = await add({ email: 'ada@example.org' })
    const factor = await enroll(needs, id)
    const reset = await planFactorReset(needs, id, CLI)
    return { id, factor, reset }
  }
  const run = () => resetDueFactors(of().needs, of().needs.clock(), 10)
  const templates = async () => (await of().mails()).map(({ template }) => template)

  it('waits for a day, is mailed, and is then carried out once [S-2.145]', async () => {
    const { id, reset } = await planned()
    const { db, needs, advance } = of()
    const dueAtMs = needs.clock() + DAY_MS
    expect(reset).to.include({ dueAtMs, requestedBy: 'cli' })
    advance(DAY_MS - MINUTE_MS)
    expect(await planFactorReset(needs, id, CLI), 'again').to.include({ dueAtMs })
    expect([await run(), await hasSecondFactor(db, id)]).to.eql([0, true])
    advance(MINUTE_MS)
    expect([await run(), await hasSecondFactor(db, id)]).to.eql([1, false])
    expect([await run(), await pendingReset(db, id)]).to.eql([0, undefined])
    expect(await templates()).to.eql(['factor-changed', 'factor-reset', 'factor-changed'])
    const trail: unknown = await db('audit_events')
      .whereIn('action', ['factors.reset_requested', 'factors.reset'])
      .orderBy('id')
      .pluck('action')
    expect(trail).to.eql(['factors.reset_requested', 'factors.reset'])
  })

  for (const by of ['the app', 'a recovery code'] as const)
    it(`is stopped by a sign-in with ${by}, and not by a wrong code [S-2.146]`, async () => {
      const { id, factor } = await planned()
      const { db, needs, advance } = of()
      const check = (code: string) => checkSecondFactor(needs, { accountId: id, code, ip: '192.0.2.1' })
      await check(factor.wrong())
      expect(await pendingReset(db, id), 'a wrong code').to.be.an('object')
      await check(by === 'the app' ? await factor.code() : (factor.recoveryCodes[0] ?? ''))
      expect(await pendingReset(db, id)).to.equal(undefined)
      advance(2 * DAY_MS)
      expect([await run(), await hasSecondFactor(db, id)]).to.eql([0, true])
    })

  it('is either stopped or carried out, where both happen at once', async () => {
    const { id } = await planned()
    const { db, needs, advance } = of()
    advance(DAY_MS)
    const [stopped] = await Promise.all([stopFactorReset(needs, id, CLI), run()])
    expect(await hasSecondFactor(db, id)).to.equal(stopped)
  })

  it('is none where there is no factor, and waits no time where the setting says so', async () => {
    const { add, needs, db } = of()
    const { id } = await add({ email: 'bob@example.org' })
    expect(await planFactorReset(needs, id, CLI)).to.equal('none')
    expect(await planFactorReset(needs, 'unknown', CLI)).to.equal(undefined)
    await enroll(needs, id)
    const config = { ...needs.config, factors: { ...needs.config.factors, factorResetDelayMs: 0 } }
    expect(await planFactorReset({ ...needs, config }, id, CLI)).to.equal('reset')
    expect(await hasSecondFactor(db, id)).to.equal(false)
  })
})

it('the link of a planned reset changes nothing before its button is pressed, and then stops it [S-2.145] [S-2.146]', async () => {
  const stage = await sqliteStage()
  const person = await stage.person()
  await enroll(stage.parts, person.id)
  await planFactorReset(stage.parts, person.id, CLI)
  const link = linkIn(await stage.waitForMail(person.email, /will be removed/), '/keep-second-factor')
  const visitor = stage.visitor()
  const pending = () => pendingReset(stage.parts.db, person.id)
  const page = await visitor.get(link)
  await visitor.get(link)
  expect([page.heading, await pending()]).to.have.nested.property('[1].dueAtMs')
  const done = await visitor.followForm(page)
  expect([done.status, done.through.length, done.heading]).to.eql([200, 1, 'You keep your second factor'])
  expect(await pending()).to.equal(undefined)
  expect((await visitor.get(link)).heading, 'reload').to.equal('You keep your second factor')
  const elsewhere = await stage.visitor().get(link)
  expect([elsewhere.status, elsewhere.heading]).to.eql([410, 'Nothing left to stop'])
})

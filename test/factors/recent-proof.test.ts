import { expect } from 'chai'
import { isRecentProof, RECENT_PROOF_MS } from '../../src/factors/recent-proof.ts'
import { beginTotp, confirmTotp, purgeUnconfirmed, removeTotp } from '../../src/factors/totp-set-up.ts'
import { DAY_MS, SECOND_MS } from '../../src/platform/clock.ts'
import { onEachDatabase, rejection } from '../accounts/account-world.ts'
import { authenticator } from './authenticator.ts'

onEachDatabase('changing factors', (of) => {
  it('takes a proof of the last ten minutes', async () => {
    const { id } = await of().add({ email: 'ann@example.org' })
    const provenAtMs = of().needs.clock()
    const isRecent = () => isRecentProof(of().db, id, provenAtMs, of().needs.clock())
    expect(await isRecent()).to.equal(true)
    of().advance(RECENT_PROOF_MS - 1)
    expect(await isRecent()).to.equal(true)
    of().advance(1)
    expect(await isRecent()).to.equal(false)
  })

  it('takes no proof from before the last change', async () => {
    const { id } = await of().add({ email: 'bea@example.org' })
    const { needs, db } = of()
    const beforeMs = needs.clock()
    const app = authenticator((await beginTotp(needs, id)).uri)
    of().advance(SECOND_MS)
    const code = app.codeAt(needs.clock())
    await confirmTotp(needs, { accountId: id, code }, { actor: id })
    expect(await isRecentProof(db, id, beforeMs, needs.clock())).to.equal(false)
    expect(await isRecentProof(db, id, needs.clock(), needs.clock())).to.equal(true)
    const confirmedAtMs = needs.clock()
    of().advance(SECOND_MS)
    await removeTotp(needs, id, { actor: id })
    expect(await isRecentProof(db, id, confirmedAtMs, needs.clock()), 'removed since').to.equal(false)
    expect(await isRecentProof(db, id, needs.clock(), needs.clock())).to.equal(true)
  })

  it('is not for an account with an address that nobody confirmed', async () => {
    const { id } = await of().add({ email: 'cem@example.org', verified: false })
    expect(await rejection(beginTotp(of().needs, id))).to.include({ code: 'email_unverified', status: 409 })
  })

  it('leaves nothing of a set-up that was not confirmed within a day', async () => {
    const { id } = await of().add({ email: 'dan@example.org' })
    const { needs, db } = of()
    await beginTotp(needs, id)
    const rows = async () => (await db('account_totps').where({ accountId: id })).length
    of().advance(DAY_MS - 1)
    await purgeUnconfirmed(db, needs.clock(), 500)
    expect(await rows()).to.equal(1)
    of().advance(1)
    await purgeUnconfirmed(db, needs.clock(), 500)
    expect(await rows()).to.equal(0)
  })
})

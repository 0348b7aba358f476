import { expect } from 'chai'
import { cancelDeletion, deleteDueAccounts, requestDeletion } from '../../../src/accounts/life/deletion.ts'
import { purgeUnverified } from '../../../src/accounts/life/housekeeping.ts'
import { remindOfDeletions, remindUnverified } from '../../../src/accounts/life/reminders.ts'
import { register } from '../../../src/accounts/journeys/sign-up.ts'
import { DAY_MS } from '../../../src/platform/clock.ts'
import { onEachDatabase, PASSWORD } from '../account-world.ts'

const EMAIL = 'ann@example.org'

onEachDatabase('the mail before an account goes', (world) => {
  const kinds = async () =>
    (await world().mails()).flatMap((mail) => (mail.template === 'deletion-notice' ? [mail.data.kind] : []))

  it('comes once, two days before a deletion that was asked for [S-2.115]', async () => {
    const { needs, add, advance } = world()
    const { id } = await add({ email: EMAIL })
    await requestDeletion(needs, id, { actor: id })
    const remind = () => remindOfDeletions(needs, needs.clock(), 10)
    advance(11 * DAY_MS)
    expect(await remind(), 'early').to.equal(0)
    advance(DAY_MS)
    await Promise.all([remind(), remind()])
    await remind()
    expect(await kinds()).to.eql(['requested', 'soon'])
    await cancelDeletion(needs, id, { actor: id })
    await requestDeletion(needs, id, { actor: id })
    advance(13 * DAY_MS)
    await remind()
    expect(
      (await kinds()).filter((kind) => kind === 'soon'),
      'of another deletion',
    ).to.have.length(2)
    advance(DAY_MS)
    expect(await deleteDueAccounts(needs, needs.clock(), 10)).to.equal(1)
  })

  it('comes once before an account that was never confirmed is purged, and names nobody [S-2.115]', async () => {
    const { needs, add, advance, mails, count } = world()
    await register(needs, { email: EMAIL, name: 'Ann Lee', password: PASSWORD, ip: '192.0.2.9' })
    await add({ email: 'added@example.org', verified: false })
    const remind = () => remindUnverified(needs, needs.clock(), 10)
    expect(await remind(), 'early').to.equal(0)
    advance(DAY_MS + 1)
    await Promise.all([remind(), remind()])
    await remind()
    expect(await kinds()).to.eql(['unverified'])
    const mail = (await mails()).at(-1)
    expect(mail).to.include({ to: EMAIL })
    expect(JSON.stringify(mail)).not.to.contain('Ann Lee')
    advance(DAY_MS)
    await purgeUnverified(needs.db, needs.clock(), 2 * DAY_MS)
    expect(await count('accounts')).to.equal(1)
  })
})

import { expect } from 'chai'
import type { Account } from '../../../src/accounts/account.ts'
import { wayBackOf } from '../../../src/accounts/journeys/former-address.ts'
import {
  confirmNewAddress,
  pendingAddress,
  requestNewAddress,
} from '../../../src/accounts/journeys/new-address.ts'
import { completeReset, requestReset } from '../../../src/accounts/journeys/password-reset.ts'
import { register } from '../../../src/accounts/journeys/sign-up.ts'
import { signIn } from '../../../src/accounts/journeys/sign-in.ts'
import { onEachDatabase, PASSWORD } from '../account-world.ts'

import { A, at, B, C, IP, NEXT, ORDERS, playOn } from './address-orders.ts'
import type { Order } from './address-orders.ts'

onEachDatabase('a change of address', (world) => {
  async function begin() {
    const account = await world().add({ email: A, name: 'Ann Lee' })
    return { account, ...playOn(world(), account) }
  }

  it('ends well in every order of two changes, a deletion and what undoes them [S-2.100]', async () => {
    const play = async ([script]: Order, n: number) => {
      const own = (email: string) => email.replace('ann', `ann${n}`)
      const addresses = { A: own(A), B: own(B), C: own(C) }
      const account = await world().add({ email: own(A) })
      const played = playOn(world(), account, addresses, `198.51.${n}.7`)
      const last = await played.play(script)
      const left = await played.state()
      return { left: left && { ...left, email: left.email.replace(`ann${n}`, 'ann') }, last }
    }
    const isLong = ([script]: Order) => script.includes('14 days')
    const ended = await Promise.all(
      ORDERS.map(async (order, n) => (isLong(order) ? undefined : await play(order, n))),
    )
    // The upkeep of one play deletes the accounts of all.
    for (const [n, order] of ORDERS.entries()) ended[n] ??= await play(order, n)
    expect(ORDERS.length).to.be.greaterThan(35)
    for (const [n, [script, left, answer]] of ORDERS.entries()) {
      expect(ended[n]?.left, script).to.eql(left)
      if (answer !== undefined) expect(ended[n]?.last, script).to.equal(answer)
    }
  })

  it('keeps the address in use, and mails it a notice, until the new one is confirmed [S-2.101]', async () => {
    const { account, play, state, mailTo } = await begin()
    await play('ask B')
    expect(await pendingAddress(world().needs, account.id)).to.include({ email: B })
    expect((await mailTo(A, 'address-notice')).kind).to.equal('requested')
    expect(await state()).to.eql(at(A))
    expect((await signIn(world().needs, { email: A, password: PASSWORD, ip: IP })).ok).to.equal(true)
    await play('confirm B')
    expect((await signIn(world().needs, { email: A, password: PASSWORD, ip: IP })).ok).to.equal(false)
    expect((await signIn(world().needs, { email: B, password: PASSWORD, ip: IP })).ok).to.equal(true)
  })

  it('takes the code in another browser than the one that asked, and five wrong ones end it [S-2.102]', async () => {
    const { account, mailTo } = await begin()
    const { needs } = world()
    const browser = 'b'.repeat(43)
    await requestNewAddress(needs, { accountId: account.id, email: B, browser, ip: IP })
    const { token, code } = await mailTo(B, 'new-address')
    expect(await confirmNewAddress(needs, { token, browser: 'x'.repeat(43) })).to.include({
      reason: 'wrong_code',
    })
    for (let n = 0; n < 5; n += 1)
      expect(await confirmNewAddress(needs, { token, code: 'AAAA-AAAA' }), String(n)).to.include({
        reason: 'wrong_code',
      })
    expect(await confirmNewAddress(needs, { token, code })).to.include({ reason: 'exhausted' })
    expect(await confirmNewAddress(needs, { token, browser })).to.include({ ok: true })
  })

  it('to a taken address looks the same, and its owner alone learns of it [S-2.103]', async () => {
    const { account, mailTo } = await begin()
    await world().add({ email: B })
    const { needs } = world()
    const asked = await requestNewAddress(needs, { accountId: account.id, email: B, ip: IP })
    expect(asked).to.include({ ok: true, email: B })
    expect(await pendingAddress(needs, account.id)).to.include({ email: B })
    const { template, code } = await world()
      .mails()
      .then(async () => ({ template: 'address-taken', ...(await mailTo(A, 'address-notice')) }))
    expect(code).to.equal('')
    const toOwner = (await world().mails()).filter(({ to }) => to === B)
    expect(toOwner.map((mail) => mail.template)).to.eql([template])
    expect(JSON.stringify(toOwner[0]?.data)).not.to.contain('Ann')
  })

  it('to an address that was taken in between is refused, and the address stays', async () => {
    const { play, state } = await begin()
    await play('ask B')
    await world().add({ email: B })
    expect(await play('confirm B')).to.equal('taken')
    expect(await state()).to.eql(at(A))
  })

  it('wins over an account that somebody registered for the address without proving it', async () => {
    const { play, state } = await begin()
    const { needs } = world()
    await register(needs, { email: B, password: NEXT, ip: IP })
    expect(await world().count('accounts')).to.equal(2)
    expect(await play('ask B, confirm B')).to.equal(true)
    expect(await state()).to.eql(at(B))
    expect(await world().count('accounts')).to.equal(1)
  })

  it('gives its one new address to exactly one of two accounts that confirm it at once', async () => {
    const one = await begin()
    const other = playOn(world(), await world().add({ email: C }))
    await one.play('ask B')
    const first = await one.mailTo(B, 'new-address')
    await other.play('ask B')
    const second = await one.mailTo(B, 'new-address')
    const answers = await Promise.all(
      [first, second].map(({ token, code }) => confirmNewAddress(world().needs, { token, code })),
    )
    expect(answers.filter(({ ok }) => ok)).to.have.length(1)
  })

  it('kills what was mailed to the address before: a link for a new password opens nothing [S-2.104]', async () => {
    const { play } = await begin()
    const { needs } = world()
    await requestReset(needs, { email: A, ip: IP })
    const { token, code } = await world().lastMail()
    await play('ask B, confirm B')
    expect(await completeReset(needs, { token, code, newPassword: NEXT })).to.include({ ok: false })
    expect((await signIn(needs, { email: B, password: PASSWORD, ip: IP })).ok).to.equal(true)
  })

  it('keeps the address before for its owner: nobody else gets it for a week [S-2.105]', async () => {
    const { play, state, needs } = await begin()
    await play('ask B, confirm B')
    await register(needs, { email: A, password: NEXT, ip: IP })
    expect(await world().lastMail()).to.include({ template: 'address-taken', to: A })
    const other = await world().add({ email: C })
    await requestNewAddress(needs, { accountId: other.id, email: A, ip: IP })
    expect((await world().mails()).findLast(({ to }) => to === A)?.template).to.equal('address-taken')
    expect(await play('undo to A')).to.equal(true)
    expect(await state()).to.eql(at(A))
    await play('ask B, confirm B, 8 days')
    await register(needs, { email: A, password: NEXT, ip: IP })
    expect(await world().lastMail()).to.include({ template: 'activation', to: A })
  })

  it('can be undone although the password was changed, which is void then [S-2.106]', async () => {
    const { play, links, needs } = await begin()
    await play('ask B, confirm B, password')
    expect(await wayBackOf(needs, links.get(A) ?? '')).to.eql({ state: 'live', email: A })
    await play('undo to A')
    for (const [email, password] of [
      [A, NEXT],
      [B, NEXT],
      [A, PASSWORD],
    ] as const)
      expect((await signIn(needs, { email, password, ip: IP })).ok, `${email} ${password}`).to.equal(false)
    const { token, code, ...mail } = await world().lastMail()
    expect(mail).to.eql({ template: 'reset', to: A })
    expect(await completeReset(needs, { token, code, newPassword: 'five grey lanterns' })).to.include({
      ok: true,
    })
    expect(await wayBackOf(needs, links.get(A) ?? '')).to.eql({ state: 'used' })
  })

  it('cannot be undone from an address that was never confirmed', async () => {
    const { needs } = world()
    await register(needs, { email: A, password: PASSWORD, ip: IP })
    const account = (await signIn(needs, { email: A, password: PASSWORD, ip: IP })) as { account: Account }
    const { play, state } = playOn(world(), account.account)
    await play('ask B')
    const { token, code } = await world().lastMail()
    await confirmNewAddress(needs, { token, code })
    expect(await state()).to.eql(at(B))
    expect((await world().mails()).filter(({ template }) => template === 'address-notice')).to.eql([])
    expect(await needs.db('one_time_tokens').where({ purpose: 'former_address' })).to.eql([])
  })

  it('leaves an entry in the audit trail for each step, without an address', async () => {
    const { account, play } = await begin()
    await play('ask B, confirm B, delete, undo to A')
    const rows: { action: string; detail: string }[] = await world()
      .needs.db('audit_events')
      .where({ accountId: account.id })
      .orderBy('id')
      .select('action', 'detail')
    expect(rows.map(({ action }) => action)).to.include.members([
      'account.email_change_requested',
      'account.email_changed',
      'account.deletion_requested',
      'account.email_restored',
      'account.deletion_cancelled',
    ])
    expect(JSON.stringify(rows)).not.to.match(/ann@/)
  })
})

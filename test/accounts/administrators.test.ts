import { expect } from 'chai'
import { deleteAccount, disableAccount, enableAccount } from '../../src/accounts/account-state.ts'
import { ensureFirstAdministrator } from '../../src/accounts/operator/first-administrator.ts'
import { register } from '../../src/accounts/journeys/sign-up.ts'
import { grantRole, hasRole } from '../../src/accounts/roles.ts'
import { signIn } from '../../src/accounts/journeys/sign-in.ts'
import { onEachDatabase, PASSWORD, rejection } from './account-world.ts'

const IP = '192.0.2.7'
const BY = { actor: 'cli' }

onEachDatabase('Administrators', (world) => {
  it('are never none: the last one can be neither disabled nor deleted [S-3.33]', async () => {
    const { db, needs, add } = world()
    const ada = await add({ email: 'ada@example.com', roles: ['admin'] })
    const bob = await add({ email: 'bob@example.com', roles: ['admin'] })
    await disableAccount(needs, bob.id, BY)
    const last = { code: 'last_admin', status: 409 }
    expect(await rejection(disableAccount(needs, ada.id, BY))).to.include(last)
    expect(await rejection(deleteAccount(needs, ada.id, BY))).to.include(last)
    await enableAccount(needs, bob.id, BY)
    expect(await deleteAccount(needs, ada.id, BY)).to.equal(true)
    expect(await rejection(deleteAccount(needs, bob.id, BY))).to.include(last)
    expect(await grantRole(db, bob.id, 'admin')).to.equal(false)
  })

  it('cannot remove one another at the same moment', async () => {
    const { needs, add, count } = world()
    const admins = await Promise.all(
      ['ada', 'bob', 'cyd'].map(async (who) => add({ email: `${who}@example.com`, roles: ['admin'] })),
    )
    await Promise.allSettled(admins.map(async ({ id }) => deleteAccount(needs, id, BY)))
    expect(await count('account_roles')).to.equal(1)
  })

  it('begin with one, which is verified and signs in by its generated password [A26]', async () => {
    const { db, needs } = world()
    const first = await ensureFirstAdministrator(needs, { email: 'admin@example.com' })
    expect(first).to.include({ created: true, email: 'admin@example.com' })
    const password = first.oneTimePassword ?? ''
    const result = await signIn(needs, { email: 'admin@example.com', password, ip: IP })
    if (!result.ok) throw new Error(result.reason)
    expect(result.account.emailVerifiedAtMs).to.equal(needs.clock())
    const { newPasswordDue, secondFactorDue } = result.account
    expect([newPasswordDue, secondFactorDue].map(Boolean), 'somebody else knows it').to.eql([true, true])
    expect(await hasRole(db, result.account.id, 'admin')).to.equal(true)
    expect(await ensureFirstAdministrator(needs, { email: 'x@example.com' })).to.deep.equal({
      created: false,
      email: 'x@example.com',
    })
  })

  it('begin with one also when 20 processes start at once', async () => {
    const { needs, count } = world()
    const starts = Array.from({ length: 20 }, () =>
      ensureFirstAdministrator(needs, { email: 'admin@example.com', password: PASSWORD }),
    )
    const results = await Promise.all(starts)
    expect(results.filter(({ created }) => created)).to.have.lengthOf(1)
    expect(await count('accounts')).to.equal(1)
    expect(await count('account_roles')).to.equal(1)
    expect(results.every((result) => result.oneTimePassword === undefined)).to.equal(true)
  })

  it('take over an address that a stranger registered without activating it', async () => {
    const { needs } = world()
    await register(needs, { email: 'admin@example.com', password: 'a stranger picked this', ip: IP })
    const first = await ensureFirstAdministrator(needs, { email: 'admin@example.com', password: PASSWORD })
    expect(first).to.deep.equal({ created: true, email: 'admin@example.com' })
    const attempt = async (password: string) =>
      (await signIn(needs, { email: 'admin@example.com', password, ip: IP })).ok
    expect(await attempt('a stranger picked this')).to.equal(false)
    expect(await attempt(PASSWORD)).to.equal(true)
  })

  it('leave a verified account that becomes one its own password', async () => {
    const { needs, add } = world()
    await add({ email: 'admin@example.com' })
    const first = await ensureFirstAdministrator(needs, { email: 'admin@example.com' })
    expect(first).to.deep.equal({ created: true, email: 'admin@example.com' })
    const result = await signIn(needs, { email: 'admin@example.com', password: PASSWORD, ip: IP })
    expect(result.ok).to.equal(true)
  })

  it('see what is wrong with an account that they add', async () => {
    const { add } = world()
    await add({ email: 'ada@example.com' })
    expect(await rejection(add({ email: 'ADA@example.com' }))).to.include({
      code: 'account_exists',
      status: 409,
    })
    expect(await rejection(add({ email: 'ada' }))).to.include({ code: 'email_invalid', status: 422 })
    const weak = add({ email: 'bob@example.com', password: 'password' })
    expect(await rejection(weak)).to.include({ code: 'password_refused', status: 422 })
    expect(await rejection(add({ email: 'bob@example.com', name: 'a\nb' }))).to.include({
      code: 'profile_invalid',
    })
  })
})

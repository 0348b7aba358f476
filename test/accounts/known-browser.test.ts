import { expect } from 'chai'
import { issueDeviceCookie } from '../../src/attempts/known-browser.ts'
import type { Account } from '../../src/accounts/account.ts'
import { changePassword } from '../../src/accounts/journeys/password-change.ts'
import { completeReset, requestReset } from '../../src/accounts/journeys/password-reset.ts'
import { signIn } from '../../src/accounts/journeys/sign-in.ts'
import { onEachDatabase, PASSWORD } from './account-world.ts'

const IP = '192.0.2.7'
const NEW = 'another otter 81 lamp'

onEachDatabase('A browser that is known', (world) => {
  let account: Account
  let cookies: string[]

  const attempt = (password: string, deviceCookie?: string) =>
    signIn(world().needs, { email: account.email, password, ip: IP, deviceCookie })
  const issue = (owner: Account) =>
    issueDeviceCookie(world().needs.config.keys.device, owner, world().needs.clock())

  /** A person who knew the password once may have any number of these. */
  beforeEach(async () => {
    account = await world().add({ email: 'ada@example.com' })
    cookies = Array.from({ length: 3 }, () => issue(account))
    for (let n = 0; n < 15; n += 1) await attempt('wrong')
    expect(await attempt('wrong')).to.include({ reason: 'blocked' })
    for (const cookie of cookies)
      expect(await attempt('wrong', cookie), cookie).to.include({ reason: 'wrong' })
    world().advance(1000)
  })

  async function expectUnknown(): Promise<void> {
    for (const cookie of cookies) expect(await attempt(NEW, cookie), cookie).to.include({ reason: 'blocked' })
  }

  async function change() {
    const given = {
      accountId: account.id,
      currentPassword: PASSWORD,
      newPassword: NEW,
      sessionUid: undefined,
    }
    return changePassword(world().needs, { ...given, ip: '198.51.100.1' })
  }

  it('is unknown once the password was changed, but for the browser that changed it', async () => {
    const changed = await change()
    if (!changed.ok) throw new Error(changed.reason)
    await expectUnknown()
    expect(await attempt(NEW, issue(changed.account))).to.have.property('ok', true)
  })

  it('is unknown once the password was reset [S-2.45]', async () => {
    const { needs, lastMail } = world()
    await requestReset(needs, { email: account.email, ip: IP })
    const { token, code } = await lastMail()
    expect(await completeReset(needs, { token, code, newPassword: NEW })).to.have.property('ok', true)
    await expectUnknown()
  })

  it('is unknown when its password was checked before the change, and its cookie issued after', async () => {
    expect(await change()).to.have.property('ok', true)
    cookies = [issue(account)]
    await expectUnknown()
  })

  it('stays known when the hash alone was renewed', async () => {
    await world().db('accounts').where({ id: account.id }).update({ passwordHash: account.passwordHash })
    expect(await attempt(PASSWORD, cookies[0])).to.have.property('ok', true)
  })
})

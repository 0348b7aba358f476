import { expect } from 'chai'
import { findAccountByEmail, isVerified } from '../../../src/accounts/account.ts'
import { activateElsewhere, activateWithNewPassword } from '../../../src/accounts/journeys/activation.ts'
import { completeReset, requestReset } from '../../../src/accounts/journeys/password-reset.ts'
import { signIn } from '../../../src/accounts/journeys/sign-in.ts'
import { register } from '../../../src/accounts/journeys/sign-up.ts'
import { rolesOf } from '../../../src/accounts/roles.ts'
import { createGroup } from '../../../src/groups/groups.ts'
import { DAY_MS } from '../../../src/platform/clock.ts'
import {
  approveRegistration,
  listWaiting,
  refuseRegistration,
} from '../../../src/accounts/registrations/approvals.ts'
import {
  createInvitation,
  listInvitations,
  purgeInvitations,
  revokeInvitation,
} from '../../../src/accounts/registrations/invitations.ts'
import type { NewInvitation } from '../../../src/accounts/registrations/invitations.ts'
import type { REGISTRATION_MODES } from '../../../src/settings/registration/registration-settings.ts'
import { onEachDatabase, PASSWORD, rejection } from '../account-world.ts'

const IP = '192.0.2.7'
const EMAIL = 'ada@example.com'
const CLI = { actor: 'cli' }

onEachDatabase('Who may register', (world) => {
  const inMode = (mode: (typeof REGISTRATION_MODES)[number], domains: string[] = []) => {
    const { config } = world().needs
    const registration = { ...config.registration, accountRegistration: mode, registrationDomains: domains }
    return { ...world().needs, config: { ...config, registration } }
  }
  type Needs = ReturnType<typeof inMode>
  const invite = async (needs: Needs, over: Partial<NewInvitation> = {}) =>
    createInvitation(needs, { lifetimeMs: 7 * DAY_MS, ...over }, CLI)
  const registering = async (needs: Needs, email = EMAIL, invitation?: string) => {
    const done = await register(needs, { email, password: PASSWORD, ip: IP, invitation })
    const [problem] = done.ok ? [] : done.problems
    return done.ok ? 'ok' : problem?.reason === 'not_allowed' ? problem.why : problem?.reason
  }
  const confirming = async (needs: Needs) => {
    const { token, code } = await world().lastMail()
    const done = await activateElsewhere(needs, { token, code, password: PASSWORD, ip: IP })
    return done.ok ? 'ok' : done.reason
  }
  const account = async (email = EMAIL) => (await findAccountByEmail(world().db, email))!
  const templates = async () => (await world().mails()).map(({ template }) => template)

  beforeEach(async () => {
    await world().db('invitations').delete()
  })

  it('is nobody in the mode closed, also with an invitation [S-2.191]', async () => {
    const needs = inMode('closed')
    const { token } = await invite(inMode('invitation'))
    expect([await registering(needs), await registering(needs, EMAIL, token)]).to.eql(['closed', 'closed'])
    expect(await world().count('accounts')).to.equal(0)
  })

  it('is invited in no way in the mode closed', async () => {
    const error = await rejection(invite(inMode('closed')))
    expect(error).to.include({ code: 'registration_closed', status: 409 })
    expect(await world().count('invitations')).to.equal(0)
  })

  it('is decided by the domain of the address alone, in the mode domains [S-2.192]', async () => {
    const needs = inMode('domains', ['example.com'])
    await world().add({ email: 'known@other.example' })
    for (const email of [
      'new@other.example',
      'known@other.example',
      'a@sub.example.com',
      'a@example.com.evil',
    ])
      expect(await registering(needs, email), email).to.equal('domain')
    expect(await registering(needs, 'Ada@EXAMPLE.com')).to.equal('ok')
    const { token } = await invite(needs)
    expect(await registering(needs, 'guest@other.example', token)).to.equal('ok')
  })

  describe('by invitation', () => {
    it('takes a usable one for the address, and gives its role and groups once it is confirmed [S-2.193]', async () => {
      const needs = inMode('invitation')
      const { id: group } = await createGroup(needs, { name: 'staff' }, CLI)
      const { token } = await invite(needs, { email: 'Ada@example.com', role: 'admin', groupIds: [group] })
      expect(await registering(needs)).to.equal('invitation')
      expect(await registering(needs, EMAIL, 'made-up')).to.equal('invitation')
      expect(await registering(needs, 'eve@example.com', token)).to.equal('invitation')
      expect(await registering(needs, EMAIL, token)).to.equal('ok')
      const { id } = await account()
      expect(await rolesOf(world().db, id)).to.eql([])
      expect(await confirming(needs)).to.equal('ok')
      expect(await rolesOf(world().db, id)).to.eql(['admin'])
      expect(await world().db('group_members').where({ accountId: id }).select('groupId')).to.eql([
        { groupId: group },
      ])
    })

    it('makes one account of any number that hold the same one, at the same time too [S-2.194]', async () => {
      const needs = inMode('invitation')
      const { token } = await invite(needs)
      const mails = []
      for (const name of ['ann', 'ben', 'cat']) {
        expect(await registering(needs, `${name}@example.com`, token), name).to.equal('ok')
        mails.push(await world().lastMail())
      }
      const done = await Promise.all(
        mails.map(({ token: link, code }) =>
          activateElsewhere(needs, { token: link, code, password: PASSWORD }),
        ),
      )
      expect(done.map(({ ok }) => ok)).to.eql([false, false, true])
      expect(await registering(needs, 'dan@example.com', token)).to.equal('invitation')
    })

    it('is needed on every way to a confirmed account [S-2.195]', async () => {
      const open = inMode('open')
      const needs = inMode('invitation')
      await registering(open)
      expect(await confirming(needs)).to.equal('invalid_token')
      await registering(open)
      const { token, code } = await world().lastMail()
      const chosen = await activateWithNewPassword(needs, { token, code, newPassword: `${PASSWORD}!` })
      expect(chosen).to.include({ ok: false, reason: 'invalid_token' })
      await requestReset(needs, { email: EMAIL, ip: IP })
      const reset = await world().lastMail()
      const given = { token: reset.token, code: reset.code, newPassword: `${PASSWORD}!` }
      expect(await completeReset(needs, given)).to.include({ ok: false })
      expect(isVerified(await account())).to.equal(false)
    })

    it('is refused after its time, after it was revoked, and purged then', async () => {
      const needs = inMode('invitation')
      const late = await invite(needs)
      const revoked = await invite(needs)
      expect(await revokeInvitation(world().db, revoked.invitation.id)).to.equal(true)
      expect(await revokeInvitation(world().db, revoked.invitation.id)).to.equal(false)
      expect(await registering(needs, EMAIL, revoked.token)).to.equal('invitation')
      world().advance(7 * DAY_MS)
      expect(await registering(needs, EMAIL, late.token)).to.equal('invitation')
      expect(await purgeInvitations(world().db, needs.clock(), 10)).to.equal(1)
      expect(await listInvitations(world().db)).to.eql([])
    })

    it('needs an address for a role and for a mail, and mails the link', async () => {
      const needs = inMode('invitation')
      for (const over of [{ role: 'admin' }, { mail: true }] as const)
        expect(await rejection(invite(needs, over)), Object.keys(over)[0]).to.include({
          code: 'invitation_needs_email',
        })
      expect(await rejection(invite(needs, { groupIds: ['none'] }))).to.include({ code: 'group_not_found' })
      const { link } = await invite(needs, { email: EMAIL, mail: true })
      const mail = (await world().mails()).at(-1)
      expect(mail).to.include({ template: 'invitation', to: EMAIL })
      expect(mail).to.have.nested.property('data.link', link)
    })
  })

  it('is not for an account that is there: the operator hears it, and nothing is mailed', async () => {
    const { add, mails } = world()
    const needs = inMode('approval')
    await add({ email: 'waits@example.org', verified: false })
    await add({ email: 'here@example.org' })
    const before = (await mails()).length
    for (const email of ['here@example.org', ' HERE@Example.org'])
      expect(await rejection(invite(needs, { email, mail: true })), email).to.include({
        code: 'account_exists',
      })
    expect(await mails()).to.have.length(before)
    expect(await listInvitations(world().db)).to.eql([])
    await invite(needs, { email: 'waits@example.org' })
    await invite(needs)
  })

  describe('with approval', () => {
    const wait = async (needs: Needs) => {
      await registering(needs)
      expect(await confirming(needs)).to.equal('ok')
      return account()
    }
    const signing = async (needs: Needs, password = PASSWORD) => {
      const result = await signIn(needs, { email: EMAIL, password, ip: IP })
      return result.ok ? 'ok' : result.reason
    }

    it('leaves the account disabled until it is approved; only the right password says that it waits [S-2.196]', async () => {
      const needs = inMode('approval')
      const { id, disabledAtMs } = await wait(needs)
      expect(disabledAtMs).to.be.a('number')
      expect([await signing(needs), await signing(needs, 'wrong')]).to.eql(['waits', 'wrong'])
      expect((await listWaiting(world().db)).map(({ email }) => email)).to.eql([EMAIL])
      expect(await approveRegistration(needs, id, CLI)).to.equal(true)
      expect(await signing(needs)).to.equal('ok')
      expect((await world().mails()).at(-1)).to.include({ template: 'registration-answered' })
      expect(await rejection(approveRegistration(needs, id, CLI))).to.include({ code: 'not_waiting' })
      expect(await approveRegistration(needs, 'nobody', CLI)).to.equal(false)
    })

    it('deletes the account that is refused, and mails its person', async () => {
      const needs = inMode('approval')
      const { id } = await wait(needs)
      expect(await refuseRegistration(needs, id, CLI)).to.equal(true)
      expect(await world().count('accounts')).to.equal(0)
      expect(await templates()).to.include('registration-answered')
      const other = await world().add({ email: 'other@example.com' })
      expect(await rejection(refuseRegistration(needs, other.id, CLI))).to.include({ code: 'not_waiting' })
      expect(await refuseRegistration(needs, 'nobody', CLI)).to.equal(false)
    })

    it('lets nobody past it by a reset, and asks none of invited people and those of the domains', async () => {
      const needs = inMode('approval', ['staff.example'])
      await registering(needs)
      await requestReset(needs, { email: EMAIL, ip: IP })
      const { token, code } = await world().lastMail()
      expect(await completeReset(needs, { token, code, newPassword: `${PASSWORD}!` })).to.include({
        ok: true,
      })
      expect(await signing(needs, `${PASSWORD}!`)).to.equal('waits')
      await registering(needs, 'ann@staff.example')
      expect(await confirming(needs)).to.equal('ok')
      const invitation = await invite(needs)
      await registering(needs, 'guest@example.com', invitation.token)
      expect(await confirming(needs)).to.equal('ok')
      for (const email of ['ann@staff.example', 'guest@example.com'])
        expect((await account(email)).disabledAtMs, email).to.equal(null)
    })
  })
})

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { findAccountByEmail } from '../../src/accounts/account.ts'
import { createInvitation, revokeInvitation } from '../../src/accounts/registrations/invitations.ts'
import type { NewInvitation } from '../../src/accounts/registrations/invitations.ts'
import { createGroup } from '../../src/groups/groups.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { codeIn, linkIn } from '../support/letter.ts'
import { startRelyingParty } from '../support/relying-party.ts'
import { backAt, heading, press, signInHere, signInToAccount, tokensOf } from './steps.ts'
import { inBothSettings } from './world.ts'

const run = promisify(execFile)
const CLI = join(import.meta.dirname, '../../src/cli.ts')
const CHOSEN = 'seven bridges over one river'
const ENDED = 'This invitation no longer works'

let guests = 0
const anyAddress = () => `guest-${(guests += 1)}-${Date.now()}@example.org`

inBothSettings('An invitation', (world) => {
  const main = (page: Page) => page.locator('main').innerText()
  const invite = (given: Partial<NewInvitation> = {}) =>
    createInvitation(world.server.parts, { lifetimeMs: DAY_MS, ...given }, { actor: 'cli' })

  async function accept(page: Page, email: string): Promise<void> {
    await page.getByLabel('Password', { exact: true }).fill(CHOSEN)
    await press(page, 'Create account')
    expect(await heading(page)).to.equal('Check your email')
    await page
      .getByLabel('Code from the email')
      .fill(codeIn(await world.server.waitForMail(email, /^Activate/)))
    await press(page, 'Confirm')
    expect(await heading(page)).to.equal('Your account')
  }

  for (const javaScript of [true, false]) {
    const how = javaScript ? 'with JavaScript' : 'without JavaScript'

    it(`brings its role and groups, which the person and an app see, ${how}`, async () => {
      const { server, open } = world
      const [email, name] = [anyAddress(), `Reading room ${guests}`]
      const { id } = await createGroup(server.parts, { name }, { actor: 'cli' })
      await invite({ email, role: 'admin', groupIds: [id], mail: true })
      const letter = await server.waitForMail(email, /^You are invited/)
      const { page } = await open({ javaScript, device: 'phone' })
      await page.goto(linkIn(letter, '/register'))
      expect(await page.getByLabel('Email').inputValue()).to.equal(email)
      await accept(page, email)
      expect(await main(page)).to.contain(name)

      const app = await startRelyingParty(server, { scope: 'openid email groups' })
      const request = await app.begin()
      await page.goto(request.url)
      await press(page, 'Allow')
      const tokens = await tokensOf(app, request, await backAt(page, app, request))
      expect(await app.userinfo(tokens.access_token, tokens.subject)).to.deep.include({
        email,
        groups: [name],
      })
      const { stdout } = await run(process.execPath, [CLI, 'account', 'show', email, '--json'], {
        env: server.env,
      })
      expect(JSON.parse(stdout)).to.deep.include({ roles: ['admin'], groups: [name] })
      await app.stop()

      await page.goto(linkIn(letter, '/register'))
      expect(await heading(page), 'used').to.equal(ENDED)
      await page.getByRole('link', { name: 'Sign in', exact: true }).click()
      expect(await heading(page), 'who used it').to.equal('Your account')
    })

    it(`says that it ended, and leads on, ${how}`, async () => {
      const { server, open } = world
      const expired = await invite({ lifetimeMs: -1 })
      const revoked = await invite()
      await revokeInvitation(server.parts.db, revoked.invitation.id)
      for (const [ending, { link }] of Object.entries({ expired, revoked })) {
        const { page } = await open({ javaScript, device: 'phone' })
        await page.goto(link)
        expect(await heading(page), ending).to.equal(ENDED)
        await page.getByRole('link', { name: 'Create an account without an invitation' }).click()
        expect(await heading(page), ending).to.equal('Create your account')
        await page.goto(link)
        await page.getByRole('link', { name: 'Sign in', exact: true }).click()
        expect(await heading(page), ending).to.equal('Sign in')
      }
    })

    it(`says that it ended while its form was open, ${how}`, async () => {
      const { server, open } = world
      const { link, invitation } = await invite()
      const { page } = await open({ javaScript })
      await page.goto(link)
      await revokeInvitation(server.parts.db, invitation.id)
      await page.getByLabel('Email').fill(anyAddress())
      await page.getByLabel('Password', { exact: true }).fill(CHOSEN)
      await press(page, 'Create account')
      expect(await heading(page)).to.equal(ENDED)
    })

    it(`names the account that the browser is signed in to, which then gives way to the new one, ${how}`, async () => {
      const { server, open } = world
      const somebody = await server.createAccount()
      const email = anyAddress()
      const { link } = await invite({ email, role: 'admin' })
      const { page } = await open({ javaScript, device: 'phone' })
      await signInToAccount(page, server.issuer, somebody)
      await page.goto(link)
      expect(await main(page)).to.contain(`signed in as ${somebody.email}`)
      await page.getByRole('link', { name: 'Keep your account' }).click()
      expect(await main(page)).to.contain(somebody.email)
      await page.goto(link)
      await accept(page, email)
      expect(await main(page))
        .to.contain(email)
        .and.not.contain(somebody.email)
      const account = await findAccountByEmail(server.parts.db, somebody.email)
      expect(await server.parts.db('account_roles').where({ accountId: account?.id }).select('role')).to.eql(
        [],
      )
      await page.getByRole('link', { name: 'Sign out' }).click()
      await press(page, 'Sign out')
      await page.goto(`${server.issuer}/sign-in`)
      await signInHere(page, somebody)
      expect(await heading(page)).to.equal('Your account')
    })
  }
})

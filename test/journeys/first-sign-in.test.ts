import { expect } from 'chai'
import * as oidc from 'openid-client'
import { linkIn } from '../support/letter.ts'
import { discover, startRelyingParty } from '../support/relying-party.ts'
import { backAt, heading, press, signInHere, tabTo, tokensOf } from './steps.ts'
import { inBothSettings } from './world.ts'

inBothSettings('From a new account to an app and out again', (world) => {
  for (const javaScript of [true, false]) {
    const device = javaScript ? 'desktop' : 'phone'
    it(`leads through every step ${javaScript ? 'on a desktop' : 'on a phone, without JavaScript'} [S-3.4]`, async () => {
      const { server, open } = world
      const { page } = await open({ javaScript, device })
      const person = { email: `ada.${device}@example.org`, password: 'seven bridges over one river' }

      await page.goto(`${server.issuer}/register`)
      await page.getByLabel('Your name').fill('Ada')
      await page.getByLabel('Email').fill(person.email)
      await page.getByLabel('Password').fill(person.password)
      await press(page, 'Create account')
      expect(await heading(page)).to.equal('Check your email')

      const mail = await server.waitForMail(person.email, /^Activate/)
      if (server.store === 'sqlite') {
        const mailbox = page.getByRole('link', { name: 'Open the mailbox' })
        await page.goto(new URL((await mailbox.getAttribute('href')) ?? '', server.issuer).href)
        await page.getByRole('link', { name: mail.subject }).first().click()
        await page.getByRole('link', { name: linkIn(mail, '/activate') }).click()
      } else {
        await page.goto(linkIn(mail, '/activate'))
      }
      expect(await heading(page), 'signed in where the password was typed').to.equal('Your account')
      await page.getByRole('link', { name: 'Sign out' }).click()
      await press(page, 'Sign out')
      expect(await heading(page)).to.equal('You’re signed out')

      const identifier = `https://api.${device}.example.org`
      const api = await server.createResource({
        identifier,
        name: 'Library',
        scope: 'books:read books:write',
      })
      const scope = 'openid email profile offline_access books:read'
      const app = await startRelyingParty(server, {
        client: { client_name: 'Reading List', scope, allowed_resources: [identifier] },
        scope,
      })
      const request = await app.begin({ resource: identifier, prompt: 'consent' })
      await page.goto(request.url)
      expect(await page.locator('main').innerText()).to.match(/continue to\s+Reading List/)
      await signInHere(page, person)
      expect(await heading(page)).to.equal('Reading List asks for access')
      const asked = await page.locator('main').innerText()
      for (const words of [person.email, 'See your email', 'At Library', 'books:read'])
        expect(asked, words).to.contain(words)
      expect(asked).not.to.contain('books:write')
      await press(page, 'Allow')
      const returned = await backAt(page, app, request)
      expect(returned.searchParams.get('iss')).to.equal(server.issuer)

      const tokens = await tokensOf(app, request, returned)
      expect(tokens.claims.iss).to.equal(server.issuer)
      const info = await app.userinfo(tokens.access_token, tokens.subject)
      expect(info).to.include({ sub: tokens.subject, email: person.email, email_verified: true, name: 'Ada' })

      const refreshed = await app.refresh(tokens.refresh_token!, { resource: identifier })
      expect(refreshed.scope).to.equal('books:read')
      const resourceServer = await discover(server.issuer, api.client)
      const seen = await oidc.tokenIntrospection(resourceServer, refreshed.access_token)
      expect(seen).to.include({
        active: true,
        sub: tokens.subject,
        aud: identifier,
        scope: 'books:read',
        client_id: app.client.client_id,
      })
      expect(await oidc.tokenIntrospection(resourceServer, tokens.access_token)).to.eql({ active: false })

      await page.goto(app.signOutUrl(tokens.id_token!, { state: 'bye' }))
      await page.waitForURL(`${app.signedOutUri}?state=bye`)
      await page.goto(`${server.issuer}/account`)
      expect(await heading(page)).to.equal('Sign in')
      expect((await app.refresh(tokens.refresh_token!)).access_token).to.be.a('string')
      await app.stop()
    })
  }

  it('can be walked with the keyboard alone', async () => {
    const { server, app, open } = world
    const { page } = await open()
    const person = await server.createAccount()
    const request = await app.begin()
    await page.goto(request.url)
    await page.locator('input[name="email"]:focus').waitFor()
    await page.keyboard.type(person.email)
    await page.keyboard.press('Tab')
    await page.keyboard.type(person.password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'asks for access' }).waitFor()
    await tabTo(page, 'Allow')
    await page.keyboard.press('Enter')
    const tokens = await tokensOf(app, request, await backAt(page, app, request))
    expect(tokens.subject).to.equal(person.account.id)
  })
})

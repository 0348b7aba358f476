import { expect } from 'chai'
import { ResponseBodyError } from 'openid-client'
import { codeIn, linkIn } from '../support/letter.ts'
import { startRelyingParty } from '../support/relying-party.ts'
import { heading, press, signInAtApp, signInHere, signInToAccount } from './steps.ts'
import { withLateMail } from './late-mail.ts'
import { inService } from './world.ts'

const CHOSEN = 'a quiet lake in the morning'

inService('A forgotten password', (world) => {
  it('is replaced over the mail, and everything that was open ends [A19]', async () => {
    const { server, open } = world
    const person = await server.createAccount()
    const app = await startRelyingParty(server, { scope: 'openid offline_access' })
    const phone = await open({ device: 'phone', javaScript: false })
    const laptop = await open()
    const tokens = await signInAtApp(laptop.page, app, person, { prompt: 'consent' })
    expect((await app.introspect(tokens.access_token)).active).to.equal(true)

    const { page } = phone
    await page.goto(`${server.issuer}/sign-in`)
    await page.getByRole('link', { name: 'Forgot your password?' }).click()
    await page.getByLabel('Email').fill(person.email)
    await press(page, 'Send the link')
    expect(await heading(page)).to.equal('Check your email')
    const mail = await server.waitForMail(person.email, /^Reset/)
    await page.goto(linkIn(mail, '/reset'))
    expect(await page.getByLabel('Account').inputValue()).to.equal(person.email)
    await page.getByLabel('New password').fill('short')
    await press(page, 'Save password')
    expect(await page.locator('main').innerText()).to.contain('at least 8')
    await page.getByLabel('New password').fill(CHOSEN)
    await press(page, 'Save password')
    expect(await heading(page)).to.equal('Password changed')

    await laptop.page.goto(`${server.issuer}/account`)
    expect(await heading(laptop.page)).to.equal('Sign in')
    expect(await app.introspect(tokens.access_token)).to.eql({ active: false })
    const refused: unknown = await app.refresh(tokens.refresh_token!).catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(ResponseBodyError).and.include({ error: 'invalid_grant' })
    await server.waitForMail(person.email, /password was changed/)

    await signInHere(laptop.page, person)
    expect(await laptop.page.locator('main').innerText()).to.contain('is not right')
    await page.getByRole('link', { name: 'Sign in' }).click()
    await signInHere(page, { ...person, password: CHOSEN })
    expect(await heading(page)).to.equal('Your account')
    await page.goto(linkIn(mail, '/reset'))
    expect(await heading(page)).to.equal('This link no longer works')
    await app.stop()
  })

  it('needs the code of the mail in another browser than the one that asked', async () => {
    const { server, open } = world
    const person = await server.createAccount()
    const asking = await open()
    const { page } = await open()
    await asking.page.goto(`${server.issuer}/forgot`)
    await asking.page.getByLabel('Email').fill(person.email)
    await press(asking.page, 'Send the link')
    const mail = await server.waitForMail(person.email, /^Reset/)

    await page.goto(linkIn(mail, '/reset'))
    expect(await page.locator('main').innerText()).not.to.contain(person.email)
    await page.getByLabel('Code from the email').fill('AAAA-2222')
    await page.getByLabel('New password').fill(CHOSEN)
    await press(page, 'Save password')
    expect(await page.locator('main').innerText()).to.contain('That’s not the code from the email')
    expect(await page.getByLabel('Code from the email').inputValue(), 'a wrong code').to.equal('')
    await page.getByLabel('Code from the email').fill(codeIn(mail))
    await page.getByLabel('New password').fill('short')
    await press(page, 'Save password')
    expect(await page.locator('main').innerText()).to.contain('at least 8')
    expect(await page.getByLabel('Code from the email').inputValue(), 'the right code').to.equal(codeIn(mail))
    await page.getByLabel('New password').fill(CHOSEN)
    await press(page, 'Save password')
    expect(await heading(page)).to.equal('Password changed')
    await signInToAccount(page, server.issuer, { ...person, password: CHOSEN })
  })

  for (const javaScript of [true, false])
    it(`says by itself that the mail is late, with${javaScript ? '' : 'out'} JavaScript`, async () => {
      const { server, open } = world
      const { page } = await open({ javaScript })
      await page.goto(`${server.issuer}/forgot`)
      await page.getByLabel('Email').fill(`nobody-${Date.now()}@example.org`)
      await press(page, 'Send the link')
      const late = page.getByText('Email is slower than usual')
      expect(await late.isVisible()).to.equal(false)
      const refresh = page.locator('meta[http-equiv="refresh"]')
      expect(await refresh.count()).to.equal(javaScript ? 0 : 1)
      await withLateMail(server.parts.db, async () => {
        // What the browser does after two minutes.
        const next = javaScript ? '' : ((await refresh.getAttribute('content')) ?? '').split('url=')[1]
        for (;;) {
          if (next) await page.goto(new URL(next, server.issuer).href)
          else await late.waitFor()
          if (await late.isVisible()) return
        }
      })
      expect(await heading(page)).to.equal('Check your email')
    })
})

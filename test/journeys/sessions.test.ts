import { expect } from 'chai'
import { linkIn } from '../support/letter.ts'
import { createVisitor } from '../support/visitor.ts'
import {
  backAt,
  heading,
  passThrough,
  press,
  signInAtApp,
  signInHere,
  signInToAccount,
  tokensOf,
} from './steps.ts'
import { inBothSettings } from './world.ts'

const ALLOWED_SESSIONS = 10

inBothSettings('Sessions', (world) => {
  it('survive Ctrl-C and a restart, like accounts and tokens', async () => {
    const { server, app, open } = world
    const person = await server.createAccount()
    const { page } = await open()
    const tokens = await signInAtApp(page, app, person)
    const pids = server.processes.map(({ pid }) => pid)
    await server.restart('SIGINT')
    expect(server.processes.map(({ pid }) => pid)).not.to.include.members(pids)

    await page.goto(`${server.issuer}/account`)
    expect(await heading(page)).to.equal('Your account')
    expect((await app.introspect(tokens.access_token)).active).to.equal(true)
    expect((await passThrough(page, app)).subject).to.equal(person.account.id)
    const elsewhere = await open()
    await signInToAccount(elsewhere.page, server.issuer, person)
  })

  it('all end when a person signs out everywhere, with every token [A12]', async () => {
    const { server, app, open } = world
    const person = await server.createAccount()
    const [phone, laptop] = [await open({ device: 'phone' }), await open({ javaScript: false })]
    const tokens = await signInAtApp(phone.page, app, person)
    await signInToAccount(laptop.page, server.issuer, person)
    await laptop.page.goto(`${server.issuer}/account/sessions`)
    expect(await laptop.page.locator('main').innerText()).to.contain('this one')
    expect(await laptop.page.getByRole('listitem').filter({ hasText: 'Chrome on' }).count()).to.equal(2)
    await press(laptop.page, 'Sign out everywhere')

    for (const [device, { page }] of Object.entries({ phone, laptop })) {
      await page.goto(`${server.issuer}/account`)
      expect(await heading(page), device).to.equal('Sign in')
    }
    expect(await app.introspect(tokens.access_token)).to.eql({ active: false })
    const request = await app.begin()
    await phone.page.goto(request.url)
    expect(await heading(phone.page)).to.equal('Sign in')
    await signInHere(phone.page, person)
    expect((await tokensOf(app, request, await backAt(phone.page, app, request))).subject).to.equal(
      person.account.id,
    )
  })

  it('are ended one by one from another device [S-2.35]', async () => {
    const { server, app, open } = world
    const person = await server.createAccount()
    const [lost, kept] = [await open({ device: 'phone' }), await open()]
    const tokens = await signInAtApp(lost.page, app, person)
    const { page } = kept
    await page.goto(`${server.issuer}/account/sessions`)
    expect(await heading(page)).to.equal('Sign in')
    await signInHere(page, person)
    expect(await heading(page)).to.equal('Sessions')
    await page.getByRole('button', { name: 'Sign out of' }).click()
    expect(await page.locator('main').innerText()).to.contain('That session is signed out')

    await lost.page.goto(`${server.issuer}/account`)
    expect(await heading(lost.page)).to.equal('Sign in')
    expect(await app.introspect(tokens.access_token)).to.eql({ active: false })
    await page.goto(`${server.issuer}/account`)
    expect(await heading(page)).to.equal('Your account')
  })

  it('of a stranger reach the owner by mail, who ends them there and finds them in the list of sign-ins', async () => {
    const { server, open } = world
    const person = await server.createAccount()
    const [owner, stranger] = [await open(), await open({ device: 'phone', javaScript: false })]
    await signInToAccount(owner.page, server.issuer, person)
    await signInToAccount(stranger.page, server.issuer, person)
    const { page } = owner
    const mail = await server.waitForMail(person.email, /^New sign-in/)
    await page.goto(linkIn(mail, '/not-me'))
    expect(await heading(page)).to.equal('Wasn’t this you?')
    await press(page, 'This wasn’t me')
    expect(await heading(page)).to.equal('Signed out everywhere')
    await page.reload()
    expect(await heading(page)).to.equal('Signed out everywhere')
    await stranger.page.goto(`${server.issuer}/account`)
    expect(await heading(stranger.page)).to.equal('Sign in')

    await page.goto(linkIn(await server.waitForMail(person.email, /^Reset/), '/reset'))
    await page.getByLabel('New password').fill('a quiet lake in the morning')
    await press(page, 'Save password')
    await signInHere(stranger.page, person)
    expect(await stranger.page.locator('main').innerText()).to.contain('is not right')
    await page.getByRole('link', { name: 'Sign in' }).click()
    await signInHere(page, { ...person, password: 'a quiet lake in the morning' })
    await page.getByRole('link', { name: 'Sessions' }).click()
    await page.getByRole('link', { name: 'your recent sign-ins' }).click()
    expect(await heading(page)).to.equal('Your sign-ins')
    const results = await page.getByRole('listitem').locator('strong').allInnerTexts()
    expect(results).to.eql([
      'Signed in with password',
      'Wrong password',
      'Signed in with password',
      'Signed in with password',
    ])
    await page.getByRole('link', { name: 'Back to sessions' }).click()
    expect(await heading(page)).to.equal('Sessions')
  })

  it('are at most ten at a time: the oldest ends first [S-2.33][A13]', async () => {
    const { server, open } = world
    const person = await server.createAccount()
    const { page } = await open()
    await signInToAccount(page, server.issuer, person)
    const others = Array.from({ length: ALLOWED_SESSIONS }, () => createVisitor(server.issuer))
    for (const visitor of others.slice(1)) await visitor.signIn(person)
    await page.goto(`${server.issuer}/account/sessions`)
    expect(await page.getByRole('listitem').filter({ hasText: 'last seen' }).count()).to.equal(
      ALLOWED_SESSIONS,
    )

    await others[0]!.signIn(person)
    await page.goto(`${server.issuer}/account`)
    expect(await heading(page)).to.equal('Sign in')
    for (const [index, visitor] of others.entries())
      expect((await visitor.get('/account')).heading, `visitor ${index}`).to.equal('Your account')
  })

  it('but this one end when the password is changed', async () => {
    const { server, app, open } = world
    const person = await server.createAccount()
    const [here, there] = [await open(), await open({ javaScript: false })]
    const tokens = await signInAtApp(there.page, app, person)
    await signInToAccount(here.page, server.issuer, person)
    await here.page.getByRole('link', { name: 'Password' }).click()
    await here.page.getByLabel('Current password').fill(person.password)
    await here.page.getByLabel('New password').fill('a quiet lake in the morning')
    await press(here.page, 'Save password')
    expect(await here.page.locator('main').innerText()).to.contain('Password changed')

    expect(await app.introspect(tokens.access_token)).to.eql({ active: false })
    await there.page.goto(`${server.issuer}/account`)
    expect(await heading(there.page)).to.equal('Sign in')
    await here.page.goto(`${server.issuer}/account`)
    expect(await heading(here.page)).to.equal('Your account')
    await server.waitForMail(person.email, /password was changed/)
  })
})

import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { updateAccount } from '../../src/account-cache/changed-account.ts'
import { backAt, heading, press, signInHere, signInToAccount, tokensOf } from './steps.ts'
import { inService } from './world.ts'

inService('Choosing an account', (world) => {
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

  it('goes on at once with the one that is signed in, and takes the password of any other', async () => {
    const { server, app, open } = world
    const [first, second] = [await server.createAccount(), await server.createAccount({ name: 'Ana Sample' })]
    const { page } = await open({ javaScript: false })
    await signInToAccount(page, server.issuer, second)
    await page.context().clearCookies({ name: /^as_session/ })
    await signInToAccount(page, server.issuer, first)

    const request = await app.begin({ prompt: 'select_account' })
    await page.goto(request.url)
    expect(await heading(page)).to.equal('Choose an account')
    expect(await page.locator('main').innerText()).to.contain('Ana Sample')
    await button(page, `Continue as ${first.email}`).click()
    await press(page, 'Allow')
    const firsts = await tokensOf(app, request, await backAt(page, app, request))
    expect(firsts.subject).to.equal(first.account.id)

    const again = await app.begin({ prompt: 'select_account' })
    await page.goto(again.url)
    await button(page, `Continue as ${second.email}`).click()
    expect(await heading(page)).to.equal('Sign in')
    expect(await page.getByLabel('Email').inputValue()).to.equal(second.email)
    await signInHere(page, { ...second, password: 'not the password at all' })
    expect(await page.locator('main').innerText()).to.contain('is not right')
    await signInHere(page, second)
    await press(page, 'Allow')
    const seconds = await tokensOf(app, again, await backAt(page, app, again))
    expect(seconds.subject).to.equal(second.account.id)
    // One session at a time: the first is signed out.
    expect(await app.introspect(firsts.access_token)).to.eql({ active: false })
  })

  it('is not shown with prompt=none, which answers only for the person who is signed in', async () => {
    const { server, app, open } = world
    const { page } = await open()
    const hints: string[] = []
    for (const person of [await server.createAccount(), await server.createAccount()]) {
      const request = await app.begin({ prompt: 'login' })
      await page.goto(request.url)
      await signInHere(page, person)
      await press(page, 'Allow')
      hints.push((await tokensOf(app, request, await backAt(page, app, request))).id_token ?? '')
    }
    const errorFor = async (parameters: Record<string, string>) => {
      const request = await app.begin({ prompt: 'none', ...parameters })
      await page.goto(request.url)
      return (await backAt(page, app, request)).searchParams.get('error')
    }
    expect(await errorFor({ id_token_hint: hints[1]! })).to.equal(null)
    expect(await errorFor({ id_token_hint: hints[0]! })).to.equal('login_required')
    expect(await errorFor({ prompt: 'none select_account' })).to.equal('invalid_request')
    await page.goto(`${server.issuer}/oauth/logout`)
    await press(page, 'Sign out')
    expect(await errorFor({ id_token_hint: hints[1]! })).to.equal('login_required')
  })

  it('starts anew in a tab that waited while another tab chose somebody else', async () => {
    const { server, app, open } = world
    const people = [await server.createAccount(), await server.createAccount()] as const
    const { page, context } = await open()
    for (const person of people) {
      await context.clearCookies({ name: /^as_session/ })
      await signInToAccount(page, server.issuer, person)
    }
    const second = await context.newPage()
    const requests = [
      await app.begin({ prompt: 'select_account' }),
      await app.begin({ prompt: 'select_account' }),
    ]
    await page.goto(requests[0]!.url)
    await second.goto(requests[1]!.url)
    await button(second, `Continue as ${people[0].email}`).click()
    await signInHere(second, people[0])
    await press(second, 'Allow')
    await backAt(second, app, requests[1])
    await button(page, `Continue as ${people[1].email}`).click()
    expect(await heading(page)).to.equal('Choose an account')
    await button(page, `Continue as ${people[1].email}`).click()
    await signInHere(page, people[1])
    await press(page, 'Allow')
    const tokens = await tokensOf(app, requests[0]!, await backAt(page, app, requests[0]))
    expect(tokens.subject).to.equal(people[1].account.id)
  })

  it('can be left for an account that this browser does not know, and forgets one on request', async () => {
    const { server, app, open } = world
    const [known, other] = [await server.createAccount(), await server.createAccount()]
    const { page } = await open()
    await signInToAccount(page, server.issuer, known)
    await page.context().clearCookies({ name: /^as_session/ })
    const request = await app.begin({ prompt: 'select_account' })
    await page.goto(request.url)
    await button(page, `Forget ${known.email} on this device`).click()
    expect(await heading(page)).to.equal('Sign in')
    expect(await page.getByLabel('Email').inputValue()).to.equal('')
    await signInHere(page, other)
    await press(page, 'Allow')
    const tokens = await tokensOf(app, request, await backAt(page, app, request))
    expect(tokens.subject).to.equal(other.account.id)
  })

  it('is the sign-in page where nobody has been before, and shows nobody of another browser', async () => {
    const { server, app, open } = world
    const somebody = await server.createAccount()
    const there = await open()
    await signInToAccount(there.page, server.issuer, somebody)
    const { page } = await open()
    const request = await app.begin({ prompt: 'select_account' })
    await page.goto(request.url)
    expect(await heading(page)).to.equal('Sign in')
    const account = encodeURIComponent(somebody.account.id)
    await page.goto(`${page.url()}&account=${account}`)
    expect(await page.getByLabel('Email').inputValue()).to.equal('')
  })

  it('does not show an account that was disabled, nor believe a cookie that was altered', async () => {
    const { server, app, open } = world
    const [kept, gone] = [await server.createAccount(), await server.createAccount()]
    const { page, context } = await open()
    for (const person of [gone, kept]) {
      await signInToAccount(page, server.issuer, person)
      await context.clearCookies({ name: /^as_session/ })
    }
    const nowMs = Date.now()
    await updateAccount(server.parts.db, { id: gone.account.id }, { disabledAtMs: nowMs })
    const request = await app.begin({ prompt: 'select_account' })
    await page.goto(request.url)
    const shown = await page.locator('main').innerText()
    expect(shown).to.contain(kept.email).and.not.to.contain(gone.email)
    const cookie = (await context.cookies()).find(({ name }) => name === 'as_accounts')!
    expect(cookie).to.include({ httpOnly: true, sameSite: 'Lax' })
    expect(cookie.value).not.to.contain(kept.account.id)
    await context.addCookies([{ ...cookie, value: `${cookie.value.slice(0, -2)}AA` }])
    await page.reload()
    expect(await heading(page)).to.equal('Sign in')
  })

  it('can be done from a consent page, in the same request', async () => {
    const { server, app, open } = world
    const [first, second] = [await server.createAccount(), await server.createAccount()]
    const { page } = await open({ javaScript: false })
    await signInToAccount(page, server.issuer, first)
    const request = await app.begin()
    await page.goto(request.url)
    await page.getByRole('link', { name: 'Not you?' }).click()
    await signInHere(page, second)
    expect(await page.locator('main').innerText()).to.contain(second.email)
    await press(page, 'Allow')
    const tokens = await tokensOf(app, request, await backAt(page, app, request))
    expect(tokens.subject).to.equal(second.account.id)
  })

  it('does not replace the account that an ID token names', async () => {
    const { server, app, open } = world
    const [wanted, other] = [await server.createAccount(), await server.createAccount()]
    const { page } = await open()
    const first = await app.begin()
    await page.goto(first.url)
    await signInHere(page, wanted)
    await press(page, 'Allow')
    const { id_token: hint = '' } = await tokensOf(app, first, await backAt(page, app, first))
    await page.context().clearCookies({ name: /^as_session/ })
    const request = await app.begin({ id_token_hint: hint })
    await page.goto(request.url)
    expect(await page.getByLabel('Email').inputValue()).to.equal(wanted.email)
    await signInHere(page, other)
    expect(await page.locator('main').innerText()).to.contain('The app expects another account')
    await signInHere(page, wanted)
    const tokens = await tokensOf(app, request, await backAt(page, app, request))
    expect(tokens.subject).to.equal(wanted.account.id)
    const stranger = await open()
    await stranger.page.goto((await app.begin({ id_token_hint: hint })).url)
    expect(await stranger.page.getByLabel('Email').inputValue()).to.equal('')
  })
})

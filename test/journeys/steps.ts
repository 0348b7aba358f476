/** What people do on our pages, by the words that they read there. */
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import type { RelyingParty, SignInRequest } from '../support/relying-party.ts'
import type { Person } from '../support/running-server.ts'

type Credentials = Pick<Person, 'email' | 'password'>

export async function heading(page: Page): Promise<string> {
  const text = await page.locator('h1').innerText()
  return text.replace(/\s+/g, ' ').trim()
}

export async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click()
}

/** Fills the sign-in page that is open and sends it. */
export async function signInHere(page: Page, { email, password }: Credentials): Promise<void> {
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(password)
  await press(page, 'Sign in')
}

export async function signInToAccount(page: Page, issuer: string, person: Credentials): Promise<void> {
  await page.goto(`${issuer}/sign-in`)
  await signInHere(page, person)
  expect(await heading(page), person.email).to.equal('Your account')
}

/** Waits until the browser is back at the app, and answers the address that it was sent to. */
export async function backAt(page: Page, app: RelyingParty, request?: SignInRequest): Promise<URL> {
  await page.waitForURL(
    (url) =>
      url.href.startsWith(`${app.redirectUri}?`) &&
      (!request || url.searchParams.get('state') === request.state),
  )
  return new URL(page.url())
}

/** Opens the app's request with nobody signed in, signs in and allows what it asks. Answers the app's tokens. */
export async function signInAtApp(
  page: Page,
  app: RelyingParty,
  person: Credentials,
  parameters: Record<string, string> = {},
) {
  const request = await app.begin(parameters)
  await page.goto(request.url)
  await signInHere(page, person)
  await press(page, 'Allow')
  return tokensOf(app, request, await backAt(page, app, request))
}

/** Opens the app's request in a browser where nothing is left to ask. */
export async function passThrough(page: Page, app: RelyingParty, parameters: Record<string, string> = {}) {
  const request = await app.begin(parameters)
  await page.goto(request.url)
  return tokensOf(app, request, await backAt(page, app, request))
}

export async function tokensOf(app: RelyingParty, request: SignInRequest, returned: URL) {
  const tokens = await app.finish(request, returned)
  const claims = tokens.claims()
  if (!claims) throw new Error('no ID token')
  return { ...tokens, subject: claims.sub, claims }
}

/** Presses Tab until the focus is on what is called `name`, as somebody without a mouse does. */
export async function tabTo(page: Page, name: string): Promise<void> {
  const wanted = page.getByRole('button', { name, exact: true })
  for (let presses = 0; presses < 20; presses += 1) {
    await page.keyboard.press('Tab')
    if (await wanted.evaluate((element) => element === document.activeElement)) return
  }
  throw new Error(`Tab does not reach ${name}`)
}

/** A person with a browser: signs in, allows, and comes back to the app. */
import type { Page } from 'playwright-core'

export type Person = { email: string; password: string; name: string }

/** A page of the account server on which something was asked. */
export type Met = 'sign-in' | 'consent' | 'sign-out'

const WITHIN_MS = 60_000
const POLL_MS = 50

/**
 * Answers every page of the account server until the browser is somewhere else, and says which pages those were.
 * @throws Error with the words of the page when it asks for nothing that a person could answer
 */
export async function answerPages(page: Page, issuer: string, person: Person): Promise<Met[]> {
  const met: Met[] = []
  const deadline = Date.now() + WITHIN_MS
  let lost = 0
  while (Date.now() < deadline) {
    await page.waitForLoadState('domcontentloaded').catch(() => undefined)
    if (new URL(page.url()).origin !== issuer) return met
    const asked = await answerOne(page, person).catch(() => undefined)
    if (asked) met.push(asked)
    lost = asked ? 0 : lost + 1
    if (lost > 2000 / POLL_MS) throw new Error(`the account server shows "${await wordsOf(page)}"`)
    await page.waitForTimeout(POLL_MS)
  }
  throw new Error(`still at the account server: "${await wordsOf(page)}"`)
}

async function answerOne(page: Page, { email, password }: Person): Promise<Met | undefined> {
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  if (await page.getByLabel('Password').isVisible()) {
    const address = page.getByLabel('E-mail')
    if (await address.isEditable()) await address.fill(email)
    await page.getByLabel('Password').fill(password)
    return press(page, 'Sign in', 'sign-in')
  }
  if (await button('Allow').isVisible()) return press(page, 'Allow', 'consent')
  if (await button('Sign out').isVisible()) return press(page, 'Sign out', 'sign-out')
  return undefined
}

async function press(page: Page, name: string, met: Met): Promise<Met> {
  const left = page.waitForEvent('framenavigated', { timeout: WITHIN_MS })
  await page.getByRole('button', { name, exact: true }).click({ noWaitAfter: true })
  await left
  return met
}

async function wordsOf(page: Page): Promise<string> {
  const text = (await page.textContent('main').catch(() => null)) ?? (await page.textContent('body')) ?? ''
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 1500)
}

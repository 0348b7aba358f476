/** What a person does at every app with pages: sign in with consent, see who one is, come a second time. */
import type { Page } from 'playwright-core'
import { answerPages } from './person.ts'
import type { Met } from './person.ts'
import type { World } from './stack.ts'

type Journey = {
  /** Brings a page that was just opened to the account server. */
  begin: (page: Page) => Promise<unknown>
  /** What the app has to show of the person; by default name and address. */
  shown?: (page: Page) => Promise<string | null>
  /** What the app shows in place of the person's name. */
  name?: string
}

/** Answers the page of the person who is signed in now. */
export async function signInTwice(
  world: World,
  { begin, shown = bodyOf, name = world.person.name }: Journey,
): Promise<Page> {
  const { person } = world
  const page = await world.openBrowser()
  await world.step('sign-in', async () => {
    await expectPages(world, page, begin, ['sign-in', 'consent'])
  })
  await world.step('claims', async () => {
    const text = await until(page, shown, (found) => found.includes(person.email))
    if (!text.includes(name)) throw new Error(`the app does not show ${name}: ${text.slice(0, 300)}`)
  })
  await world.step('second sign-in', async () => {
    const other = await world.openBrowser()
    await expectPages(world, other, begin, ['sign-in'])
    await until(other, shown, (found) => found.includes(person.email))
    await other.context().close()
  })
  return page
}

/**
 * Begins a sign-in and answers the pages of the account server.
 * @throws Error when they are not these, with where the browser is instead
 */
export async function expectPages(
  world: World,
  page: Page,
  begin: Journey['begin'],
  expected: readonly Met[],
): Promise<void> {
  await begin(page)
  await compare(page, await answerPages(page, world.issuer, world.person), expected)
}

/**
 * After signing out at the app: the account server asks for the password again, at once where the app sends the browser
 * back to it, or when the person begins anew.
 */
export async function expectSignedOut(world: World, page: Page, begin: Journey['begin']): Promise<void> {
  const met = await answerPages(page, world.issuer, world.person)
  await begin(page)
  met.push(...(await answerPages(page, world.issuer, world.person)))
  await compare(page, met, ['sign-in'])
}

async function compare(page: Page, met: readonly Met[], expected: readonly Met[]): Promise<void> {
  if (met.join() === expected.join()) return
  const words = `${page.url()} ${(await bodyOf(page).catch(() => '')) ?? ''}`.replaceAll(/\s+/g, ' ')
  const pages = `the pages were "${met.join(', ')}" instead of "${expected.join(', ')}"`
  throw new Error(`${pages}, and the browser is at ${words.slice(0, 400)}`)
}

/** Waits until what a page shows fits. */
export async function until(
  page: Page,
  read: (page: Page) => Promise<string | null>,
  fits: (text: string) => boolean,
): Promise<string> {
  let text = ''
  for (let tries = 0; tries < 200; tries += 1) {
    text = (await read(page).catch(() => '')) ?? ''
    if (fits(text)) return text
    await page.waitForTimeout(100)
  }
  throw new Error(
    `the app at ${page.url().split('?')[0]} shows: ${text.replaceAll(/\s+/g, ' ').slice(0, 400)}`,
  )
}

export const bodyOf = (page: Page) => page.textContent('body')

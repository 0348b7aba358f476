/** What a person does at every app with pages, and what the one who sets it up sees after a mistake. */
import { stripVTControlCharacters } from 'node:util'
import type { Page } from 'playwright-core'
import { answerPages } from './person.ts'
import type { Met } from './person.ts'
import type { Answer, Program, World } from './stack.ts'

/** The variables that an app is started with; its guide names them. */
export type Settings = Readonly<Record<string, string>> & {
  readonly ISSUER: string
  readonly CLIENT_ID: string
  readonly CLIENT_SECRET: string
  readonly APP_URL: string
  readonly PORT: string
}

export type WebApp = {
  command: (settings: Settings) => readonly string[]
  /** Variables beside the usual ones. */
  more?: (world: World, answers: readonly Answer[]) => Record<string, string>
  /** Brings a page that was just opened to the account server. */
  begin: (page: Page, appUrl: string) => Promise<unknown>
  /** What the app shows of the person, with a JSON object of claims in it; by default the page. */
  shown?: (page: Page) => Promise<string | null>
  /** What follows the second sign-in, in the browser of the person who is signed in. */
  after?: (at: SignedIn) => Promise<void>
  /** As many as the guide explains, in their order. */
  mistakes: readonly Mistake[]
}

/** Settings that are wrong. */
export type Mistake = {
  wrong: (settings: Settings, world: World) => Record<string, string> | Promise<Record<string, string>>
}

/** Makes a mistake, and answers what is seen: as soon as the message is there, or after a while. */
export type Trial = (message: string) => Promise<string>

type Begin = (page: Page) => Promise<unknown>
export type SignedIn = { world: World; page: Page; begin: Begin }

const MESSAGE_WITHIN_MS = 10_000

export const wrongSecret: Mistake = { wrong: () => ({ CLIENT_SECRET: 'of-another-client' }) }
export const issuerWithSlash: Mistake = { wrong: ({ ISSUER }) => ({ ISSUER: `${ISSUER}/` }) }
/** The app runs at an address that is not registered. */
export const otherAddress: Mistake = {
  wrong: ({ APP_URL }) => ({ APP_URL: otherLoopback(APP_URL) }),
}

/** The same place under another name. */
export function otherLoopback(url: string): string {
  return url.replace('localhost', '127.0.0.1')
}

/** Follows the guide: registers, starts, signs in twice; then makes each mistake of the guide. */
export async function playWeb(world: World, app: WebApp): Promise<void> {
  const answers = await world.setUp()
  const { client_id: CLIENT_ID = '', client_secret: CLIENT_SECRET = '' } = answers.at(-1) ?? {}
  const settings: Settings = {
    ISSUER: world.issuer,
    CLIENT_ID,
    CLIENT_SECRET,
    APP_URL: world.origin,
    PORT: String(world.port),
    ...app.more?.(world, answers),
  }
  const begin: Begin = (page) => app.begin(page, world.origin)
  const program = await world.start(app.command(settings), settings)
  const page = await signInTwice(world, begin, app.shown ?? bodyOf)
  await app.after?.({ world, page, begin })
  await program.stop()
  const trials = app.mistakes.map(({ wrong }): Trial => {
    return async (message) =>
      trySettings(world, app, { ...settings, ...(await wrong(settings, world)) }, message)
  })
  await world.step('mistakes', () => expectMessages(world.guide.messages, trials))
}

/** Answers the page of the person who is signed in now. */
async function signInTwice(world: World, begin: Begin, shown: NonNullable<WebApp['shown']>): Promise<Page> {
  const { person } = world
  const page = await world.openBrowser()
  await world.step('sign-in', () => expectPages(world, page, begin, ['sign-in', 'consent']))
  await world.step('claims', async () => {
    const text = await until(page, shown, (found) => found.includes(person.email))
    const object = JSON.parse(/\{.*\}/s.exec(text)?.[0] ?? '{}') as object
    const [arrived, promised] = [Object.keys(object), world.guide.claims].map((names) =>
      names.toSorted().join(', '),
    )
    if (arrived !== promised) throw new Error(`the guide promises ${promised}, and there is ${arrived}`)
  })
  await world.step('second sign-in', async () => {
    const other = await world.openBrowser()
    await expectPages(world, other, begin, ['sign-in'])
    await until(other, shown, (found) => found.includes(person.email))
    await other.context().close()
  })
  return page
}

/** @throws Error unless there is a trial for each message of the guide, and each shows its message */
export async function expectMessages(messages: readonly string[], trials: readonly Trial[]): Promise<void> {
  if (messages.length !== trials.length)
    throw new Error(`the guide explains ${messages.length} mistakes, and ${trials.length} are made`)
  const others: string[] = []
  for (const [index, trial] of trials.entries()) {
    const message = plain(messages[index] ?? '')
    const seen = await trial(message)
    if (!seen.includes(message))
      others.push(`the guide says "${message}", and there is: ${seen.slice(0, 500)} … ${seen.slice(-1000)}`)
  }
  if (others.length > 0) throw new Error(others.join('; '))
}

async function trySettings(world: World, app: WebApp, settings: Settings, message: string): Promise<string> {
  const failures: string[] = []
  const failed = (error: unknown) => void failures.push((error as Error).message)
  const program = await world.start(app.command(settings), settings).catch(failed)
  if (!program) return plain(failures.join(' '))
  const page = await world.openBrowser()
  try {
    await app.begin(page, settings.APP_URL)
    await answerPages(page, world.issuer, world.person)
  } catch (error) {
    failed(error)
  }
  return seenAtEnd({ page, programs: [program], failures, message })
}

type Ending = { page: Page; programs: readonly Program[]; failures: readonly string[]; message: string }

/** All that failed, that programs printed and that the browser shows, once the message is among it. Ends them. */
export async function seenAtEnd({ page, programs, failures, message }: Ending): Promise<string> {
  const now = async () => `${plain(failures.join(' '))} ${await seenNow(page, programs)}`
  const deadline = Date.now() + MESSAGE_WITHIN_MS
  let seen = await now()
  while (!seen.includes(message) && Date.now() < deadline) {
    await page.waitForTimeout(100)
    seen = await now()
  }
  await page.context().close()
  for (const program of programs) await program.stop()
  return seen
}

async function seenNow(page: Page, programs: readonly Program[]): Promise<string> {
  const text = (await bodyOf(page).catch(() => '')) ?? ''
  const address = decodeURIComponent(page.url().replaceAll('+', ' '))
  const printed = programs.map((program) => program.output().slice(-20_000))
  return plain([address, text, ...printed].join(' '))
}

/** Without line breaks and the escapes of a terminal. */
function plain(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\s+/g, ' ')
}

/**
 * Begins a sign-in and answers the pages of the account server.
 * @throws Error when they are not these, with where the browser is instead
 */
export async function expectPages(
  world: World,
  page: Page,
  begin: Begin,
  expected: readonly Met[],
): Promise<void> {
  await begin(page)
  await compare(page, await answerPages(page, world.issuer, world.person), expected)
}

/** The person opens an address of the app that signs out here as well. */
export function signOutAt(path: string) {
  return ({ world, page, begin }: SignedIn): Promise<void> =>
    world.step('sign-out', async () => {
      await page.goto(world.origin + path)
      await expectSignedOut(world, page, begin)
    })
}

/** The person presses "Sign out" at an app that signs out nowhere else, and then at the account server. */
export function signOutAtBoth(path: string) {
  return ({ world, page, begin }: SignedIn): Promise<void> =>
    world.step('sign-out', async () => {
      await page.goto(world.origin + path)
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.waitForLoadState('load')
      await page.goto(`${world.issuer}/oauth/logout`)
      await page.getByRole('button', { name: 'Sign out', exact: true }).click()
      await page.getByText('You are signed out').waitFor()
      await expectPages(world, page, begin, ['sign-in'])
    })
}

/**
 * After signing out at the app: the account server asks for the password again, at once where the app sends the browser
 * back to it, or when the person begins anew.
 */
export async function expectSignedOut(world: World, page: Page, begin: Begin): Promise<void> {
  const met = await answerPages(page, world.issuer, world.person)
  await begin(page)
  met.push(...(await answerPages(page, world.issuer, world.person)))
  await compare(page, met, ['sign-in'])
}

async function compare(page: Page, met: readonly Met[], expected: readonly Met[]): Promise<void> {
  if (met.join() === expected.join()) return
  const words = plain(`${page.url()} ${(await bodyOf(page).catch(() => '')) ?? ''}`)
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
  throw new Error(`the app at ${page.url().split('?')[0]} shows: ${plain(text).slice(0, 400)}`)
}

export const bodyOf = (page: Page) => page.textContent('body')

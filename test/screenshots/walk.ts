/** The walk past every page: one person from the front door to signing out, and what can go wrong on the way. */
import type { Browser, Page } from 'playwright-core'
import { authenticator, secretOn } from '../factors/authenticator.ts'
import { linkIn } from '../support/letter.ts'
import { startRelyingParty } from '../support/relying-party.ts'
import type { RunningServer } from '../support/running-server.ts'
import type { Camera } from './camera.ts'
import type { DemoApp } from '../examples/demo-app.ts'
import { askBehindTheScenes, startDevice } from './decoupled.ts'
import { showOtherProvider } from './other-provider.ts'
import { unusualRequests } from './requests.ts'

type Walk = { browser: Browser; camera: Camera; server: RunningServer; app: DemoApp }
export type Visit = Walk & {
  page: Page
  press: (name: string) => Promise<void>
  fill: Fill
  open: (path: string) => Promise<void>
}
type Fill = (fields: Record<string, string>) => Promise<void>

const EMAIL = 'ana.sample@example.com'
const NAME = 'Ana Sample'
const PASSWORD = 'violet kettle 41'
const NEW_PASSWORD = 'amber lantern 52'

export async function showEverything(walk: Walk): Promise<void> {
  const mine = await visit(walk)
  const other = await visit(walk)
  await showRegistration(mine, other)
  await showSignIn(await visit(walk))
  await showApp(mine)
  await showAccount(mine, other)
  await showSecurity(mine)
  await showRequests(mine)
  await showDevice(mine)
  await showBackchannel(mine)
  await showChoice(await visit(walk))
  await showSignOut(mine)
  await showReset(mine, other)
  await showUnverified(await visit(walk))
  await showOtherProvider(await visit(walk))
  await showFaults(await visit(walk))
}

/** A browser of its own: nothing is signed in. */
async function visit(walk: Walk): Promise<Visit> {
  const context = await walk.browser.newContext({ viewport: { width: 1280, height: 844 }, locale: 'en' })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  return {
    ...walk,
    page,
    press: (name) => page.getByRole('button', { name, exact: true }).click(),
    async fill(fields) {
      for (const [label, value] of Object.entries(fields))
        await page.getByLabel(label, { exact: true }).fill(value)
    },
    async open(path) {
      await page.goto(new URL(path, walk.server.issuer).href)
    },
  }
}

async function showRegistration(mine: Visit, other: Visit): Promise<void> {
  const { camera, page, server } = mine
  await mine.open('/')
  await camera.take(page, 'Front page')
  await mine.open('/register')
  await camera.take(page, 'Register')
  await mine.fill({ 'Your name': NAME, Email: 'ana@', Password: 'password' })
  await mine.press('Create account')
  await camera.take(page, 'Register, with mistakes')
  await mine.fill({ 'Your name': NAME, Email: EMAIL, Password: PASSWORD })
  await mine.press('Create account')
  await camera.take(page, 'Registered')
  const link = linkIn(await server.waitForMail(EMAIL), '/activate')
  await mine.open('/mailbox')
  await camera.take(page, 'Mailbox')
  await page
    .getByRole('link', { name: /Activate|Confirm/ })
    .first()
    .click()
  await camera.take(page, 'Mail in the mailbox')
  await mine.open(`${new URL(page.url()).pathname}/html`)
  await camera.take(page, 'Mail as HTML')
  await other.open(link)
  await camera.take(other.page, 'Activate in another browser')
  await other.page.getByRole('link', { name: 'I didn’t choose that password' }).click()
  await camera.take(other.page, 'Activate with a new password')
  await mine.open(link)
  await camera.take(page, 'Activated')
  await mine.open('/activate?token=expired')
  await camera.take(page, 'Activation link expired')
}

/** In a browser that knows nobody: opening the link of the mail signed the other one in. */
async function showSignIn(mine: Visit): Promise<void> {
  const { camera, page, app } = mine
  await mine.open('/sign-in')
  await camera.take(page, 'Sign in')
  await mine.fill({ 'Email or username': EMAIL, Password: 'not the password' })
  await mine.press('Sign in')
  await camera.take(page, 'Sign in, wrong password')
  await page.goto(app.publicUrl)
  await mine.press('Sign in')
  await camera.take(page, 'Sign in to an app')
}

async function showApp(mine: Visit): Promise<void> {
  const { camera, page, app } = mine
  await page.goto(app.publicUrl)
  await camera.take(page, 'Example app')
  await mine.press('Sign in')
  await camera.take(page, 'Consent')
  await mine.press('Allow')
  await page.waitForURL(`${app.publicUrl}/`)
  await mine.press('Call the resource server')
  await camera.take(page, 'Example app, signed in')
}

async function showAccount(mine: Visit, other: Visit): Promise<void> {
  const { camera, page } = mine
  await other.open('/sign-in')
  await other.fill({ 'Email or username': EMAIL, Password: PASSWORD })
  await other.press('Sign in')
  await mine.open('/')
  await camera.take(page, 'Front page, signed in')
  await mine.open('/account')
  await camera.take(page, 'Account')
  await mine.press('Save')
  await camera.take(page, 'Account, saved')
  await mine.open('/account/password')
  await camera.take(page, 'Change password')
  await mine.fill({ 'Current password': 'not the password', 'New password': NEW_PASSWORD })
  await page.getByRole('main').getByRole('button').first().click()
  await camera.take(page, 'Change password, wrong')
  await mine.open('/account/sessions')
  await camera.take(page, 'Sessions')
  await mine.open('/account/apps')
  await camera.take(page, 'Apps')
  await other.open('/account/apps')
}

async function showSecurity(mine: Visit): Promise<void> {
  const { camera, page } = mine
  await mine.open('/account/security')
  await camera.take(page, 'Security')
  await mine.press('Set up an authenticator app')
  await camera.take(page, 'Set up an authenticator app')
  const app = authenticator(secretOn(await page.content()))
  await mine.fill({ 'Code from the app': app.wrongCodeAt(Date.now()) })
  await mine.press('Turn on two-step sign-in')
  await camera.take(page, 'Set up an authenticator app, wrong code')
  await mine.fill({ 'Code from the app': app.codeAt(Date.now()) })
  await mine.press('Turn on two-step sign-in')
  await camera.take(page, 'Recovery codes')
  await mine.press('I saved these codes')
  await camera.take(page, 'Security, two-step sign-in on')
  await mine.open('/account/security/codes/renew')
  await camera.take(page, 'Renew recovery codes')
  await mine.open('/account/security/confirm?next=remove')
  await camera.take(page, 'Confirm it’s you')
  await mine.open('/account/security/app/remove')
  await camera.take(page, 'Remove the authenticator app')
  await mine.press('Remove the app')
}

async function showRequests({ camera, page, server }: Visit): Promise<void> {
  const requests = await unusualRequests(server)
  await page.goto(requests.stronger)
  await camera.take(page, 'Set up an authenticator app, on the way to an app')
  await page.goto(requests.detailed)
  await camera.take(page, 'Consent, in detail')
  await requests.stop()
}

async function showDevice(mine: Visit): Promise<void> {
  const { camera, page, server } = mine
  const { user_code, verification_uri } = await startDevice(server)
  await page.goto(verification_uri)
  await camera.take(page, 'Device')
  await mine.fill({ Code: user_code })
  await mine.press('Continue')
  await camera.take(page, 'Device, to be confirmed')
  await mine.press('Connect')
  await camera.take(page, 'Device, connected')
}

async function showBackchannel(mine: Visit): Promise<void> {
  const { camera, page, server } = mine
  await askBehindTheScenes(server, EMAIL)
  await mine.open('/account/requests')
  await camera.take(page, 'Request from behind the scenes')
  await mine.press('Allow Corner Bank')
  await camera.take(page, 'Request from behind the scenes, allowed')
}

/** Two accounts of one browser: the second is signed in, the first is remembered. */
async function showChoice(mine: Visit): Promise<void> {
  const { camera, page, server } = mine
  const { email, password } = await server.createAccount({
    email: 'cleo.sample@example.com',
    name: 'Cleo Sample',
  })
  for (const fields of [
    { 'Email or username': email, Password: password },
    { 'Email or username': EMAIL, Password: PASSWORD },
  ]) {
    await page.context().clearCookies({ name: /^as_session/ })
    await mine.open('/sign-in')
    await mine.fill(fields)
    await mine.press('Sign in')
  }
  const app = await startRelyingParty(server, { client: { client_name: 'Sample Shop' } })
  await page.goto((await app.begin({ prompt: 'select_account' })).url)
  await camera.take(page, 'Choose an account')
  await app.stop()
}

async function showSignOut(mine: Visit): Promise<void> {
  const { camera, page } = mine
  await mine.open('/oauth/logout')
  await camera.take(page, 'Sign out')
  await mine.press('Sign out')
  await camera.take(page, 'Signed out')
}

async function showReset(mine: Visit, other: Visit): Promise<void> {
  const { camera, page, server } = mine
  await mine.open('/forgot')
  await camera.take(page, 'Forgotten password')
  await mine.fill({ Email: EMAIL })
  await mine.press('Send the link')
  await camera.take(page, 'Forgotten password, sent')
  const link = linkIn(await server.waitForMail(EMAIL, /password/i), '/reset')
  await other.open(link)
  await camera.take(other.page, 'Reset in another browser')
  await mine.open(link)
  await camera.take(page, 'Reset')
  await mine.fill({ 'New password': NEW_PASSWORD })
  await mine.press('Save password')
  await camera.take(page, 'Reset, done')
  await mine.open(link)
  await camera.take(page, 'Reset link expired')
}

async function showUnverified(mine: Visit): Promise<void> {
  const { camera, page, app, server } = mine
  const { email, password } = await server.createAccount({ name: 'Ben Sample', verified: false })
  await page.goto(app.publicUrl)
  await mine.press('Sign in')
  await mine.fill({ 'Email or username': email, Password: password })
  await mine.press('Sign in')
  await camera.take(page, 'Confirm the address on the way to an app')
  await mine.open('/account')
  await camera.take(page, 'Account, address not confirmed')
  await mine.open('/account/apps')
  await camera.take(page, 'Apps, none')
}

async function showFaults(mine: Visit): Promise<void> {
  const { camera, page } = mine
  await mine.open('/mailbox/none')
  await camera.take(page, 'Not found')
  await mine.open('/oauth/authorize?client_id=nobody&response_type=code&scope=openid')
  await camera.take(page, 'Error, unknown app')
  await mine.open('/interaction/over')
  await camera.take(page, 'Sign-in page that is over')
}

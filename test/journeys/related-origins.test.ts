/** Real Chromium with https on the usual port, which asks the domain of a passkey for its list of sites. */
import { expect } from 'chai'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { addAuthenticator } from '../passkeys/virtual-authenticator.ts'
import { launchChromium, openBrowser } from '../support/browser.ts'
import { codeIn } from '../support/letter.ts'
import { startServer } from '../support/running-server.ts'
import type { RunningServer } from '../support/running-server.ts'
import { startTlsProxy } from '../support/tls-proxy.ts'
import type { TlsProxy } from '../support/tls-proxy.ts'
import { heading, press } from './steps.ts'

const [OLD, NEW, SHOP, STRANGER] = ['accounts.old.test', 'login.new.test', 'shop.test', 'stranger.test']
const LIST = '/.well-known/webauthn'

describe('A passkey and the sites that its domain lists', () => {
  let old: RunningServer
  let moved: RunningServer
  let proxy: TlsProxy
  let chromium: Browser
  const opened: BrowserContext[] = []
  /** Whether the old host passes the address of the list on to the new server, and how often it was asked. */
  const list = { isPassedOn: false, asked: 0 }

  before(async () => {
    const store = 'mariadb+redis'
    old = await startServer({ store, processes: 1, env: { ACCOUNT_SERVER_ISSUER: `https://${OLD}` } })
    moved = await startServer({
      store,
      processes: 1,
      env: {
        ...sameState(old),
        ACCOUNT_SERVER_ISSUER: `https://${NEW}`,
        ACCOUNT_SERVER_PASSKEY_DOMAIN: OLD,
        ACCOUNT_SERVER_PASSKEY_RELATED_ORIGINS: `https://${SHOP}`,
      },
    })
    proxy = await startTlsProxy(0, behind, [OLD, NEW, SHOP, STRANGER])
    chromium = await launchChromium(proxy.browserOptions)
  })
  beforeEach(() => {
    Object.assign(list, { isPassedOn: true, asked: 0 })
  })
  afterEach(() => Promise.all(opened.splice(0).map((context) => context.close())))
  after(async () => {
    await chromium?.close()
    await proxy?.stop()
    await moved?.stop()
    await old?.stop()
  })

  function behind(host: string, path: string): number | undefined {
    if (path === LIST && host === OLD) {
      list.asked += 1
      return list.isPassedOn ? moved.processes[0]!.port : undefined
    }
    return { [OLD]: old, [NEW]: moved }[host]?.processes[0]!.port
  }

  async function open(): Promise<Page> {
    const { context, page } = await openBrowser({ chromium })
    opened.push(context)
    // The field would take the passkey before a button is pressed.
    await context.addInitScript(() => {
      PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false)
    })
    for (const host of [SHOP, STRANGER])
      await context.route(`https://${host}/`, (route) =>
        route.fulfill({ contentType: 'text/html', body: host }),
      )
    return page
  }

  /** Somebody with an account at the old address, and a passkey in place of a password. */
  async function registeredBefore() {
    const page = await open()
    const key = await addAuthenticator(page)
    const email = `mover-${Date.now()}@example.org`
    await page.goto(`https://${OLD}/register`)
    await page.getByLabel('Email').fill(email)
    await press(page, 'Use a passkey instead of a password')
    await page.waitForURL(/\/register\/sent/)
    await page.getByLabel('Code from the email').fill(codeIn(await old.waitForMail(email)))
    await press(page, 'Confirm')
    await page.waitForURL(`https://${OLD}/account/security`)
    const [credential] = await key.credentials()
    if (!credential) throw new Error('no passkey was made')
    const id = Buffer.from(credential.credentialId, 'base64').toString('base64url')
    return { page, email, key, credential, id }
  }

  it('signs in at the new address after a move, as soon as the old host passes the list on [S-2.125]', async () => {
    const { page, email } = await registeredBefore()
    list.isPassedOn = false
    await page.goto(`https://${NEW}/sign-in`)
    await press(page, 'Sign in with a passkey')
    await page.getByText('Passkeys do not work at this address').waitFor()
    expect(list.asked, 'the browser asked the old host').to.equal(1)
    list.isPassedOn = true
    await press(page, 'Sign in with a passkey')
    await page.waitForURL(`https://${NEW}/account`)
    expect(await page.locator('main').innerText()).to.contain(email)
  })

  it('is added at the new address for the old domain', async () => {
    const { page, key } = await registeredBefore()
    await page.goto(`https://${NEW}/sign-in`)
    await press(page, 'Sign in with a passkey')
    await page.waitForURL(`https://${NEW}/account`)
    await key.remove()
    const second = await addAuthenticator(page)
    await page.goto(`https://${NEW}/account/security`)
    await page.getByRole('link', { name: 'Add a passkey' }).click()
    await press(page, 'Create a passkey')
    await page.getByRole('heading', { name: 'Save your recovery codes' }).waitFor()
    const [made] = await second.credentials()
    expect(made?.rpId).to.equal(OLD)
  })

  it('is given to a page of a listed site, and to no other [S-2.125]', async () => {
    const { page, id } = await registeredBefore()
    await page.goto(`https://${SHOP}/`)
    expect(await signOn(page)).to.contain(`"id":"${id}"`)
    await page.goto(`https://${STRANGER}/`)
    expect(await signOn(page)).to.equal('SecurityError')
  })

  it('does not sign in here with what a page of a listed site had signed [S-2.120]', async () => {
    const { page, credential, id } = await registeredBefore()
    await page.goto(`https://${NEW}/sign-in`)
    const options = await page.locator('form[data-passkey] data').getAttribute('value')
    const shop = await page.context().newPage()
    await (await addAuthenticator(shop)).add(credential)
    await shop.goto(`https://${SHOP}/`)
    const signed = await signOn(shop, options ?? '')
    expect(signed).to.contain(`"id":"${id}"`)
    await page.locator('form[data-passkey] input[name=passkey]').evaluate((field, value) => {
      ;(field as HTMLInputElement).value = value
      ;(field as HTMLInputElement).form!.submit()
    }, signed)
    await page.getByText('That passkey did not work').first().waitFor()
    expect(await heading(page)).to.equal('Sign in')
  })

  /** What a page of this site gets of the authenticator, as JSON, or the name of the error. */
  const signOn = (page: Page, options = JSON.stringify({ challenge: 'AAAA', rpId: OLD })) =>
    page.evaluate(async (json) => {
      try {
        const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(json))
        return JSON.stringify(await navigator.credentials.get({ publicKey }))
      } catch (error) {
        return (error as Error).name
      }
    }, options)
})

/** Of a server that takes the place of this one. Its mails arrive where the others do. */
function sameState({ env }: RunningServer): Record<string, string> {
  const names = ['MYSQL_DSN', 'REDIS_DSN', 'WORKER_SMTP_SERVER_URL'].map((name) => `ACCOUNT_SERVER_${name}`)
  return Object.fromEntries(names.map((name) => [name, env[name] ?? '']))
}

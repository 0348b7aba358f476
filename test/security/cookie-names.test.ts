import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { BrowserContext, Page } from 'playwright-core'
import { heading, press } from '../journeys/steps.ts'
import { register } from '../provider/relying-party.ts'
import { openStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { openBrowser } from '../support/browser.ts'
import { freePort } from '../support/service-process.ts'
import { startTlsProxy } from '../support/tls-proxy.ts'
import type { TlsProxy } from '../support/tls-proxy.ts'

const OURS = /^(as_|__Host-as_|__Secure-as_)/
const PURPOSES = [
  'session',
  'csrf',
  'accounts',
  'device',
  'browser',
  'interaction',
  'resume',
  'notice',
  'registration',
  'address',
]
/** The names that apps use, and those that ours would have without a prefix. */
const OF_THE_APP = [...PURPOSES, 'sid', 'connect.sid', 'session.sig']
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
const PERSON = { email: 'ada@example.org', password: 'seven bridges over one river' }

for (const scheme of ['http', 'https'] as const)
  describe(`The names of our cookies, over ${scheme}`, function () {
    let stage: Stage
    let issuer: string
    let proxy: TlsProxy | undefined
    let app: App

    before(async () => {
      const port = await freePort()
      const env = { ACCOUNT_SERVER_ISSUER: `https://localhost:${port}` }
      stage = await openStage({ store: 'sqlite', ...(scheme === 'https' && { env }) })
      issuer = scheme === 'https' ? env.ACCOUNT_SERVER_ISSUER : stage.issuer
      if (scheme === 'https') proxy = await startTlsProxy(port, () => stage.processes[0]!.port)
      app = await startApp()
    })
    after(async () => {
      await app?.stop()
      await proxy?.stop()
      await stage?.stop()
    })

    it('are our own from sign-up to sign-out, and an app on localhost keeps all of its cookies [S-2.30]', async () => {
      const { context, page } = await openBrowser({ javaScript: false, selfSigned: true })
      context.setDefaultTimeout(60_000)
      const names = namesSetBy(context, issuer)
      await page.goto(app.address)
      const before = app.received()
      expect(Object.keys(before)).to.eql([])

      await signUp(page, issuer)
      await useApp(page, stage, { issuer, callback: app.address })
      await connectDevice(page, stage, issuer)
      await page.goto(`${issuer}/oauth/logout`)
      await press(page, 'Sign out')
      expect(await heading(page)).to.equal('You’re signed out')

      await page.goto(app.address)
      expect(app.received()).to.include(Object.fromEntries(OF_THE_APP.map((name) => [name, 'of-the-app'])))
      const seen = await names()
      for (const name of seen) expect(name).to.match(OURS)
      const prefixes = { http: /^as_/, https: /^__(Host|Secure)-as_/ }
      for (const name of seen) expect(name).to.match(prefixes[scheme])
      const purposes = new Set([...seen].map((name) => name.replace(OURS, '').replace('.sig', '')))
      expect([...purposes]).to.have.members(PURPOSES)
      await context.close()
    })
  })

async function signUp(page: Page, issuer: string): Promise<void> {
  await page.goto(`${issuer}/register`)
  await page.getByLabel('Your name').fill('Ada')
  await page.getByLabel('Email').fill(PERSON.email)
  await page.getByLabel('Password').fill(PERSON.password)
  await press(page, 'Create account')
  await page.goto(`${issuer}/mailbox`)
  await page.getByRole('link', { name: /^Activate/ }).click()
  await page.getByRole('link', { name: /\/activate/ }).click()
  expect(await heading(page)).to.equal('Your account')
}

type AppRequest = { issuer: string; callback: string }

async function useApp(page: Page, stage: Stage, { issuer, callback }: AppRequest): Promise<void> {
  const client = await register(stage, { redirect_uris: [callback] })
  await page.goto(issuer + client.authorizePath())
  await press(page, 'Allow')
  await page.waitForURL(`${callback}?**`)
}

async function connectDevice(page: Page, stage: Stage, issuer: string): Promise<void> {
  const tv = await register(stage, {
    redirect_uris: [],
    grant_types: [DEVICE_GRANT],
    token_endpoint_auth_method: 'none',
  })
  const { user_code } = (await tv.call('/oauth/device', { scope: 'openid email' })).json()
  await page.goto(`${issuer}/device`)
  await page.getByLabel('Code').fill(String(user_code))
  await press(page, 'Continue')
  await press(page, 'Connect')
  expect(await heading(page)).to.equal('Device connected')
}

/** The names in every `Set-Cookie` line of the issuer's answers to this browser, redirects included. */
function namesSetBy(context: BrowserContext, issuer: string): () => Promise<Set<string>> {
  const lines: Promise<string[]>[] = []
  context.on('response', (answer) => {
    if (new URL(answer.url()).origin === issuer) lines.push(answer.headerValues('set-cookie'))
  })
  return async () =>
    new Set((await Promise.all(lines)).flat().map((line) => line.slice(0, line.indexOf('='))))
}

type App = Awaited<ReturnType<typeof startApp>>

/** Somebody's app on another port of localhost, which sets its cookies once and remembers what it got last. */
async function startApp() {
  let received: Record<string, string> = {}
  const listener = createServer((request, response) => {
    const pairs = (request.headers.cookie ?? '').split('; ').filter(Boolean)
    received = Object.fromEntries(pairs.map((pair) => pair.split('=') as [string, string]))
    if (pairs.length === 0)
      response.setHeader(
        'set-cookie',
        OF_THE_APP.map((name) => `${name}=of-the-app; Path=/; HttpOnly; SameSite=Lax`),
      )
    response.setHeader('content-type', 'text/html')
    response.end('<!doctype html><title>App</title><h1>App</h1>')
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  return {
    address: `http://localhost:${(listener.address() as AddressInfo).port}/`,
    received: () => received,
    async stop() {
      listener.close()
      listener.closeAllConnections()
      await once(listener, 'close')
    },
  }
}

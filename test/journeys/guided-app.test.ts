import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import * as oidc from 'openid-client'
import type { Page } from 'playwright-core'
import { until } from '../provider/stage.ts'
import { openAdministration } from '../support/administrators.ts'
import { heading, press, signInHere } from './steps.ts'
import { inBothSettings } from './world.ts'

type Settings = Record<string, string>

inBothSettings('An app from the guide of the administration', (world) => {
  const returns: string[] = []
  const listener = createServer((request, response) => {
    if (request.url?.startsWith('/callback')) returns.push(`${origin}${request.url}`)
    response.setHeader('content-type', 'text/html')
    response.end('<!doctype html><title>App</title><h1>Back at the app</h1>')
  })
  let origin: string
  let callback: string

  before(async () => {
    listener.listen(0, '127.0.0.1')
    await once(listener, 'listening')
    origin = `http://localhost:${(listener.address() as AddressInfo).port}`
    callback = `${origin}/callback`
  })
  after(() => listener.close())

  async function created(page: Page, kind: string, name: string): Promise<Settings> {
    await page.getByRole('link', { name: 'Register a client' }).click()
    await page.getByRole('link', { name: kind }).click()
    await page.getByLabel('Name', { exact: true }).fill(name)
    await press(page, 'Create the app')
    expect(await page.locator('main').innerText()).to.contain('Fill this in.')
    await page.getByLabel('Redirect addresses').fill(callback)
    await press(page, 'Create the app')
    expect(await heading(page)).to.equal('Settings to paste into the app')
    const pasted = await page.locator('details[open] code').innerText()
    return Object.fromEntries(
      pasted
        .trim()
        .split('\n')
        .map((line) => line.split('=') as [string, string]),
    )
  }

  /** What a relying party does with the settings and nothing else. */
  async function relyingParty({ ISSUER = '', CLIENT_ID = '', CLIENT_SECRET }: Settings, redirect = callback) {
    const config = await oidc.discovery(
      new URL(ISSUER),
      CLIENT_ID,
      CLIENT_SECRET,
      CLIENT_SECRET ? oidc.ClientSecretBasic(CLIENT_SECRET) : oidc.None(),
      { execute: [oidc.allowInsecureRequests] },
    )
    const verifier = oidc.randomPKCECodeVerifier()
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirect,
      scope: 'openid email',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    return { config, url: url.href, checks: { pkceCodeVerifier: verifier } }
  }

  for (const { kind, device, javaScript } of [
    { kind: 'Web app with a server', device: 'desktop', javaScript: true },
    { kind: 'Single-page app in the browser', device: 'phone', javaScript: true },
    { kind: 'Mobile or desktop app', device: 'phone', javaScript: false },
  ] as const)
    it(`signs a person in with exactly the pasted settings: ${kind}, ${device}${javaScript ? '' : ' without JavaScript'}`, async () => {
      const { page } = await world.open({ javaScript, device })
      await openAdministration(page, world.server, { path: '/admin/clients' })
      const name = `Notes ${Date.now()}`
      const settings = await created(page, kind, name)
      const app = await relyingParty(settings)

      const ann = await world.server.createAccount()
      const { page: hers } = await world.open({ device })
      await hers.goto(app.url)
      await signInHere(hers, ann)
      await press(hers, 'Allow')
      await hers.getByRole('heading', { name: 'Back at the app' }).waitFor()
      const answer = returns.at(-1) ?? ''
      const tokens = await oidc.authorizationCodeGrant(app.config, new URL(answer), app.checks)
      expect(tokens.claims()).to.include({ email: ann.email })

      // A mistake of the app is on its page, in words.
      const wrong = await relyingParty(settings, `${origin}/cb2`)
      await hers.goto(wrong.url)
      const shown = async () => {
        await page.goto(`${world.server.issuer}/admin/clients/${settings['CLIENT_ID']}`)
        return await page.locator('main').innerText()
      }
      await until(
        async () => (await shown()).includes(`${origin}/cb2`),
        'the error is on the page of the app',
      )
      expect(await shown())
        .to.match(/redirect_uri/)
        .and.contain(`Registered: ${callback}`)

      // The secret is shown once.
      await page.getByRole('link', { name: 'Settings to paste into the app' }).click()
      const later = await page.locator('main').innerText()
      expect(later).to.contain(`CLIENT_ID=${settings['CLIENT_ID']}`)
      if (settings['CLIENT_SECRET']) expect(later).to.not.contain(settings['CLIENT_SECRET'])
      else expect(later).to.not.contain('CLIENT_SECRET')
    })
})

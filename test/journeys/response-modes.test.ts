import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { startRelyingParty } from '../support/relying-party.ts'
import type { RelyingParty } from '../support/relying-party.ts'
import { heading, press, signInHere } from './steps.ts'
import { inService } from './world.ts'

/** What was posted to an app's callback. */
async function startListener() {
  const posted: URLSearchParams[] = []
  const server = createServer((request: IncomingMessage, response) => {
    void text(request).then((body) => {
      if (request.method === 'POST') posted.push(new URLSearchParams(body))
      response.setHeader('content-type', 'text/html')
      response.end('<!doctype html><title>App</title><h1>Back at the app</h1>')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`
  const stop = () => {
    server.close()
    server.closeAllConnections()
  }
  return { origin, redirectUri: `${origin}/posted`, posted, stop }
}

inService('An answer that a page carries', (world) => {
  let app: RelyingParty
  let listener: Awaited<ReturnType<typeof startListener>>

  before(async () => {
    listener = await startListener()
    const client = { client_name: 'Poster', redirect_uris: [listener.redirectUri] }
    app = await startRelyingParty(world.server, { client })
  })
  after(async () => {
    listener?.stop()
    await app?.stop()
  })

  async function redeem(request: Awaited<ReturnType<RelyingParty['begin']>>) {
    const returned = new URL(listener.redirectUri)
    returned.search = String(listener.posted.pop())
    const tokens = await app.finish(request, returned)
    return tokens.claims()?.sub
  }

  it('is posted to the app by itself (form_post)', async () => {
    const person = await world.server.createAccount()
    const { page } = await world.open()
    const request = await app.begin({ response_mode: 'form_post', redirect_uri: listener.redirectUri })
    await page.goto(request.url)
    await signInHere(page, person)
    await press(page, 'Allow')
    await page.waitForURL(listener.redirectUri)
    expect(await heading(page)).to.equal('Back at the app')
    expect(await redeem(request)).to.equal(person.account.id)
  })

  it('is posted by a press of a button where scripts are off', async () => {
    const person = await world.server.createAccount()
    const { page } = await world.open({ javaScript: false })
    const request = await app.begin({ response_mode: 'form_post', redirect_uri: listener.redirectUri })
    await page.goto(request.url)
    await signInHere(page, person)
    await press(page, 'Allow')
    expect(await heading(page)).to.equal('One moment')
    await press(page, 'Continue')
    await page.waitForURL(listener.redirectUri)
    expect(await redeem(request)).to.equal(person.account.id)
  })

  it('is a refusal when the person goes back', async () => {
    const { page } = await world.open()
    const request = await app.begin({ response_mode: 'form_post', redirect_uri: listener.redirectUri })
    await page.goto(request.url)
    await press(page, 'Back to Poster')
    await page.waitForURL(listener.redirectUri)
    const answer = listener.posted.pop()
    expect(Object.fromEntries(answer ?? [])).to.include({ error: 'access_denied', state: request.state })
  })

  it('reaches the page that opened a popup, and no page of another origin (web_message)', async () => {
    const person = await world.server.createAccount()
    const stranger = await startListener()
    const { page, context, complaints } = await world.open()
    const heard = async (origin: string) => {
      const request = await app.begin({ response_mode: 'web_message', redirect_uri: listener.redirectUri })
      await page.goto(origin)
      const opened = context.waitForEvent('page')
      await page.evaluate((url) => {
        const w = window as unknown as { heard: unknown[] }
        w.heard = []
        addEventListener('message', (event) => w.heard.push(event.data))
        open(url)
      }, request.url)
      const popup = await opened
      return { popup, messages: () => page.evaluate(() => (window as unknown as { heard: unknown[] }).heard) }
    }
    const first = await heard(listener.origin)
    await signInHere(first.popup, person)
    const closed = first.popup.waitForEvent('close')
    await press(first.popup, 'Allow')
    await closed
    const [message] = (await first.messages()) as { type: string; response: Record<string, string> }[]
    expect(message).to.include({ type: 'authorization_response' })
    expect(message?.response).to.include.keys('code', 'state', 'iss')

    const second = await heard(stranger.origin)
    if (!second.popup.isClosed()) await second.popup.waitForEvent('close')
    expect(await second.messages()).to.eql([])
    // Chromium tells in its console that the message had no right to go there.
    expect(complaints.splice(0).every((complaint) => complaint.includes('postMessage'))).to.equal(true)
    stranger.stop()
  })
})

import { expect } from 'chai'
import { openBrowser } from '../support/browser.ts'
import type { OpenBrowser } from '../support/browser.ts'
import { startForger } from '../upstreams/forger.ts'
import type { Forger } from '../upstreams/forger.ts'
import { isSignedIn, openHere, signedInByForger } from '../upstreams/two-servers.ts'
import type { Here } from '../upstreams/two-servers.ts'

describe('A provider that signs people out in a browser', () => {
  let here: Here
  let forger: Forger
  let stranger: Forger
  let browser: OpenBrowser

  before(async () => {
    here = await openHere()
    forger = await startForger()
    stranger = await startForger()
  })
  beforeEach(async () => {
    browser = await openBrowser()
  })
  afterEach(() => browser.context.close())
  after(async () => {
    forger.stop()
    stranger.stop()
    await here.stop()
  })

  /** Opens a page of a provider that loads the address for sign-outs of `forger` in a frame. */
  async function framedBy(other: Forger) {
    const { id, sid, visitor } = await signedInByForger(here, forger, { frontchannel_logout: true })
    const query = new URLSearchParams({ iss: forger.issuer, sid })
    const frame = `${here.issuer}/upstream/${id}/frontchannel-logout?${query}`.replaceAll('&', '&amp;')
    other.bent.page = `<!doctype html><title>Signed out</title><iframe src="${frame}"></iframe>`
    await browser.page.goto(`${other.issuer}/page`)
    return visitor
  }

  it('ends the session here by a frame of its page, on another site [S-2.290]', async () => {
    const visitor = await framedBy(forger)
    expect(await isSignedIn(visitor)).to.equal(false)
    expect(browser.complaints).to.eql([])
  })

  it('is the only one with a page that may frame the answer [S-2.290]', async () => {
    await framedBy(stranger)
    expect(browser.complaints.join()).to.contain('frame-ancestors')
  })
})

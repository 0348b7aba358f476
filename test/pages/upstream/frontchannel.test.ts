import { expect } from 'chai'
import { findAccountByEmail } from '../../../src/accounts/account.ts'
import { updateUpstream } from '../../../src/upstreams/upstream-changes.ts'
import { openStage } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { BY, introduce, isSignedIn, openHere, signedInByThere, signOut } from '../../upstreams/two-servers.ts'
import type { Here } from '../../upstreams/two-servers.ts'

describe('a sign-out at a provider that says so through the browser', () => {
  let here: Here
  let there: Stage

  before(async () => {
    here = await openHere({ ACCOUNT_SERVER_FLOWS_PER_NETWORK: '20' })
    there = await openStage({ store: 'sqlite' })
  })
  after(() => Promise.all([here.stop(), there.stop()]))

  async function signedIn(frontchannel_logout = true) {
    const id = await introduce(here, there, { frontchannel_logout }, (uri) => ({
      backchannel_logout_uri: undefined,
      frontchannel_logout_uri: `${uri}/frontchannel-logout`,
    }))
    return { id, ...(await signedInByThere(here, there, id)) }
  }
  /** The address that the page there loads in a frame. */
  async function framed(visitor: Parameters<typeof signOut>[0]): Promise<URL> {
    const { text } = await signOut(visitor)
    return new URL(/<iframe src="([^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '')
  }
  const load = ({ pathname, search }: URL) => here.send({ to: pathname + search })

  it('ends the session here, without a cookie, in a frame of that provider alone [S-2.290]', async () => {
    const { person, browser, id } = await signedIn()
    const { browser: other } = await signedIn()
    const address = await framed(browser.there)
    expect([...address.searchParams.keys()]).to.eql(['iss', 'sid'])
    const answer = await load(address)
    expect([answer.status, answer.text]).to.eql([200, ''])
    expect(answer.headers['x-frame-options']).to.equal(undefined)
    expect(answer.headers['content-security-policy']).to.equal(
      `default-src 'none'; frame-ancestors ${there.issuer}`,
    )
    expect(answer.headers['cache-control']).to.equal('no-store')
    expect(answer.headers['set-cookie']).to.equal(undefined)
    expect([await isSignedIn(browser.here), await isSignedIn(other.here)]).to.eql([false, true])
    const account = await findAccountByEmail(here.parts.db, person.email)
    const audited = await here.parts
      .db('audit_events')
      .where({ action: 'session.ended_by_upstream', accountId: account!.id })
      .select('actor', 'detail')
    expect(audited).to.eql([
      { actor: `upstream:${id}`, detail: JSON.stringify({ upstream: id, channel: 'front' }) },
    ])
    expect((await load(address)).status, 'again').to.equal(200)
  })

  it('is heard without the issuer, as Microsoft sends it, and not with another one [S-2.290]', async () => {
    const { browser } = await signedIn()
    const address = await framed(browser.there)
    const sid = address.searchParams.get('sid') ?? ''
    const queries = [
      '',
      `iss=${there.issuer}`,
      `iss=https://evil.example&sid=${sid}`,
      `sid=${sid}&sid=${sid}`,
    ]
    for (const query of queries) {
      const answer = await here.send({ to: `${address.pathname}?${query}` })
      expect([answer.status, answer.headers['x-frame-options']], query).to.eql([400, 'DENY'])
    }
    expect(await isSignedIn(browser.here)).to.equal(true)
    expect((await here.send({ to: `${address.pathname}?sid=${sid}` })).status).to.equal(200)
    expect(await isSignedIn(browser.here)).to.equal(false)
  })

  it('is not heard for another provider, and not where the definition does not say so [S-2.290]', async () => {
    const one = await signedIn()
    const other = await signedIn(false)
    const address = await framed(one.browser.there)
    const at = (id: string) => new URL(`/upstream/${id}/frontchannel-logout${address.search}`, here.issuer)
    for (const id of [other.id, 'nobody']) expect((await load(at(id))).status, id).to.equal(400)
    await updateUpstream(here.parts, other.id, { frontchannel_logout: true }, BY)
    expect((await load(at(other.id))).status).to.equal(200)
    expect([await isSignedIn(one.browser.here), await isSignedIn(other.browser.here)]).to.eql([true, true])
  })

  it('is refused to a network that has guessed too often [S-2.290]', async () => {
    const { id, browser } = await signedIn()
    const address = await framed(browser.there)
    const guess = (at: number) => load(new URL(`/upstream/${id}/frontchannel-logout?sid=${at}`, here.issuer))
    const statuses: number[] = []
    while (statuses.length < 50 && !statuses.includes(429))
      statuses.push((await guess(statuses.length)).status)
    expect(statuses).to.include(429)
    expect((await load(address)).status).to.equal(429)
    expect(await isSignedIn(browser.here)).to.equal(true)
  })
})

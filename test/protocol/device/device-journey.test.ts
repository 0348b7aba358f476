import { expect } from 'chai'
import * as oidc from 'openid-client'
import { discover } from '../../support/relying-party.ts'
import { heading, press, signInHere, signInToAccount } from '../../journeys/steps.ts'
import { inService } from '../../journeys/world.ts'
import type { World } from '../../journeys/world.ts'
import { DEVICE_GRANT } from './device-code.ts'

inService('A device without a keyboard', (world) => {
  it('is connected from another screen, without scripts, while it waits', async function () {
    const { server, open } = world
    const person = await server.createAccount()
    const { tv, issued } = await begin(world)
    const connected = oidc.pollDeviceAuthorizationGrant(tv, issued)

    const { page } = await open({ javaScript: false, device: 'phone' })
    await page.goto(issued.verification_uri)
    await page.getByLabel('Code').fill(issued.user_code.toLowerCase())
    await press(page, 'Continue')
    await signInHere(page, person)
    expect(await heading(page)).to.equal('Connect this device?')
    const shown = await page.locator('main').innerText()
    expect(shown).to.contain(issued.user_code).and.contain('Living Room TV')
    await page.reload()
    expect(await heading(page)).to.equal('Connect this device?')
    await press(page, 'Connect')
    expect(await heading(page)).to.equal('Device connected')

    const tokens = await connected
    const claims = await oidc.fetchUserInfo(tv, tokens.access_token, person.account.id)
    expect(claims.email).to.equal(person.email)
  })

  it('is refused from the address that it shows, by one question after the sign-in', async function () {
    const { tv, issued } = await begin(world)
    const refused = oidc.pollDeviceAuthorizationGrant(tv, issued).catch((error: unknown) => error)
    const person = await world.server.createAccount()
    const { page } = await world.open()
    await page.goto(issued.verification_uri_complete!)
    expect(await heading(page)).to.equal('Sign in')
    await page.reload()
    await signInHere(page, person)
    expect(await heading(page)).to.equal('Connect this device?')
    expect(await page.locator('main').innerText()).to.contain(issued.user_code)
    await page.reload()
    await press(page, 'Don’t connect')
    expect(await heading(page)).to.equal('Device not connected')
    expect(await refused).to.include({ error: 'access_denied' })
  })

  it('asks at once who is signed in and opens its address, without scripts, and says when the code was used', async () => {
    const { tv, issued } = await begin(world)
    const connected = oidc.pollDeviceAuthorizationGrant(tv, issued)
    const person = await world.server.createAccount()
    const { page } = await world.open({ javaScript: false, device: 'phone' })
    await signInToAccount(page, world.server.issuer, person)
    await page.goto(issued.verification_uri_complete!)
    expect(await heading(page)).to.equal('Connect this device?')
    await page.goBack()
    expect(await heading(page)).to.equal('Your account')
    await page.goForward()
    expect(await heading(page)).to.equal('Connect this device?')
    await press(page, 'Connect')
    expect(await heading(page)).to.equal('Device connected')
    expect((await connected).access_token).to.be.a('string')
    await page.goto(issued.verification_uri_complete!)
    expect(await heading(page)).to.equal('Connect a device')
    expect(await page.locator('main').innerText()).to.contain('already answered or has expired')
    await page.reload()
    expect(await page.locator('main').innerText()).not.to.contain('already answered')
  })
})

inService('A wrong code of a device', (world) => {
  it('is said on a page that survives reload and back, without scripts', async () => {
    const { server, open } = world
    const { page } = await open({ javaScript: false })
    await page.goto(`${server.issuer}/device`)
    await page.getByLabel('Code').fill('BBBB-BBBB')
    await press(page, 'Continue')
    await page.getByText('There is no such code').first().waitFor()
    expect(await page.getByLabel('Code').inputValue()).to.equal('BBBB-BBBB')
    await page.reload()
    expect(await heading(page)).to.equal('Connect a device')
    await page.goBack()
    expect(await heading(page)).to.equal('Connect a device')
    await page.goForward()
    expect(await heading(page)).to.equal('Connect a device')
  })
})

async function begin({ server }: World) {
  const client = await server.createClient({
    client_name: 'Living Room TV',
    grant_types: [DEVICE_GRANT],
    token_endpoint_auth_method: 'none',
  })
  const tv = await discover(server.issuer, client)
  return { tv, issued: await oidc.initiateDeviceAuthorization(tv, { scope: 'openid email' }) }
}

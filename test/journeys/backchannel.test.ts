import { expect } from 'chai'
import * as oidc from 'openid-client'
import { discover } from '../support/relying-party.ts'
import { heading, press, signInHere } from './steps.ts'
import { inService } from './world.ts'

inService('A request from behind the scenes', (world) => {
  it('comes by mail, is allowed on the account page, and the app goes on', async function () {
    const { server, open } = world
    const person = await server.createAccount()
    const client = await server.createClient({
      client_name: 'Corner Bank',
      grant_types: ['urn:openid:params:grant-type:ciba'],
      backchannel_token_delivery_mode: 'poll',
    })
    const bank = await discover(server.issuer, client)
    const asked = await oidc.initiateBackchannelAuthentication(bank, {
      scope: 'openid email',
      login_hint: person.email,
      binding_message: 'Transfer 4-7-1',
    })
    const answered = oidc.pollBackchannelAuthenticationGrant(bank, asked)

    const { text } = await server.waitForMail(person.email, 'Corner Bank asks for access')
    const { page } = await open({ javaScript: false })
    await page.goto(/https?:\S+\/account\/requests/.exec(text)![0])
    await signInHere(page, person)
    expect(await heading(page)).to.equal('Requests')
    expect(await page.locator('main').innerText()).to.contain('Transfer 4-7-1')
    await press(page, 'Allow Corner Bank')
    expect(await page.locator('main').innerText()).to.contain('Allowed.')

    const tokens = await answered
    const claims = await oidc.fetchUserInfo(bank, tokens.access_token, person.account.id)
    expect(claims.email).to.equal(person.email)
  })
})

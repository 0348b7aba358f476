import { expect } from 'chai'
import { updateClient } from '../../src/clients/clients.ts'
import { CALLBACK, createRegistrar } from '../protocol/registration/registrar.ts'
import { register } from '../provider/relying-party.ts'
import { sqliteStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'

const BRAND = {
  brand_name: 'Tide Tables',
  brand_color: '#7a1f5c',
  support_uri: 'https://tides.example/help',
  tos_uri: 'https://tides.example/terms',
  logo_uri: 'https://tides.example/logo.png',
}

describe('the brand of an app', () => {
  let stage: Stage

  before(async () => {
    stage = await sqliteStage()
  })

  it('is on the pages of its requests, also of sign-up, and on no others', async () => {
    const app = await register(stage, BRAND)
    const visitor = stage.visitor()
    const signIn = await visitor.get(app.authorizePath())
    const sheet = /href="(\/brand\/colors\/7a1f5c-x-x-x\.css[^"]*)"/
    const signUp = await visitor.get(
      /href="(\/register\?[^"]*)"/.exec(signIn.text)?.[1]?.replaceAll('&amp;', '&') ?? '',
    )
    for (const [what, { text }] of Object.entries({ signIn, signUp })) {
      expect(text, what).to.contain('Tide Tables').and.match(sheet)
      expect(text, what).to.contain(`/client-logo/${app.clientId}`)
      for (const href of [BRAND.support_uri, BRAND.tos_uri]) expect(text, what).to.contain(`href="${href}"`)
    }
    expect((await stage.send({ to: sheet.exec(signIn.text)?.[1] ?? '' })).text).to.contain('#7a1f5c')
    for (const other of [(await register(stage)).authorizePath(), '/sign-in', '/register'])
      expect((await visitor.get(other)).text, other).not.to.contain('Tide Tables')
  })

  it('is in the mails of its requests, and in no others [S-2.236]', async () => {
    const app = await register(stage, { ...BRAND, policy_uri: 'https://tides.example/privacy' })
    const hrefOf = (page: string, path: string) =>
      new RegExp(`href="(/${path}\\?[^"]*)"`).exec(page)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const visitor = stage.visitor()
    const signIn = await visitor.get(app.authorizePath())
    const { email } = await stage.person()
    await visitor.followForm(await visitor.get(hrefOf(signIn.text, 'forgot')), { email })
    const reset = await stage.waitForMail(email)
    const fresh = `tides-${Date.now()}@example.org`
    const form = { name: 'Ada', email: fresh, password: 'seven bridges over one river' }
    await visitor.followForm(await visitor.get(hrefOf(signIn.text, 'register')), form)
    const activation = await stage.waitForMail(fresh)
    for (const [what, { subject, html, text }] of Object.entries({ reset, activation })) {
      expect(subject, what).to.contain('Tide Tables')
      expect(html, what)
        .to.contain('background:#7a1f5c')
        .and.contain(`${stage.issuer}/client-logo/${app.clientId}`)
      for (const href of [BRAND.support_uri, BRAND.tos_uri]) expect(text, what).to.contain(href)
    }
    const { email: other } = await stage.person()
    const plain = stage.visitor()
    await plain.followForm(await plain.get('/forgot'), { email: other })
    expect((await stage.waitForMail(other)).html).not.to.contain('Tide Tables')
  })

  it('has the logo of the app as the icon of its pages', async () => {
    const app = await register(stage, BRAND)
    const { text } = await stage.visitor().get(app.authorizePath())
    expect(text).to.match(new RegExp(`rel="icon" href="/client-logo/${app.clientId}"`))
  })

  it('is never taken from a client that registers itself, and one of the operator survives its update [S-2.236]', async () => {
    const registrar = createRegistrar(stage)
    const metadata = { client_name: 'Notes', redirect_uris: [CALLBACK], brand_name: 'Your Bank' }
    const made = await registrar.registered(metadata)
    expect(made).not.to.have.property('brand_name')
    await updateClient(stage.parts.db, made.client_id, { brand_name: 'Notes' }, stage.parts)
    const changed = await registrar.manage(made, {
      method: 'PUT',
      body: { ...metadata, client_id: made.client_id, client_secret: made.client_secret },
    })
    expect(changed.body, JSON.stringify(changed.body)).to.include({ brand_name: 'Notes' })
  })

  it('is refused where its colour is hard to read', async () => {
    const refusal = await register(stage, { brand_color: '#ffee00' }).catch((error: Error) => error.message)
    expect(refusal).to.match(/brand_color: "#ffee00" has a contrast of 1\.\d\d:1/)
  })
})

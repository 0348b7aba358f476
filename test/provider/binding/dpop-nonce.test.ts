import { expect } from 'chai'
import { withMounted } from '../../support/mounted.ts'
import { register } from '../relying-party.ts'
import type { Party } from '../relying-party.ts'
import { openStage } from '../stage.ts'
import type { Stage } from '../stage.ts'
import { createProver } from './prover.ts'

const token = (app: Party, DPoP?: string) =>
  app.call('/oauth/token', { grant_type: 'client_credentials' }, { ...app.auth, ...(DPoP && { DPoP }) })

describe('a server that wants a nonce in every DPoP proof', function () {
  let stage: Stage
  before(async () => {
    stage = await openStage({ store: 'sqlite', env: { ACCOUNT_SERVER_DPOP_NONCE_REQUIRED: 'true' } })
  })
  after(() => stage?.stop())

  it('says so, and gives a nonce for the next proof', async () => {
    const [app, key] = [
      await register(stage, { grant_types: ['client_credentials'], redirect_uris: [] }),
      await createProver(),
    ]
    const url = `${stage.issuer}/oauth/token`
    const first = await token(app, await key.prove({ url }))
    expect(first.status).to.equal(400)
    expect(first.json()).to.include({ error: 'use_dpop_nonce' })
    const nonce = String(first.headers['dpop-nonce'])
    expect((await token(app, await key.prove({ url, nonce }))).json()).to.include({ token_type: 'DPoP' })
    expect((await token(app)).json()).to.include({ token_type: 'Bearer' })
  })

  it('says so at every address that takes a proof, in the form of that address', async () => {
    const [party, key, person] = [await register(stage), await createProver(), await stage.person()]
    const to = (path: string) => `${stage.issuer}${path}`
    const code = await party.codeFor(person)
    const unproven = await party.redeem(
      code,
      {},
      { ...party.auth, DPoP: await key.prove({ url: to('/oauth/token') }) },
    )
    const nonce = String(unproven.headers['dpop-nonce'])
    const proof = { DPoP: await key.prove({ url: to('/oauth/token'), nonce }) }
    const { access_token: accessToken } = (
      await party.redeem(code, {}, { ...party.auth, ...proof })
    ).json() as {
      access_token: string
    }
    const ask = async (given?: string) => {
      const DPoP = await key.prove({
        url: to('/oauth/userinfo'),
        method: 'GET',
        accessToken,
        ...(given && { nonce: given }),
      })
      return stage.send({ to: '/oauth/userinfo', headers: { authorization: `DPoP ${accessToken}`, DPoP } })
    }
    const refused = await ask()
    expect(refused.status).to.equal(401)
    expect(refused.headers['www-authenticate']).to.match(/^DPoP .*error="use_dpop_nonce"/)
    expect((await ask(String(refused.headers['dpop-nonce']))).json()).to.include({ sub: person.id })
    for (const path of withMounted(['/oauth/par'], { challenge: ['/oauth/authorize-challenge'] })) {
      const app = await register(stage, { first_party: true })
      const asked = { scope: 'openid', response_type: 'code', redirect_uri: app.redirectUri }
      const pkce = { code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' }
      const form = { ...asked, ...pkce, client_id: app.clientId }
      const answer = await app.call(path, form, { ...app.auth, DPoP: await key.prove({ url: to(path) }) })
      expect([answer.status, answer.json()['error']], path).to.eql([400, 'use_dpop_nonce'])
      expect(answer.headers['dpop-nonce'], path).to.be.a('string')
    }
  })
})

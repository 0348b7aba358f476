/** What clients see of the order in which the provider's parts are installed. */
import { expect } from 'chai'
import { createProver } from '../provider/binding/prover.ts'
import type { Prover } from '../provider/binding/prover.ts'
import { register } from '../provider/relying-party.ts'
import type { Party } from '../provider/relying-party.ts'
import { openStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'

const ALIASES = 'https://mtls.example.org'

describe('where certificates are asked for at an address of its own', () => {
  let stage: Stage
  let app: Party
  let key: Prover

  before(async () => {
    stage = await openStage({
      store: 'sqlite',
      env: {
        ACCOUNT_SERVER_MTLS_CERTIFICATE_HEADER: 'x-client-certificate',
        ACCOUNT_SERVER_MTLS_ISSUER: ALIASES,
      },
    })
    app = await register(stage, { grant_types: ['client_credentials'], redirect_uris: [] })
    key = await createProver()
  })
  after(() => stage?.stop())

  const ask = async (url: string, headers: Record<string, string> = {}) =>
    app.call(
      '/oauth/token',
      { grant_type: 'client_credentials' },
      { ...app.auth, ...headers, DPoP: await key.prove({ url }) },
    )

  // The rule for aliases has to be installed after the one that takes addresses from the issuer.
  it('a DPoP proof for the alias of the endpoint is accepted', async () => {
    const answer = await ask(`${ALIASES}/oauth/token`)
    expect(answer.status, answer.text).to.equal(200)
    expect(answer.json()['token_type']).to.equal('DPoP')
  })

  it('a DPoP proof for the endpoint itself is accepted, for any Host', async () => {
    const forged = { host: 'evil.example', 'x-forwarded-host': 'evil.example' }
    for (const headers of [undefined, forged]) {
      const answer = await ask(`${stage.issuer}/oauth/token`, headers)
      expect(answer.status, answer.text).to.equal(200)
    }
  })

  it('a DPoP proof for another endpoint or another host is refused', async () => {
    for (const url of [`${ALIASES}/oauth/introspect`, 'https://evil.example/oauth/token']) {
      const answer = await ask(url, { host: new URL(url).host })
      expect(answer.status, url).to.equal(400)
      expect(answer.json(), url).to.include({ error: 'invalid_dpop_proof' })
    }
  })
})

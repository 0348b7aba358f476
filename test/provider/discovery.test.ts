import { expect } from 'chai'
import { GRANT_TYPES } from '../../src/clients/client-choices.ts'
import { mountedGrants } from '../support/mounted.ts'
import { ONE_STAGE } from './stage.ts'
import type { Stage } from './stage.ts'

const DOCUMENTS = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']

for (const { name, stage: open } of ONE_STAGE)
  describe(`discovery with ${name}`, () => {
    let stage: Stage
    before(async function () {
      stage = await open()
    })

    for (const path of DOCUMENTS)
      it(`names exactly the configured issuer at ${path}, and only addresses under it (RFC 8414 §3.3) [S-1.57]`, async () => {
        const answer = await stage.send({ to: path })
        expect(answer.status).to.equal(200)
        expect(answer.text).to.contain(`"issuer":"${stage.issuer}"`)
        const metadata = answer.json()
        for (const [field, value] of Object.entries(metadata))
          if (/_endpoint$|_uri$/.test(field))
            expect(String(value).startsWith(`${stage.issuer}/`), `${field}: ${String(value)}`).to.equal(true)
        expect(metadata).to.deep.include({
          response_types_supported: ['code'],
          code_challenge_methods_supported: ['S256'],
          authorization_response_iss_parameter_supported: true,
          authorization_endpoint: `${stage.issuer}/oauth/authorize`,
          token_endpoint: `${stage.issuer}/oauth/token`,
        })
        expect(metadata['grant_types_supported']).to.have.members(mountedGrants(GRANT_TYPES))
        expect(JSON.stringify(metadata)).not.to.match(/implicit|"plain"|"none"\]?,?"?HS/)
      })

    it('answers the same in both documents, on every process', async () => {
      const answers = await Promise.all([...DOCUMENTS, ...DOCUMENTS].map((to) => stage.send({ to })))
      expect(new Set(answers.map(({ text }) => text)).size).to.equal(1)
    })

    it('leads only to endpoints that answer', async () => {
      const metadata = (await stage.send({ to: DOCUMENTS[0]! })).json()
      for (const [field, value] of Object.entries(metadata))
        if (/_endpoint$|jwks_uri$/.test(field)) {
          const [asked, posted] = [
            await stage.send({ to: String(value) }),
            await stage.send({ to: String(value), form: {} }),
          ]
          expect(
            [asked.status, posted.status].some((status) => status !== 404 && status < 500),
            field,
          ).to.equal(true)
        }
    })

    it('publishes public keys alone, the same on every process', async () => {
      const answers = await Promise.all([1, 2, 3, 4].map(() => stage.send({ to: '/oauth/jwks' })))
      expect(new Set(answers.map(({ text }) => text)).size).to.equal(1)
      const { keys } = answers[0]!.json() as { keys: Record<string, unknown>[] }
      expect(keys.map(({ alg }) => alg)).to.include.members(['ES256', 'RS256'])
      for (const key of keys) {
        expect(key, JSON.stringify(key)).to.not.have.any.keys('d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k')
        expect(key, JSON.stringify(key)).to.include.keys('kid', 'use', 'alg')
        if (key['kty'] === 'RSA')
          expect(Buffer.from(String(key['n']), 'base64url').length, JSON.stringify(key)).to.be.at.least(256)
      }
    })
  })

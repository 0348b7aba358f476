import { expect } from 'chai'
import { openSuite } from './suite.ts'
import type { Suite } from './suite.ts'

describe('the Config plan [C-config]', function () {
  let suite: Suite
  before(async () => {
    suite = await openSuite()
  })
  after(() => suite.stop())

  it('oidcc-discovery-endpoint-verification: each value is there, and in its form', async () => {
    const answer = await suite.send({ to: '/.well-known/openid-configuration' })
    expect(answer.status).to.equal(200)
    expect(answer.headers['content-type']).to.match(/^application\/json/)
    const { metadata } = suite
    expect(metadata).to.include({ issuer: suite.issuer })
    for (const [name, value] of Object.entries(metadata))
      // https where the issuer is: the tests' own is a loopback address.
      if (/_endpoint$|^jwks_uri$/.test(name))
        expect(String(value), name).to.match(new RegExp(`^${suite.issuer}/`))
    expect(metadata).to.include.keys('authorization_endpoint', 'token_endpoint', 'userinfo_endpoint')
    expect(metadata).to.include.keys('registration_endpoint', 'claims_parameter_supported')
    const lists: Record<string, string[]> = {
      response_types_supported: ['code'],
      subject_types_supported: ['public', 'pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      userinfo_signing_alg_values_supported: ['RS256'],
      request_object_signing_alg_values_supported: ['RS256'],
      grant_types_supported: ['authorization_code'],
      scopes_supported: ['openid'],
      claims_supported: ['sub'],
      code_challenge_methods_supported: ['S256'],
    }
    for (const [name, values] of Object.entries(lists))
      expect(metadata[name], name).to.include.members(values)
    for (const scope of metadata['scopes_supported'] as string[])
      expect(scope).to.match(/^[\x21\x23-\x5B\x5D-\x7E]+$/)
    for (const locale of (metadata['ui_locales_supported'] ?? []) as string[])
      expect(Intl.getCanonicalLocales(locale), locale).to.eql([locale])
  })

  it('oidcc-discovery-endpoint-verification: the keys are public, named and each its own', async () => {
    const { keys } = (await suite.send({ to: '/oauth/jwks' })).json() as { keys: Record<string, string>[] }
    const ids = keys.map(({ kid }) => kid)
    expect(new Set(ids).size).to.equal(ids.length)
    for (const key of keys) {
      expect(key['kid'], JSON.stringify(key)).to.be.a('string')
      expect(key['kty'], JSON.stringify(key)).to.be.oneOf(['RSA', 'EC', 'OKP'])
      expect(key, JSON.stringify(key)).not.to.have.any.keys('d', 'p', 'q', 'dp', 'dq', 'qi', 'k')
    }
  })
})

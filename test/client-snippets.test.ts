import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Script } from 'node:vm'
import { expect } from 'chai'
import * as oidc from 'openid-client'

const CLIENTS = readFileSync(join(import.meta.dirname, '../docs/clients.md'), 'utf8')

const snippets = [...CLIENTS.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code = '']) => code)

describe('the relying parties in docs/clients.md', () => {
  it('are code that can be read', () => {
    expect(snippets).to.have.length.above(5)
    for (const code of snippets) {
      const body = code.replaceAll(/^import .*$/gm, '')
      expect(() => new Script(`async () => {\n${body}\n}`), code).not.to.throw()
    }
  })

  it('call what openid-client has', () => {
    const called = [...CLIENTS.matchAll(/\boidc\.(\w+)/g)].map(([, name = '']) => name)
    expect(called).to.have.length.above(12)
    for (const name of called) expect(oidc, name).to.have.property(name)
  })

  const SECTIONS: [string, RegExp][] = [
    ['a code with PKCE', /oidc\.authorizationCodeGrant\(/],
    ['a refresh', /oidc\.refreshTokenGrant\(/],
    ['client credentials', /oidc\.clientCredentialsGrant\(/],
    ['a device', /urn:ietf:params:oauth:grant-type:device_code|initiateDeviceAuthorization/],
    ['CIBA', /grant-type:ciba|initiateBackchannelAuthentication/],
    ['token exchange', /grant-type:token-exchange/],
    ['the challenge endpoint', /authorize-challenge|authorization_challenge_endpoint/],
    ['a pushed request', /buildAuthorizationUrlWithPAR/],
    ['a signed request and answer', /buildAuthorizationUrlWithJAR[\s\S]*useJwtResponseMode/],
    ['DPoP', /oidc\.getDPoPHandle\(/],
    ['client certificates', /oidc\.TlsClientAuth\(/],
    ['dynamic registration', /dynamicClientRegistration|\/oauth\/register/],
    ['client documents and MCP', /## MCP/],
    ['signing out', /buildEndSessionUrl/],
  ]
  for (const [what, shown] of SECTIONS)
    it(`show ${what}`, () => {
      expect(CLIENTS).to.match(shown)
    })
})

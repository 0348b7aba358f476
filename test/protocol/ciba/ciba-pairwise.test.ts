import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { answer, CIBA_GRANT, errorOf, idOf, registerAsker, requestsOf, signedIn } from './asker.ts'
import { sqliteStage } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'

describe('backchannel authentication by an app that knows people by pairwise subjects', function () {
  let stage: Stage
  const hosts: Server[] = []
  before(async () => {
    stage = await sqliteStage()
  })
  after(() => hosts.forEach((host) => host.close()))

  /** An app with its keys at a host of its own: that is its sector. */
  async function openApp() {
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig' }] })
    const host = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/jwk-set+json' }).end(keys)
    })
    hosts.push(host)
    host.listen(0, '127.0.0.1')
    await once(host, 'listening')
    const { clientId } = await registerAsker(stage, {
      subject_type: 'pairwise',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: `http://localhost:${(host.address() as AddressInfo).port}/jwks`,
    })
    return async (to: string, form: Record<string, string>) => {
      const client_assertion = await new SignJWT({ iss: clientId, sub: clientId, jti: randomUUID() })
        .setProtectedHeader({ alg: 'ES256' })
        .setAudience(stage.issuer)
        .setIssuedAt()
        .setExpirationTime('60s')
        .sign(privateKey)
      const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
      return stage.send({ to, form: { ...form, client_assertion, client_assertion_type } })
    }
  }

  it('finds the person by its own ID token, and by no subject of another sector', async () => {
    const [one, other] = [await openApp(), await openApp()]
    const { email, id: accountId } = await stage.person()
    const visitor = await signedIn(stage, email)
    const allowed = async (app: typeof one, hint: Record<string, string>) => {
      const asked = await app('/oauth/backchannel', { scope: 'openid', ...hint })
      expect(asked.status, asked.text).to.equal(200)
      await answer(visitor, await requestsOf(visitor), 'allow')
      const tokens = await app('/oauth/token', { grant_type: CIBA_GRANT, auth_req_id: idOf(asked) })
      return String(tokens.json()['id_token'])
    }
    const first = await allowed(one, { login_hint: email })
    const { sub } = decodeJwt(first)
    expect(sub)
      .to.match(/^[\w-]{43}$/)
      .and.not.to.equal(accountId)
    expect(decodeJwt(await allowed(one, { id_token_hint: first })).sub).to.equal(sub)

    const theirs = await allowed(other, { login_hint: email })
    expect(decodeJwt(theirs).sub).not.to.equal(sub)
    const refused = await one('/oauth/backchannel', { scope: 'openid', id_token_hint: theirs })
    expect(errorOf(refused)).to.equal('invalid_request')
  })
})

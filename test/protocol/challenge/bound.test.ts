import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { Account } from '../../../src/accounts/account.ts'
import { createProver } from '../../provider/binding/prover.ts'
import type { Prover } from '../../provider/binding/prover.ts'
import { PASSWORD, STAGES } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { openExchange } from '../token-exchange/exchange-stage.ts'
import { registerApp } from './first-party-app.ts'
import type { Challenged, FirstPartyApp } from './first-party-app.ts'

for (const { name, stage: open } of STAGES)
  describe(`a DPoP key, with ${name}`, function () {
    let stage: Stage
    let app: FirstPartyApp
    let person: Account
    let key: Prover
    let other: Prover

    before(async () => {
      stage = await open()
      app = await registerApp(stage)
      person = await stage.person()
      ;[key, other] = [await createProver(), await createProver()]
    })

    const proof = async (by: Prover, path: string) => ({
      DPoP: await by.prove({ url: `${stage.issuer}${path}` }),
    })
    const challengeProof = (by: Prover) => proof(by, '/oauth/authorize-challenge')
    const right = () => ({ username: person.email, password: PASSWORD })

    it('shown in a challenge binds its auth_session, code and tokens', async () => {
      const first = (await app.begin({}, await challengeProof(key))).json() as Challenged
      for (const headers of [{}, await challengeProof(other)]) {
        const stolen = await app.challenge({ auth_session: first.auth_session, ...right() }, headers)
        expect(stolen.json(), JSON.stringify(headers)).to.include({ error: 'invalid_session' })
      }
      const step = { auth_session: first.auth_session, ...right() }
      const answer = await app.challenge(step, await challengeProof(key))
      expect(answer.status, answer.text).to.equal(200)
      const { authorization_code: code } = answer.json() as Challenged
      for (const headers of [{}, await proof(other, '/oauth/token')])
        expect((await app.redeem(code, {}, headers)).json(), JSON.stringify(headers)).to.include({
          error: 'invalid_grant',
        })
      const tokens = (await app.redeem(code, {}, await proof(key, '/oauth/token'))).json()
      expect(tokens).to.include({ token_type: 'DPoP' })
    })

    it('is refused with a proof for another address, or a proof that was used before', async () => {
      const elsewhere = await app.begin(right(), await proof(key, '/oauth/token'))
      expect(elsewhere.json()).to.include({ error: 'invalid_dpop_proof' })
      const once = await challengeProof(key)
      expect((await app.begin(right(), once)).status).to.equal(200)
      expect((await app.begin(right(), once)).status).to.equal(400)
    })

    it('shown with an old nonce is asked for again, and the assertion beside it still counts', async () => {
      const { privateKey, publicKey } = await generateKeyPair('ES256')
      const jwks = { keys: [{ ...(await exportJWK(publicKey)), kty: 'EC' as const, alg: 'ES256' }] }
      const confidential = await registerApp(stage, { token_endpoint_auth_method: 'private_key_jwt', jwks })
      const assertion = {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await new SignJWT({ jti: randomUUID() })
          .setProtectedHeader({ alg: 'ES256' })
          .setIssuer(confidential.clientId)
          .setSubject(confidential.clientId)
          .setAudience(stage.issuer)
          .setIssuedAt()
          .setExpirationTime('1m')
          .sign(privateKey),
      }
      const url = `${stage.issuer}/oauth/authorize-challenge`
      const sent = async (nonce: string) =>
        confidential.begin({ ...right(), ...assertion }, { DPoP: await key.prove({ url, nonce }) })
      const refused = await sent('old')
      expect(refused.json()).to.include({ error: 'use_dpop_nonce' })
      const answer = await sent(String(refused.headers['dpop-nonce']))
      expect(answer.status, answer.text).to.equal(200)
    })

    it('shown in a token exchange binds the new token', async () => {
      const world = await openExchange(stage)
      await world.allow()
      const { access_token: subject_token } = await world.tokensFor(person)
      const headers = { ...world.headers, ...(await proof(key, '/oauth/token')) }
      const answer = await world.exchange({ subject_token }, headers)
      expect(answer.json(), answer.text).to.include({ token_type: 'DPoP' })
      const seen = await world.introspect(String(answer.json()['access_token']))
      expect(seen).to.deep.include({ cnf: { jkt: key.thumbprint }, token_type: 'DPoP' })
      expect((await world.exchange({ subject_token }, headers)).status).to.equal(400)
    })
  })

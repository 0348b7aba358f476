import { expect } from 'chai'
import type { Account } from '../../../src/accounts/account.ts'
import { createProver } from '../binding/prover.ts'
import type { Prover } from '../binding/prover.ts'
import { register } from '../relying-party.ts'
import type { Fields, Party } from '../relying-party.ts'
import { sqliteStage } from '../stage.ts'
import type { Stage } from '../stage.ts'
import { tell } from './told.ts'

const TOKEN = '/oauth/token'
const URN = 'urn:ietf:params:oauth:grant-type'
const DEVICE = `${URN}:device_code`
const CIBA = 'urn:openid:params:grant-type:ciba'
const EXCHANGE = `${URN}:token-exchange`

describe('the answer to a refused machine or device says why', function () {
  let stage: Stage
  let app: Party
  let machine: Party
  let bound: Party
  let waiting: Party
  let person: Account
  let key: Prover

  before(async () => {
    stage = await sqliteStage()
    person = await stage.person()
    key = await createProver()
    app = await register(stage)
    const credentials = { grant_types: ['client_credentials' as const], redirect_uris: [] }
    machine = await register(stage, credentials)
    bound = await register(stage, { ...credentials, dpop_bound_access_tokens: true })
    waiting = await register(stage, {
      redirect_uris: [],
      grant_types: [DEVICE, CIBA, EXCHANGE],
      backchannel_token_delivery_mode: 'poll',
    })
  })

  const machineAsks = (DPoP?: string, given: Fields = {}, party = machine) =>
    party.call(
      TOKEN,
      { grant_type: 'client_credentials', ...given },
      { ...party.auth, ...(DPoP && { DPoP }) },
    )
  const proof = (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}) =>
    key.prove({ url: `${stage.issuer}${TOKEN}`, claims, header })
  const poll = (grant_type: string, given: Fields = {}) => waiting.call(TOKEN, { grant_type, ...given })

  describe('for its DPoP proof', () => {
    const token = async () => (await app.tokensFor(person)).access_token
    tell(
      [
        [
          'none where it is needed',
          () => machineAsks(undefined, {}, bound),
          400,
          'invalid_grant',
          /DPoP proof is needed/,
        ],
        ['no JWT', () => machineAsks('x'), 400, 'invalid_dpop_proof', /typ dpop\+jwt.*Invalid Compact JWS/],
        [
          'another typ',
          async () => machineAsks(await proof({}, { typ: 'JWT' })),
          400,
          'invalid_dpop_proof',
          /typ dpop\+jwt/,
        ],
        [
          'another method',
          async () => machineAsks(await proof({ htm: 'GET' })),
          400,
          'invalid_dpop_proof',
          /htm has to be POST/,
        ],
        [
          'another address',
          async () => machineAsks(await proof({ htu: 'https://other.example/token' })),
          400,
          'invalid_dpop_proof',
          /htu has to be.*\/oauth\/token; got https:\/\/other\.example\/token/,
        ],
        [
          'an old one',
          async () => machineAsks(await proof({ iat: 1 })),
          400,
          'use_dpop_nonce',
          /iat is too old.*clock/,
        ],
        [
          'one from the future',
          async () => machineAsks(await proof({ iat: 9e9 })),
          400,
          'invalid_dpop_proof',
          /clock/,
        ],
        [
          'a made-up nonce',
          async () => machineAsks(await proof({ nonce: 'x' })),
          400,
          'use_dpop_nonce',
          /DPoP-Nonce header/,
        ],
        [
          'without ath at userinfo',
          async () => {
            const DPoP = await key.prove({ url: `${stage.issuer}/oauth/userinfo`, method: 'GET' })
            const headers = { authorization: `DPoP ${await token()}`, DPoP }
            return await stage.send({ to: '/oauth/userinfo', headers })
          },
          401,
          'invalid_dpop_proof',
          /ath has to be/,
        ],
      ],
      () => stage,
    )
  })

  describe('for scope and resource', () => {
    tell(
      [
        [
          'an unknown resource',
          () => machineAsks(undefined, { resource: 'https://x.example/' }),
          400,
          'invalid_target',
          /resource/,
        ],
        [
          'a relative resource',
          () => machineAsks(undefined, { resource: 'x' }),
          400,
          'invalid_target',
          /resource/,
        ],
        [
          'quotes in scope',
          () => machineAsks(undefined, { scope: 'a"b' }),
          400,
          'invalid_scope',
          /without quotes/,
        ],
        [
          'a scope where there is no resource',
          () => machineAsks(undefined, { scope: 'ledger:read' }),
          400,
          'invalid_scope',
          /scope ledger:read is not one.*takes none/,
        ],
        [
          'scopes with commas',
          () => machineAsks(undefined, { scope: 'a,b' }),
          400,
          'invalid_scope',
          /by spaces, not by commas; got a,b/,
        ],
      ],
      () => stage,
    )
  })

  describe('while the person has not answered', () => {
    tell(
      [
        [
          'a client for the web asks for a device code',
          () => app.call('/oauth/device', { scope: 'openid' }),
          400,
          'unauthorized_client',
          /grant_types/,
        ],
        [
          'scopes with commas for a device',
          () => waiting.call('/oauth/device', { scope: 'openid,email' }),
          400,
          'invalid_scope',
          /by spaces, not by commas; got openid,email/,
        ],
        [
          'an unknown scope for a device',
          () => waiting.call('/oauth/device', { scope: 'openid contacts' }),
          400,
          'invalid_scope',
          /scope contacts is not one.*takes openid/,
        ],
        [
          'no scope behind the scenes',
          () => waiting.call('/oauth/backchannel', { login_hint: 'nobody@example.com' }),
          400,
          'invalid_request',
          /'scope'/,
        ],
        [
          'an unknown scope behind the scenes',
          () =>
            waiting.call('/oauth/backchannel', {
              scope: 'openid contacts',
              login_hint: 'nobody@example.com',
            }),
          400,
          'invalid_scope',
          /scope contacts is not one/,
        ],
        [
          'an unknown device code',
          () => poll(DEVICE, { device_code: 'x' }),
          400,
          'invalid_grant',
          /device_code is unknown/,
        ],
        ['no device code', () => poll(DEVICE), 400, 'invalid_request', /'device_code'/],
        [
          'an unknown auth_req_id',
          () => poll(CIBA, { auth_req_id: 'x' }),
          400,
          'invalid_grant',
          /auth_req_id is unknown/,
        ],
        [
          'nobody is named',
          () => waiting.call('/oauth/backchannel', { scope: 'openid' }),
          400,
          'invalid_request',
          /send login_hint/,
        ],
        [
          'nobody known is named',
          () => waiting.call('/oauth/backchannel', { scope: 'openid', login_hint: 'nobody@example.com' }),
          400,
          'unknown_user_id',
          /e-mail address of an account/,
        ],
        [
          'a wrong expiry',
          () =>
            waiting.call('/oauth/backchannel', {
              scope: 'openid',
              login_hint: person.email,
              requested_expiry: 'x',
            }),
          400,
          'invalid_request',
          /requested_expiry takes.*got x/,
        ],
        ['an exchange of nothing', () => poll(EXCHANGE), 400, 'invalid_request', /'subject_token'/],
      ],
      () => stage,
    )

    it('says to ask again, and to ask less often', async () => {
      const { device_code: code } = (await waiting.call('/oauth/device', { scope: 'openid' })).json()
      const first = (await poll(DEVICE, { device_code: String(code) })).json()
      expect(first['error']).to.equal('authorization_pending')
      expect(first['error_description']).to.match(/after interval seconds/)
      const second = (await poll(DEVICE, { device_code: String(code) })).json()
      expect(second['error']).to.equal('slow_down')
      expect(second['error_description']).to.match(/5 seconds longer/)
    })
  })
})

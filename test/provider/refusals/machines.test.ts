import type { Account } from '../../../src/accounts/account.ts'
import { createProver } from '../binding/prover.ts'
import type { Prover } from '../binding/prover.ts'
import { register } from '../relying-party.ts'
import type { Fields, Party } from '../relying-party.ts'
import { sqliteStage } from '../stage.ts'
import type { Stage } from '../stage.ts'
import { tell } from './told.ts'

const TOKEN = '/oauth/token'

describe('the answer to a refused machine says why', function () {
  let stage: Stage
  let app: Party
  let machine: Party
  let bound: Party
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
  })

  const machineAsks = (DPoP?: string, given: Fields = {}, party = machine) =>
    party.call(
      TOKEN,
      { grant_type: 'client_credentials', ...given },
      { ...party.auth, ...(DPoP && { DPoP }) },
    )
  const proof = (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}) =>
    key.prove({ url: `${stage.issuer}${TOKEN}`, claims, header })

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
})

import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { JWTPayload } from 'jose'
import {
  acknowledged,
  reachedResource,
  receivedTokens,
  refusedClient,
  refusedRequest,
} from './ciba-checks.ts'
import { nameOf, openWorld, playVariant, VARIANTS } from './ciba-world.ts'
import type { Bend, Played, World } from './ciba-world.ts'
import { inCase } from '../support/in-case.ts'

const seconds = () => Math.floor(Date.now() / 1000)
type Change = (claims: JWTPayload) => JWTPayload
const without =
  (name: string): Change =>
  (claims) =>
    Object.fromEntries(Object.entries(claims).filter(([claim]) => claim !== name))
const withClaims =
  (make: () => JWTPayload): Change =>
  (claims) => ({ ...claims, ...make() })

describe('the FAPI-CIBA plan, requests [C-fapi-ciba]', function () {
  let world: World
  before(async () => {
    world = await openWorld()
  })
  after(() => world?.stop())

  it('fapi-ciba-id1-discovery-end-point-verification', () => {
    const { metadata, aliases, issuer } = world
    expect(metadata).to.include({ issuer, tls_client_certificate_bound_access_tokens: true })
    expect(metadata['grant_types_supported']).to.include('urn:openid:params:grant-type:ciba')
    expect(metadata['backchannel_token_delivery_modes_supported']).to.include.members(['poll', 'ping'])
    expect(metadata['backchannel_user_code_parameter_supported']).to.equal(false)
    for (const endpoint of ['backchannel_authentication_endpoint', 'token_endpoint', 'userinfo_endpoint']) {
      expect(metadata[endpoint], endpoint).to.match(/^http/)
      expect(aliases[endpoint], endpoint).to.match(/^https:/)
    }
    for (const list of [
      'backchannel_authentication_request_signing_alg_values_supported',
      'id_token_signing_alg_values_supported',
      'token_endpoint_auth_signing_alg_values_supported',
      'userinfo_signing_alg_values_supported',
    ])
      expect(metadata[list], list).to.include.members(['PS256', 'ES256']).and.not.include('none')
    expect(metadata['token_endpoint_auth_methods_supported']).to.include.members([
      'private_key_jwt',
      'self_signed_tls_client_auth',
    ])
  })

  for (const variant of VARIANTS)
    describe(nameOf(variant), () => {
      let played: Played
      before(async () => {
        played = await playVariant(world, variant)
      })

      /** A request that is granted, to its end. */
      async function granted(bend: Bend): Promise<Record<string, unknown>> {
        const answer = await played.ask(bend)
        const id = acknowledged(answer)
        await world.decide('allow', id)
        const tokens = await receivedTokens(world, played, await played.poll(id))
        await reachedResource(played, tokens.access_token)
        return answer.json
      }

      it('fapi-ciba-id1-ensure-authorization-request-with-binding-message-succeeds', async () => {
        await granted({ claims: withClaims(() => ({ binding_message: '1234' })) })
      })

      it('fapi-ciba-id1-ensure-other-scope-order-succeeds', async () => {
        const reversed: Change = (claims) => ({
          ...claims,
          scope: String(claims['scope']).split(' ').reverse().join(' '),
        })
        await granted({ claims: reversed })
      })

      it('fapi-ciba-id1-ensure-requested-expiry-as-string-succeeds', async () => {
        for (const requested_expiry of ['30', 30])
          expect(
            await granted({ claims: withClaims(() => ({ requested_expiry })) }),
            typeof requested_expiry,
          ).to.include({
            expires_in: 30,
          })
      })

      it('fapi-ciba-id1-ensure-authorization-request-with-potentially-bad-binding-message', async () => {
        const words = 'Lorem ipsum dolor sit amet, consectetur adipiscing elit. '.repeat(8)
        const binding_message = `1234 \u{1f44d}\u{1f3ff} 品川 ${words}`
        const answer = await played.ask({ claims: withClaims(() => ({ binding_message })) })
        expect([answer.status, answer.json['error']]).to.eql([400, 'invalid_binding_message'])
      })

      const other = () => played.actors.client2.client.client_id
      const BAD: [string, Change][] = [
        ['missing-aud', without('aud')],
        ['bad-aud', withClaims(() => ({ aud: 'https://other.example.com' }))],
        ['missing-iss', without('iss')],
        ['bad-iss', withClaims(() => ({ iss: other() }))],
        ['missing-exp', without('exp')],
        ['expired-exp', withClaims(() => ({ exp: seconds() - 300 }))],
        ['exp-is-70-minutes-in-future', withClaims(() => ({ exp: seconds() + 4200 }))],
        ['missing-iat', without('iat')],
        ['missing-nbf', without('nbf')],
        ['nbf-is-10-minutes-in-future', withClaims(() => ({ nbf: seconds() + 600 }))],
        ['nbf-is-70-minutes-in-past', withClaims(() => ({ nbf: seconds() - 4200 }))],
        ['missing-jti', without('jti')],
      ]
      for (const [name, claims] of BAD)
        it(`fapi-ciba-id1-ensure-request-object-${name}-fails`, async () => {
          refusedRequest(await played.ask({ claims }))
        })

      for (const alg of ['none', 'bad', 'RS256'])
        it(`fapi-ciba-id1-ensure-request-object-signature-algorithm-is-${alg}-fails`, async () => {
          refusedRequest(await played.ask({ alg }))
        })

      it('fapi-ciba-id1-ensure-request-object-signed-by-other-client-fails', async () => {
        const { key } = played.actors.client2
        refusedRequest(await played.ask({ key, alg: key.alg }))
      })

      it('fapi-ciba-id1-ensure-authorization-request-with-multiple-hints-fails', async () => {
        const hints: Change = (claims) => ({
          ...without('binding_message')(claims),
          login_hint: 'join@example.com',
          login_hint_token: 'xxxxxxxxxxxxxxxxxxxx',
        })
        refusedRequest(await played.ask({ claims: hints }))
      })

      it('fapi-ciba-id1-ensure-unsigned-backchannel-authorization-request-fails', async () => {
        const claims = Object.entries(played.requestClaims(played.actors.client))
        const fields = Object.fromEntries(claims.map(([name, value]) => [name, String(value)]))
        refusedRequest(await played.ask({ fields }))
      })

      if (variant.client_auth_type === 'private_key_jwt') assertionModules()
      else certificateModules()

      function assertionModules() {
        const id = () => played.actors.client.client.client_id
        const form = async (bend: Bend) => played.ask(bend)

        it('fapi-ciba-id1-ensure-without-client-assertion-in-backchannel-authorization-request', async () => {
          refusedClient(await form({ authentication: { client_id: id() } }))
        })

        it('fapi-ciba-id1-ensure-client-assertion-signature-algorithm-in-backchannel-authorization-request-is-RS256-fails', async () => {
          refusedClient(await form({ assertionAlg: 'RS256' }))
        })

        it('fapi-ciba-id1-ensure-invalid-client-assertions-in-backchannel-authorization-request-fail', async () => {
          const cases: Record<string, Bend> = {
            'no sub': { assertion: without('sub') },
            'another sub': { assertion: withClaims(() => ({ sub: 'somebody' })) },
            'no iss': { assertion: without('iss') },
            'another iss': { assertion: withClaims(() => ({ iss: 'somebody' })) },
            'no aud': { assertion: without('aud') },
            'another aud': { assertion: withClaims(() => ({ aud: 'https://other.example.com' })) },
            expired: { assertion: withClaims(() => ({ exp: seconds() - 300 })) },
            'by RS256': { assertionAlg: 'RS256' },
            unsigned: { assertionAlg: 'none' },
            'by no algorithm': { assertionAlg: 'bad' },
          }
          for (const [what, bend] of Object.entries(cases))
            await inCase(what, async () => refusedClient(await form(bend)))
          for (const type of [undefined, 'unknown']) {
            const client_assertion = randomUUID()
            const authentication = { client_assertion, ...(type && { client_assertion_type: type }) }
            const answer = await form({ authentication })
            expect(answer.json['error'], answer.text).to.be.oneOf(['invalid_request', 'invalid_client'])
            expect(answer.status, answer.text).to.equal(
              answer.json['error'] === 'invalid_request' ? 400 : 401,
            )
          }
          await granted({})
        })
      }

      function certificateModules() {
        const swapped = () => ({ authentication: { client_id: other() } })

        it('fapi-ciba-id1-ensure-different-client-id-and-issuer-in-backchannel-authorization-request', async () => {
          refusedClient(await played.ask(swapped()))
        })

        it('fapi-ciba-id1-ensure-wrong-client-id-in-backchannel-authorization-request', async () => {
          const { key } = played.actors.client
          refusedClient(
            await played.ask({
              ...swapped(),
              key,
              claims: withClaims(() => ({ iss: other() })),
            }),
          )
        })
      }
    })
})

import { connect } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'
import { expect } from 'chai'
import { until } from '../provider/stage.ts'
import { acknowledged, reachedResource, receivedTokens, refusedClient, tokenError } from './ciba-checks.ts'
import type { Tokens } from './ciba-checks.ts'
import { nameOf, openWorld, playVariant, VARIANTS } from './ciba-world.ts'
import type { Bend, Holder, Played, Variant, World } from './ciba-world.ts'
import { inCase } from '../support/in-case.ts'
import { movableTime } from '../support/movable-time.ts'

describe('the FAPI-CIBA plan, tokens [C-fapi-ciba]', function () {
  let world: World
  before(async () => {
    world = await openWorld()
  })
  after(() => world?.stop())
  const time = movableTime()

  for (const variant of VARIANTS)
    describe(nameOf(variant), () => {
      let played: Played
      before(async () => {
        played = await playVariant(world, variant)
      })

      const asked = async (bend: Bend = {}, holder: Holder = 'client') =>
        acknowledged(await played.ask(bend, holder))

      /** `performPostAuthorizationResponse`: asks at once, asks again, and then the person is called. */
      async function answered(id: string, action: 'allow' | 'deny', holder: Holder = 'client') {
        tokenError(await played.poll(id, {}, holder), 'authorization_pending', 'slow_down')
        await played.rest(id)
        tokenError(await played.poll(id, {}, holder), 'authorization_pending', 'slow_down')
        const before = played.told(id).length
        await world.decide(action, id)
        if (variant.ciba_mode === 'ping') await until(() => played.told(id).length > before, 'the ping')
        else await played.rest(id)
        return played.poll(id, {}, holder)
      }

      it('fapi-ciba-id1: two clients, tokens bound to their certificates, and each auth_req_id good once', async () => {
        const audience = String(world.issuer)
        const first = await asked({ audience })
        const one = await receivedTokens(world, played, await answered(first, 'allow'))
        await reachedResource(played, one.access_token)
        const inQuery = await played.resource(one.access_token, {
          query: `?access_token=${one.access_token}`,
        })
        expect(inQuery.status).to.be.within(400, 499)
        for (const accept of ['application/json', 'application/json, */*;q=0.8'])
          expect((await played.resource(one.access_token, { headers: { accept } })).status, accept).to.equal(
            200,
          )

        const { acr_value: acr } = played.sections.client2
        const bend: Bend = {
          typ: 'oauth-authz-req+jwt',
          audience: String(world.metadata['token_endpoint']),
          claims: (claims) => ({ ...claims, acr_values: acr, requested_expiry: 300 }),
        }
        // CreateLongRandomClientNotificationToken: as long as one may be, of every character that a bearer token has.
        const longToken = 'aZ9-._~+/'.repeat(113) + '='.repeat(7)
        const answer = await played.ask(bend, 'client2', longToken)
        const second = acknowledged(answer)
        expect(answer.json).to.include({ expires_in: 300 })
        const won = await answered(second, 'allow', 'client2')
        const two = await receivedTokens(world, played, won, 'client2')
        expect(two.claims['acr']).to.equal(acr)
        if (variant.ciba_mode === 'ping')
          expect(played.told(second)[0]?.authorization).to.equal(`Bearer ${longToken}`)
        await reachedResource(played, two.access_token, 'client2')

        const stolen = await played.resource(two.access_token, { by: 'client' })
        expect(stolen.status).to.be.within(400, 499)
        tokenError(await played.poll(second, {}, 'client2'), 'invalid_grant')
      })

      it('fapi-ciba-id1-user-rejects-authentication', async () => {
        tokenError(await answered(await asked(), 'deny'), 'access_denied')
      })

      it('fapi-ciba-id1-multiple-call-to-token-endpoint', async () => {
        const id = await asked()
        for (let call = 0; call < 20; call += 1)
          await inCase(`call ${call}`, async () =>
            tokenError(await played.poll(id), 'authorization_pending', 'slow_down'),
          )
        tokenError(await played.poll(id), 'slow_down')
      })

      it('fapi-ciba-id1-ensure-wrong-auth-req-id-in-token-endpoint-request', async () => {
        tokenError(await played.poll(await asked(), {}, 'client2'), 'invalid_grant')
      })

      it('fapi-ciba-id1-ensure-mtls-holder-of-key-required', async () => {
        const id = await asked()
        const answer = await played.poll(id, { certificate: null })
        if (variant.client_auth_type === 'mtls') refusedClient(answer)
        else tokenError(answer, 'invalid_request', 'invalid_grant', 'invalid_client')
      })

      it('fapi-ciba-id1-refresh-token', async () => {
        const refreshing = await playVariant(world, variant, { refresh: true })
        const held: Partial<Record<Holder, Tokens>> = {}
        for (const holder of ['client', 'client2'] as const) {
          const bend = { audience: world.issuer }
          const id = acknowledged(await refreshing.ask(bend, holder))
          await world.decide('allow', id)
          const tokens = await receivedTokens(
            world,
            refreshing,
            await refreshing.poll(id, {}, holder),
            holder,
          )
          expect(tokens.refresh_token, holder).to.match(/^[\x20-\x7e]+$/)
          const form = {
            grant_type: 'refresh_token',
            refresh_token: tokens.refresh_token ?? '',
            // The second client leaves the scope out.
            ...(holder === 'client' && { scope: refreshing.actors.client.client.scope }),
          }
          const again = await receivedTokens(
            world,
            refreshing,
            await refreshing.token(form, {}, holder),
            holder,
          )
          expect(again.access_token, holder).not.to.equal(tokens.access_token)
          for (const claim of ['iss', 'sub', 'aud', 'auth_time', 'acr'])
            expect(again.claims[claim], claim).to.eql(tokens.claims[claim])
          await reachedResource(refreshing, again.access_token, holder)
          held[holder] = { ...tokens, ...again }
        }
        const form = {
          grant_type: 'refresh_token',
          refresh_token: held.client2?.refresh_token ?? '',
          scope: refreshing.actors.client.client.scope,
        }
        tokenError(await refreshing.token(form), 'invalid_grant')
      })

      if (variant.client_auth_type === 'mtls')
        it('fapi-ciba-id1-ensure-wrong-client-id-in-token-endpoint-request', async () => {
          const authentication = { client_id: played.actors.client2.client.client_id }
          refusedClient(await played.poll(await asked(), { authentication }))
        })
      else {
        it('fapi-ciba-id1-ensure-without-client-assertion-in-token-endpoint-request', async () => {
          const authentication = { client_id: played.actors.client.client.client_id }
          refusedClient(await played.poll(await asked(), { authentication }))
        })

        it('fapi-ciba-id1-ensure-client-assertion-signature-algorithm-in-token-endpoint-request-is-RS256-fails', async () => {
          refusedClient(await played.poll(await asked(), { assertionAlg: 'RS256' }))
        })

        it('fapi-ciba-id1-ensure-client-assertion-with-iss-aud-to-token-endpoint-succeeds', async () => {
          tokenError(
            await played.poll(await asked(), { audience: world.issuer }),
            'authorization_pending',
            'slow_down',
          )
        })
      }
    })

  it('fapi-ciba-id1-ensure-mtls-holder-of-key-required, its TLS: FAPI 1.0’s suites of TLS 1.2 and no others', async () => {
    const port = Number(new URL(world.aliases['token_endpoint'] ?? '').port)
    const agreed = (options: ConnectionOptions) =>
      new Promise<string>((resolve) => {
        const socket = connect({ port, host: 'localhost', rejectUnauthorized: false, ...options }, () => {
          resolve(`${socket.getProtocol()} ${socket.getCipher().name}`)
          socket.destroy()
        })
        socket.once('error', (error: Error & { code?: string }) => resolve(error.code ?? error.message))
      })
    const maxVersion = 'TLSv1.2'
    for (const ciphers of ['ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES256-GCM-SHA384'])
      expect(await agreed({ maxVersion, ciphers }), ciphers).to.equal(`TLSv1.2 ${ciphers}`)
    // DisallowInsecureCipher takes this alert alone for a refusal, or a connection that is cut.
    const others = `DEFAULT:!AESGCM:@SECLEVEL=0:ECDHE-ECDSA-AES128-GCM-SHA256:AES128-GCM-SHA256`
    expect(await agreed({ maxVersion, ciphers: others })).to.match(/HANDSHAKE_FAILURE|ECONNRESET/)
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
    expect(await agreed(old)).not.to.match(/^TLSv1/)
  })

  it('fapi-ciba-id1-auth-req-id-expired: after 30 seconds', async () => {
    const asked = await Promise.all(VARIANTS.map(askFor30Seconds))
    time.advance(15_000)
    for (const { played, id } of asked) {
      await played.rest(id)
      await inCase(id, async () => tokenError(await played.poll(id), 'authorization_pending'))
    }
    time.advance(16_000)
    for (const { played, id } of asked)
      await inCase(id, async () => tokenError(await played.poll(id), 'expired_token'))
  })

  async function askFor30Seconds(variant: Variant) {
    const played = await playVariant(world, variant)
    const answer = await played.ask({ claims: (claims) => ({ ...claims, requested_expiry: 30 }) })
    const id = acknowledged(answer)
    expect(answer.json).to.include({ expires_in: 30 })
    return { played, id }
  }
})

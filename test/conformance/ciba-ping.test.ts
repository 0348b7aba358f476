import { expect } from 'chai'
import { until } from '../provider/stage.ts'
import { MINUTE_MS } from '../../src/platform/clock.ts'
import { movableTime } from '../support/movable-time.ts'
import { acknowledged, reachedResource, receivedTokens } from './ciba-checks.ts'
import { nameOf, openWorld, playVariant, VARIANTS } from './ciba-world.ts'
import type { Played, World } from './ciba-world.ts'

/** What the endpoint answers in each module, and what the suite calls it. */
const ANSWERS: [module: string, status: number][] = [
  ['response-has-body', 200],
  ['response-401', 401],
  ['response-403', 403],
  ['return-redirect-request', 301],
]

describe('the FAPI-CIBA plan, pings [C-fapi-ciba]', function () {
  let world: World
  before(async () => {
    world = await openWorld()
  })
  after(() => world?.stop())
  const time = movableTime()

  for (const variant of VARIANTS.filter(({ ciba_mode: mode }) => mode === 'ping'))
    describe(nameOf(variant), () => {
      let played: Played
      before(async () => {
        played = await playVariant(world, variant)
      })

      /** A whole flow with a ping that is answered with `status`. */
      async function pinged(status: number): Promise<string> {
        world.receiver.statuses.push(status)
        const id = acknowledged(await played.ask({}, 'client', 'a-token-of-the-suite'))
        await world.decide('allow', id)
        await until(() => played.told(id).length > 0, 'the ping')
        // Only the id, as JSON, with the token that was sent (CIBA §10.2).
        const [{ authorization, contentType, body }] = played.told(id) as [ReturnType<Played['told']>[0]]
        expect(contentType).to.match(/^application\/json/)
        expect({ authorization, body }).to.eql({
          authorization: 'Bearer a-token-of-the-suite',
          body: { auth_req_id: id },
        })
        const tokens = await receivedTokens(world, played, await played.poll(id))
        await reachedResource(played, tokens.access_token)
        return id
      }

      for (const [module, status] of ANSWERS)
        it(`fapi-ciba-id1-ping-backchannel-notification-endpoint-${module}`, async () => {
          await pinged(status)
        })

      it('fapi-ciba-id1-ping-with-mtls-ciba-notification-endpoint-response-401-and-require-server-does-not-retry', async () => {
        const ids = [await pinged(401), await pinged(301)]
        // The suite listens for five seconds more. A retry would come within a minute.
        time.advance(MINUTE_MS)
        const waiting = () => world.parts.db('outbox_messages').whereNotNull('nextAttemptAtMs')
        await until(async () => (await waiting()).length === 0, 'no message waits')
        for (const id of ids) expect(played.told(id), id).to.have.length(1)
      })
    })

  it('comes in no poll', async () => {
    const [variant] = VARIANTS
    const polling = await playVariant(world, variant!)
    const id = acknowledged(await polling.ask())
    await world.decide('allow', id)
    await receivedTokens(world, polling, await polling.poll(id))
    expect(polling.told(id)).to.eql([])
  })
})

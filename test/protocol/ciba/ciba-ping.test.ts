import { expect } from 'chai'
import { deadLetters } from '../../../src/outbox/dead-letters.ts'
import { startNotificationReceiver } from '../../support/notification-receiver.ts'
import type { NotificationReceiver } from '../../support/notification-receiver.ts'
import { answer, CIBA_GRANT, errorOf, idOf, registerAsker, requestsOf, signedIn } from './asker.ts'
import type { Party } from '../../provider/relying-party.ts'
import { openStage, until } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'

describe('backchannel authentication with a ping', function () {
  let stage: Stage
  let shop: Party
  let receiver: NotificationReceiver

  before(async () => {
    receiver = await startNotificationReceiver()
    stage = await openStage({
      store: 'mariadb+redis',
      env: { NODE_EXTRA_CA_CERTS: receiver.certificateFile },
    })
    shop = await registerAsker(stage, {
      client_name: 'Corner Shop',
      backchannel_token_delivery_mode: 'ping',
      backchannel_client_notification_endpoint: receiver.url,
    })
  })
  after(async () => {
    await receiver.stop()
    await stage.stop()
  })

  const ask = (email: string, given: Record<string, string> = { client_notification_token: 'a-token' }) =>
    shop.call('/oauth/backchannel', { scope: 'openid', login_hint: email, ...given })
  const poll = (id: string) => shop.call('/oauth/token', { grant_type: CIBA_GRANT, auth_req_id: id })
  const told = (id: string) =>
    receiver.received.filter(({ body }) => (body as { auth_req_id?: string }).auth_req_id === id)
  const decide = async (email: string, decision: 'allow' | 'deny') => {
    const visitor = await signedIn(stage, email)
    await answer(visitor, await requestsOf(visitor), decision)
  }

  it('tells the client that the person has answered, and the client fetches its tokens', async () => {
    const { email } = await stage.person()
    const id = idOf(await ask(email))
    expect(errorOf(await poll(id))).to.equal('authorization_pending')
    await decide(email, 'allow')
    await until(() => told(id).length === 1, 'the client was told')
    expect(told(id)[0]).to.deep.include({ authorization: 'Bearer a-token', body: { auth_req_id: id } })
    expect((await poll(id)).status).to.equal(200)
  })

  it('pings it after a refusal as well', async () => {
    const { email } = await stage.person()
    const id = idOf(await ask(email))
    await decide(email, 'deny')
    await until(() => told(id).length === 1, 'the client was told')
    expect(errorOf(await poll(id))).to.equal('access_denied')
  })

  it('pings it again after a failure, but follows no redirect', async () => {
    const { email } = await stage.person()
    receiver.statuses.push(503)
    const again = idOf(await ask(email))
    await decide(email, 'allow')
    await until(() => told(again).length === 2, 'the client was told again')
    const other = await stage.person()
    receiver.statuses.push(302)
    const redirected = idOf(await ask(other.email))
    await decide(other.email, 'allow')
    await until(async () => {
      const dead = await deadLetters(stage.parts.db)
      return dead.some(({ topic }) => topic === 'ciba-ping')
    }, 'the redirect was given up')
    expect(told(redirected)).to.have.length(1)
  })

  it('needs a token of the client, one that fits into a header', async () => {
    const { email } = await stage.person()
    for (const given of [
      {},
      { client_notification_token: 'not a token' },
      { client_notification_token: 'x'.repeat(1025) },
    ])
      expect(errorOf(await ask(email, given as Record<string, string>)), JSON.stringify(given)).to.equal(
        'invalid_request',
      )
  })

  it('keeps that token out of the store and out of the tables', async () => {
    const { email } = await stage.person()
    const id = idOf(await ask(email, { client_notification_token: 'a-very-secret-token' }))
    const rows: object[] = await stage.parts.db('backchannel_requests').select('*')
    expect(JSON.stringify(rows)).not.to.contain('a-very-secret-token').and.not.contain(id)
    expect(stage.log()).not.to.contain('a-very-secret-token')
  })
})

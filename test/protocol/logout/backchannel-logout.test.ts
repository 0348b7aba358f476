import { createServer } from 'node:http'
import { expect } from 'chai'
import { LOGOUT_TOPIC } from '../../../src/protocol/logout/logout-notice.ts'
import { deadLetters } from '../../../src/outbox/dead-letters.ts'
import { disableAccount, signOutEverywhere } from '../../../src/accounts/account-state.ts'
import { GRANT_TYPES } from '../../../src/clients/client-choices.ts'
import { isMounted, mountedGrants } from '../../support/mounted.ts'
import { TEST_PASSWORD } from '../../support/running-server.ts'
import { createVisitor } from '../../support/visitor.ts'
import type { Visitor } from '../../support/visitor.ts'
import { movableTime } from '../../support/movable-time.ts'
import { freePort } from '../../support/service-process.ts'
import { until } from '../../provider/stage.ts'
import { inBothSettings, signInAt } from './logout-world.ts'

/** More than the waits after the first two failures. */
const RETRIED_AFTER_MS = 15_000

type Waiting = { lastError: string | null; deliveredAtMs: number | null }

inBothSettings('Back-channel logout', (world) => {
  const time = movableTime()

  it('tells an app with a signed token, once, when the person signs out at another app [S-1.81]', async () => {
    const { server, receiver } = world
    const [told, other] = [await world.app(), await world.app()]
    const untold = await world.app({ backchannel_logout_uri: undefined })
    const person = await server.createAccount()
    const { visitor, claims } = await signInAt(server, told, person)
    const second = await signInAt(server, other, person, visitor)
    await signInAt(server, untold, person, visitor)
    expect(claims['sid']).to.be.a('string')
    const answer = await visitor.get(other.signOutUrl(second.idToken, { state: 'bye' }))
    expect(answer.headers.get('location')).to.equal(`${other.signedOutUri}?state=bye`)

    await until(() => receiver.heardBy(other.client.client_id).length > 0, 'both were told')
    await until(() => receiver.heardBy(told.client.client_id).length > 0, 'both were told')
    const [heard] = receiver.heardBy(told.client.client_id)
    expect(heard?.claims).to.include({ sub: person.account.id, sid: claims['sid'] })
    expect(heard!.claims.exp! - heard!.claims.iat!).to.be.at.most(120)
    expect(heard?.header.alg).to.equal('RS256')
    expect(receiver.heardBy(told.client.client_id)).to.have.length(1)
    expect(receiver.rejected).to.eql([])
  })

  it('tells an app of every grant that it may register', async () => {
    const { server, receiver } = world
    const app = await world.app({
      grant_types: mountedGrants(GRANT_TYPES),
      ...(isMounted('ciba') && { backchannel_token_delivery_mode: 'poll' }),
    })
    const { visitor, idToken } = await signInAt(server, app, await server.createAccount())
    await visitor.get(app.signOutUrl(idToken))
    await until(() => receiver.heardBy(app.client.client_id).length > 0, 'the app was told')
  })

  it('tries again with a new token until the app takes it [S-1.82]', async () => {
    const { server, receiver } = world
    const app = await world.app()
    const person = await server.createAccount()
    const { visitor, idToken } = await signInAt(server, app, person)
    receiver.answerNext(500, 302)
    await visitor.get(app.signOutUrl(idToken))
    const heard = () => receiver.heardBy(app.client.client_id)
    for (const attempts of [1, 2]) {
      const failed = { attempts, leaseOwner: null, recordKey: app.client.client_id }
      const isPostponed = async () => Boolean(await server.parts.db('outbox_messages').where(failed).first())
      await until(isPostponed, `attempt ${attempts} failed`)
      time.advance(RETRIED_AFTER_MS)
    }
    await until(() => heard().length === 3, 'the app was told three times')
    expect(heard().map(({ answered }) => answered)).to.eql([500, 302, 200])
    expect(new Set(heard().map(({ claims }) => claims.jti)).size).to.equal(3)
    const [first, , last] = heard()
    expect(last!.claims.iat).to.be.greaterThan(first!.claims.iat!)
    expect(new Set(heard().map(({ claims }) => claims['sid'])).size).to.equal(1)
  })

  it('follows every way in which a session ends', async () => {
    const { server, receiver } = world
    const app = await world.app()
    const accounts = server.parts
    const actor = { actor: 'cli' }
    const NEXT = 'another long enough passphrase'
    type Way = (id: string, visitor: Visitor, email: string) => Promise<unknown>
    const ways: Record<string, Way> = {
      'the confirmation page': async (_id, visitor) =>
        visitor.followForm(await visitor.get('/oauth/logout'), { logout: 'yes' }),
      'the list of sessions': async (_id, visitor) => {
        const page = await visitor.get('/account/sessions')
        return visitor.followForm(page, {}, { action: '/end' })
      },
      everywhere: (id) => signOutEverywhere(accounts, id, actor),
      'a disabled account': (id) => disableAccount(accounts, id, actor),
      'a password that was set anew by mail': async (_id, _visitor, email) => {
        const elsewhere = createVisitor(server.issuer)
        await elsewhere.followForm(await elsewhere.get('/forgot'), { email })
        const [link = ''] = /https?:\/\/\S+\/reset\S+/.exec((await server.waitForMail(email)).text) ?? []
        const reset = await elsewhere.followForm(await elsewhere.get(link), { password: NEXT })
        expect(reset.heading, reset.text).to.match(/password/i)
      },
      'another session that changed the password': async (_id, _visitor, email) => {
        const elsewhere = createVisitor(server.issuer)
        await elsewhere.signIn({ email, password: TEST_PASSWORD })
        const form = { currentPassword: TEST_PASSWORD, newPassword: NEXT }
        await elsewhere.followForm(await elsewhere.get('/account/password'), form, { action: '/password' })
      },
    }
    for (const [way, end] of Object.entries(ways)) {
      const person = await server.createAccount()
      const { visitor, claims } = await signInAt(server, app, person)
      await end(person.account.id, visitor, person.email)
      const heard = () => receiver.heard.filter(({ claims: { sid } }) => sid === claims['sid'])
      await until(() => heard().length > 0, `the app was told of ${way}`)
      expect(heard()[0]?.claims.sub, way).to.equal(person.account.id)
    }
  })

  it('follows the end of the oldest session when there are too many', async () => {
    const { server, receiver } = world
    const app = await world.app()
    const person = await server.createAccount()
    const oldest = await signInAt(server, app, person)
    await signInAt(server, app, person)
    await signInAt(server, app, person)
    const heard = () => receiver.heardBy(app.client.client_id)
    await until(() => heard().length > 0, 'the app was told')
    expect(heard().map(({ claims }) => claims['sid'])).to.eql([oldest.claims['sid']])
  })

  it('names the person by the subject that the app knows', async () => {
    const { server, receiver } = world
    const app = await world.app({ subject_type: 'pairwise' })
    const person = await server.createAccount()
    const { visitor, claims, idToken } = await signInAt(server, app, person)
    expect(claims.sub).not.to.equal(person.account.id)
    await visitor.get(app.signOutUrl(idToken))
    const heard = () => receiver.heardBy(app.client.client_id)
    await until(() => heard().length > 0, 'the app was told')
    expect(heard()[0]?.claims.sub).to.equal(claims.sub)
  })

  it('ends what the app holds, but not what was granted for offline access', async () => {
    const { server } = world
    const [bound, offline] = [await world.app(), await world.app({}, 'openid offline_access')]
    const person = await server.createAccount()
    const { visitor, tokens, idToken } = await signInAt(server, bound, person)
    const kept = await signInAt(server, offline, person, visitor, { prompt: 'consent' })
    await visitor.get(bound.signOutUrl(idToken))
    expect(await bound.introspect(tokens.access_token)).to.eql({ active: false })
    const refused = await bound.refresh(tokens.refresh_token!).catch((error: Error) => error)
    expect(refused).to.include({ error: 'invalid_grant' })
    expect((await offline.refresh(kept.tokens.refresh_token!)).access_token).to.be.a('string')
  })

  it('reaches one app at once while another is down, and the other one later', async () => {
    const { server, receiver } = world
    const port = await freePort()
    const away = await world.app({ backchannel_logout_uri: `http://localhost:${port}/out` })
    const there = await world.app()
    const person = await server.createAccount()
    const { visitor } = await signInAt(server, away, person)
    await signInAt(server, there, person, visitor)
    await visitor.followForm(await visitor.get('/oauth/logout'), { logout: 'yes' })
    await until(() => receiver.heardBy(there.client.client_id).length > 0, 'the app that is there was told')
    const waiting = async () =>
      (await server.parts
        .db('outbox_messages')
        .where({ topic: LOGOUT_TOPIC, recordKey: away.client.client_id })
        .first()) as Waiting
    await until(async () => (await waiting()).lastError !== null, 'the other one could not be told')

    let told = 0
    const back = createServer((_request, response) => {
      told += 1
      response.end('x'.repeat(100_000))
    }).listen(port, '127.0.0.1')
    time.advance(RETRIED_AFTER_MS)
    await until(async () => (await waiting()).deliveredAtMs !== null, 'it was told')
    expect(told).to.equal(1)
    back.closeAllConnections()
    back.close()
  })

  it('reaches nothing inside the network, and is given up at once [S-1.83]', async () => {
    const { server } = world
    const person = await server.createAccount()
    const addresses = [
      'https://10.0.0.1/out',
      'http://169.254.169.254/latest',
      'https://[::ffff:10.0.0.1]/',
      'https://0x0a000001/',
    ]
    for (const backchannel_logout_uri of addresses) {
      const app = await world.app({ backchannel_logout_uri })
      const { visitor, idToken } = await signInAt(server, app, person)
      await visitor.get(app.signOutUrl(idToken))
    }
    const given = async () => {
      const dead = await deadLetters(server.parts.db)
      return dead.filter(({ lastError }) => lastError === 'address_refused')
    }
    await until(async () => (await given()).length === addresses.length, 'all were given up')
    expect(
      (await given()).every(({ attempts, topic }) => attempts === 1 && topic === 'backchannel-logout'),
    ).to.equal(true)
  })
})

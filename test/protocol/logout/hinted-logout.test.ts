import { expect } from 'chai'
import { decodeJwt, importJWK, SignJWT } from 'jose'
import type { JWK, JWTPayload } from 'jose'
import { listSessions } from '../../../src/sessions/account-sessions.ts'
import { loadKeySet } from '../../../src/keys/key-set.ts'
import type { RelyingParty } from '../../support/relying-party.ts'
import type { Visitor } from '../../support/visitor.ts'
import { callbackOf } from '../../provider/relying-party.ts'
import { until } from '../../provider/stage.ts'
import { inBothSettings, signInAt } from './logout-world.ts'

inBothSettings('Signing out from an app’s server, without the browser', (world) => {
  /** What the app's server does: no cookie, every redirect followed. Answers where it ends. */
  async function askFromServer(app: RelyingParty, idToken: string, form = false): Promise<Response> {
    const { server } = world
    if (!form)
      return fetch(`${server.issuer}/oauth/logout?${new URLSearchParams({ id_token_hint: idToken })}`)
    return fetch(`${server.issuer}/oauth/logout`, {
      method: 'POST',
      body: new URLSearchParams({ id_token_hint: idToken, client_id: app.client.client_id }),
    })
  }

  async function isSignedIn(app: RelyingParty, visitor: Visitor): Promise<boolean> {
    const answer = await visitor.get((await app.begin({ prompt: 'none' })).url)
    return callbackOf(answer)['error'] === undefined
  }

  /** An ID token with other claims, signed with the key of the server. */
  async function resigned(idToken: string, claims: JWTPayload): Promise<string> {
    const { db, sealer } = world.server.parts
    const { kid, alg = '' } = JSON.parse(
      Buffer.from(idToken.split('.')[0] ?? '', 'base64url').toString(),
    ) as { kid: string; alg?: string }
    const { jwks } = await loadKeySet(db, sealer)
    const key = (jwks.keys as unknown as JWK[]).find((one) => one.kid === kid)
    return new SignJWT({ ...decodeJwt(idToken), ...claims })
      .setProtectedHeader({ alg, kid })
      .sign(await importJWK(key!, alg))
  }

  const UNTOLD = { backchannel_logout_uri: undefined, first_party: true }

  for (const form of [false, true])
    it(`ends the session with its tokens and tells the other apps, by ${form ? 'POST' : 'GET'}`, async () => {
      const { server, receiver } = world
      const [app, other] = [await world.app(UNTOLD), await world.app()]
      const person = await server.createAccount()
      const { visitor, tokens, idToken } = await signInAt(server, app, person)
      const second = await signInAt(server, other, person, visitor)
      const answer = await askFromServer(app, idToken, form)
      expect([answer.status, new URL(answer.url).pathname]).to.eql([200, '/oauth/logout/success'])

      expect(await isSignedIn(app, visitor)).to.equal(false)
      for (const [party, issued] of [[app, tokens] as const, [other, second.tokens] as const]) {
        expect(await party.introspect(issued.access_token), party.client.client_id).to.eql({ active: false })
        const refused = await party.refresh(issued.refresh_token!).catch((error: Error) => error)
        expect(refused, party.client.client_id).to.include({ error: 'invalid_grant' })
      }
      const { db, clock } = server.parts
      expect(await listSessions(db, person.account.id, clock())).to.eql([])
      const heard = () => receiver.heardBy(other.client.client_id)
      await until(() => heard().length > 0, 'the other app was told')
      expect(heard()[0]?.claims).to.include({ sub: person.account.id, sid: second.claims['sid'] })
    })

  it('ends that sign-in alone, of a person who has two', async () => {
    const { server } = world
    const app = await world.app(UNTOLD)
    const person = await server.createAccount()
    const [one, two] = [await signInAt(server, app, person), await signInAt(server, app, person)]
    await askFromServer(app, one.idToken)
    expect([await isSignedIn(app, one.visitor), await isSignedIn(app, two.visitor)]).to.eql([false, true])
  })

  it('takes an ID token that has expired, and one with a subject for this app alone', async () => {
    const { server } = world
    const app = await world.app({ ...UNTOLD, subject_type: 'pairwise' })
    const person = await server.createAccount()
    const { visitor, idToken, claims } = await signInAt(server, app, person)
    expect(claims.sub).not.to.equal(person.account.id)
    const yesterday = Math.floor(Date.now() / 1000) - 86_400
    await askFromServer(app, await resigned(idToken, { iat: yesterday, exp: yesterday + 60 }))
    expect(await isSignedIn(app, visitor)).to.equal(false)
  })

  it('leaves what was granted for offline access', async () => {
    const { server } = world
    const app = await world.app(UNTOLD, 'openid offline_access')
    const { idToken, tokens, visitor } = await signInAt(server, app, await server.createAccount())
    await askFromServer(app, idToken)
    expect(await isSignedIn(app, visitor)).to.equal(false)
    expect((await app.refresh(tokens.refresh_token!)).access_token).to.be.a('string')
  })

  it('ends nothing for a token that is not of this server, this app and this sign-in [S-1.77]', async () => {
    const { server } = world
    const [app, other] = [await world.app(UNTOLD), await world.app(UNTOLD)]
    const person = await server.createAccount()
    const { visitor, idToken, claims } = await signInAt(server, app, person)
    const second = await signInAt(server, other, person, visitor)
    const stranger = (await server.createAccount()).account.id
    const [head = '', body = '', signature = ''] = idToken.split('.')
    const forged = `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
    expect((await askFromServer(app, forged)).status).to.equal(400)
    expect((await askFromServer(other, idToken, true)).status, 'of another client').to.equal(400)
    const bent: JWTPayload[] = [
      { sid: second.claims['sid'] },
      { sid: 'unknown' },
      { sid: undefined },
      { sub: stranger },
      { sub: 'nobody', sid: claims['sid'] },
    ]
    for (const changed of bent) await askFromServer(app, await resigned(idToken, changed))
    expect([await isSignedIn(app, visitor), await isSignedIn(other, visitor)]).to.eql([true, true])
  })

  it('does not end the session of a browser that comes with it from another one, but asks [S-1.78]', async () => {
    const { server } = world
    const app = await world.app(UNTOLD)
    const person = await server.createAccount()
    const [first, here] = [await signInAt(server, app, person), await signInAt(server, app, person)]
    const page = await here.visitor.get(app.signOutUrl(first.idToken))
    expect(page.heading).to.match(/sign out/i)
    expect([await isSignedIn(app, first.visitor), await isSignedIn(app, here.visitor)]).to.eql([false, true])
  })

  it('changes nothing the second time, and says nothing about it', async () => {
    const { server } = world
    const app = await world.app(UNTOLD)
    const { idToken } = await signInAt(server, app, await server.createAccount())
    const words = async () => {
      const answer = await askFromServer(app, idToken)
      return [answer.status, answer.url, (await answer.text()).replace(/quote \S+/, '')]
    }
    expect(await words()).to.eql(await words())
  })
})

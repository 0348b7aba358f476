import { expect } from 'chai'
import type { Account } from '../../../src/accounts/account.ts'
import { disableAccount } from '../../../src/accounts/account-state.ts'
import { challengeOf, register, VERIFIER } from '../../provider/relying-party.ts'
import type { Fields } from '../../provider/relying-party.ts'
import { PASSWORD, sqliteStage } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { registerApp } from './first-party-app.ts'
import type { Challenged, FirstPartyApp } from './first-party-app.ts'

const ROUNDS = 7

describe('the authorization challenge endpoint refuses', function () {
  let stage: Stage
  let app: FirstPartyApp
  let person: Account

  before(async () => {
    stage = await sqliteStage()
    app = await registerApp(stage)
    person = await stage.person()
  })

  const right = () => ({ username: person.email, password: PASSWORD })

  it('apps of others, before it looks at a password', async () => {
    const other = await registerApp(stage, { first_party: false })
    for (const fields of [right(), { username: person.email, password: 'wrong' }, {}]) {
      const answer = await other.begin(fields)
      expect([answer.status, answer.json()['error']], JSON.stringify(fields)).to.eql([
        400,
        'unauthorized_client',
      ])
    }
    const audited = await stage.parts
      .db('audit_events')
      .where({ accountId: person.id, action: 'sign_in.failed' })
    expect(audited).to.eql([])
  })

  it('clients without codes, and requests that were to be pushed', async () => {
    const machine = await registerApp(stage, {
      token_endpoint_auth_method: 'client_secret_basic',
      application_type: 'web',
      grant_types: ['client_credentials'],
      redirect_uris: [],
    })
    const pushing = await registerApp(stage, { require_pushed_authorization_requests: true })
    expect((await machine.begin(right())).json()).to.include({ error: 'unauthorized_client' })
    const answer = await pushing.begin(right())
    expect(answer.json()).to.include({ error: 'invalid_request' })
    expect(answer.json()['error_description']).to.contain('push')
  })

  it('clients that do not authenticate as they should', async () => {
    const server = await registerApp(stage, {
      token_endpoint_auth_method: 'client_secret_basic',
      application_type: 'web',
      redirect_uris: ['https://app.example.com/callback'],
    })
    expect((await server.begin(right())).status).to.equal(200)
    const wrong = `Basic ${Buffer.from(`${server.clientId}:wrong`).toString('base64')}`
    const refused = await server.begin(right(), { authorization: wrong })
    expect([refused.status, refused.json()['error']]).to.eql([401, 'invalid_client'])
    const form = { ...right(), code_challenge: challengeOf(VERIFIER), code_challenge_method: 'S256' }
    const nobody = await stage.send({ to: '/oauth/authorize-challenge', form })
    expect(nobody.json()).to.include({ error: 'invalid_request' })
  })

  const BENT: [string, Fields, string][] = [
    ['no code challenge', { code_challenge: undefined }, 'invalid_request'],
    ['a plain code challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['a code challenge without its method', { code_challenge_method: undefined }, 'invalid_request'],
    ['a code challenge that is none', { code_challenge: 'short' }, 'invalid_request'],
    ['an unknown resource', { resource: 'https://unknown.example/' }, 'invalid_target'],
    ['an auth_session that nobody gave', { auth_session: `as_${'a'.repeat(59)}` }, 'invalid_session'],
    ['an auth_session of no kind', { auth_session: 'something' }, 'invalid_session'],
    ['a password given twice', { password: ['a', 'b'] }, 'invalid_request'],
    ['an endless user name', { username: 'a'.repeat(400) }, 'invalid_request'],
  ]
  for (const [what, fields, error] of BENT)
    it(what, async () => {
      const answer = await app.begin({ ...right(), ...fields })
      expect([answer.status, answer.json()['error']], answer.text).to.eql([400, error])
      expect(answer.json()['error_description']).to.be.a('string')
      expect(answer.headers['cache-control']).to.equal('no-store')
    })

  it('a scope that the client was not registered for', async () => {
    const narrow = await registerApp(stage, { scope: 'openid' })
    expect((await narrow.begin({ ...right(), scope: 'openid email' })).json()).to.include({
      error: 'invalid_scope',
    })
  })

  it('other methods and content types', async () => {
    expect((await stage.send({ to: '/oauth/authorize-challenge' })).status).to.be.oneOf([404, 405])
    const body = JSON.stringify({ client_id: app.clientId, ...right() })
    const headers = { 'content-type': 'application/json' }
    const answer = await stage.send({ to: '/oauth/authorize-challenge', body, headers })
    expect(answer.status).to.equal(400)
  })

  it('an auth_session that was used, or that another app got', async () => {
    const { auth_session } = (await app.begin()).json() as Challenged
    const other = await registerApp(stage)
    const stolen = await other.challenge({ auth_session, ...right() })
    expect(stolen.json()).to.include({ error: 'invalid_session' })
    expect((await app.challenge({ auth_session, ...right() })).status).to.equal(200)
    expect((await app.challenge({ auth_session, ...right() })).json()).to.include({
      error: 'invalid_session',
    })
  })

  it('people with an unconfirmed address, who need a browser', async () => {
    const { email } = await stage.person({ verified: false })
    const answer = await app.begin({ username: email, password: PASSWORD })
    expect([answer.status, answer.json()['error']]).to.eql([403, 'redirect_to_web'])
    const wrong = await app.begin({ username: email, password: 'wrong' })
    expect(wrong.json()).to.include({ error: 'insufficient_authorization' })
  })

  it('unknown, disabled and blocked people in the same words, and in the same time', async () => {
    const disabled = await stage.person()
    await disableAccount(stage.accounts, disabled.id, { actor: 'cli' })
    const blocked = await stage.person()
    const attacker = await registerApp(stage)
    for (let attempt = 0; attempt < 15; attempt += 1)
      await attacker.begin({ username: blocked.email, password: 'wrong' })
    const cases: [string, { username: string; password: string }][] = [
      ['wrong', { username: person.email, password: 'wrong' }],
      ['unknown', { username: 'nobody@example.org', password: 'wrong' }],
      ['no address', { username: 'nobody', password: 'wrong' }],
      ['disabled', { username: disabled.email, password: PASSWORD }],
    ]
    const words = new Set<string>()
    // In turn, so that a machine that is busy for a while is so for all of them.
    const measure = async () => {
      // On a network of its own: nobody pauses for what was tried before.
      const fresh = await registerApp(stage)
      const took = new Map<string, number[]>(cases.map(([what]) => [what, []]))
      for (let round = 0; round < ROUNDS; round += 1)
        for (const [what, fields] of cases) {
          const startedAt = performance.now()
          const answer = await fresh.begin(fields)
          took.get(what)?.push(performance.now() - startedAt)
          expect(answer.status, what).to.equal(403)
          words.add(JSON.stringify({ ...answer.json(), auth_session: '' }))
        }
      return [...took].map(([what, times]) => [what, times.toSorted((x, y) => x - y)[ROUNDS >> 1]!] as const)
    }
    const spreadOf = (medians: (readonly [string, number])[]) => {
      const all = medians.map(([, median]) => median)
      return Math.max(...all) / Math.min(...all)
    }
    // Noise goes away when it is measured again; a real difference does not.
    let medians = await measure()
    for (let again = 0; again < 3 && spreadOf(medians) >= 2; again += 1) medians = await measure()
    expect(spreadOf(medians), JSON.stringify(medians)).to.be.below(2)
    const answer = await attacker.begin({ username: blocked.email, password: PASSWORD })
    words.add(JSON.stringify({ ...answer.json(), auth_session: '' }))
    expect([...words]).to.have.length(1)
  })

  it('guesses of a step that is blocked, without a record for each', async () => {
    const { email } = await stage.person()
    const guesser = await registerApp(stage)
    let { auth_session } = (await guesser.begin()).json() as Challenged
    const guess = async () => {
      const answer = await guesser.challenge({ auth_session, username: email, password: 'wrong' })
      expect(answer.json()).to.include({ error: 'insufficient_authorization' })
      ;({ auth_session } = answer.json() as Challenged)
    }
    for (let attempt = 0; attempt < 15; attempt += 1) await guess()
    const before = auth_session
    for (let attempt = 0; attempt < 3; attempt += 1) await guess()
    expect(auth_session).to.equal(before)
    const other = await stage.person()
    const right = await guesser.challenge({ auth_session, username: other.email, password: PASSWORD })
    expect(right.status, right.text).to.equal(200)
  })

  it('more guesses than the limit, but never the device of the owner [S-2.43]', async () => {
    const owner = await stage.person()
    const device = (await app.begin({ username: owner.email, password: PASSWORD })).json() as Challenged
    // Parallel guesses over both processes, from the owner's own network.
    const guesses = Array.from({ length: 40 }, () => app.begin({ username: owner.email, password: 'wrong' }))
    for (const answer of await Promise.all(guesses))
      expect(answer.status, answer.text).to.be.oneOf([403, 503])
    await app.begin({ username: owner.email, password: 'wrong' })
    const strange = await app.begin({ username: owner.email, password: PASSWORD })
    expect(strange.json()).to.include({ error: 'insufficient_authorization' })
    const known = await app.begin({
      username: owner.email,
      password: PASSWORD,
      auth_session: device.auth_session,
    })
    expect(known.status, known.text).to.equal(200)
  })

  describe('and its code', () => {
    const codeOf = async () => ((await app.begin(right())).json() as Challenged).authorization_code

    const WRONG: [string, Fields][] = [
      ['with a redirect address', { redirect_uri: 'com.example.app:/callback' }],
      ['without its verifier', { code_verifier: undefined }],
      ['with another verifier', { code_verifier: 'v'.repeat(43) }],
    ]
    for (const [what, fields] of WRONG)
      it(`is refused ${what}`, async () => {
        const answer = await app.redeem(await codeOf(), fields)
        expect([answer.status, answer.json()['error']], answer.text).to.eql([400, 'invalid_grant'])
      })

    it('is refused to another app, and the second time, which ends everything', async () => {
      const other = await registerApp(stage)
      const code = await codeOf()
      expect((await other.redeem(code)).json()).to.include({ error: 'invalid_grant' })
      const tokens = (await app.redeem(code)).json() as { refresh_token: string }
      expect((await app.redeem(code)).json()).to.include({ error: 'invalid_grant' })
      expect((await app.refresh(tokens.refresh_token)).json()).to.include({ error: 'invalid_grant' })
    })

    it('is the only one that needs no redirect address', async () => {
      const web = await register(stage)
      const code = await web.codeFor(person)
      const answer = await web.redeem(code, { redirect_uri: undefined })
      expect([answer.status, answer.json()['error']]).to.eql([400, 'invalid_request'])
      expect((await web.redeem(code)).status).to.equal(200)
    })
  })
})

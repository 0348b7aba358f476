import { expect } from 'chai'
import type { Account } from '../../../src/accounts/account.ts'
import { register, userinfo } from '../relying-party.ts'
import type { Party } from '../relying-party.ts'
import type { Answer } from '../send.ts'
import { STAGES, sqliteStage } from '../stage.ts'
import type { Stage } from '../stage.ts'
import { createProver, nowSeconds } from './prover.ts'
import type { Prover } from './prover.ts'

const PARALLEL = 20
const machine = { grant_types: ['client_credentials' as const], redirect_uris: [] }

const token = (app: Party, DPoP?: string, fields: Record<string, string> = {}) =>
  app.call(
    '/oauth/token',
    { grant_type: 'client_credentials', ...fields },
    { ...app.auth, ...(DPoP && { DPoP }) },
  )

for (const { name, stage: open } of STAGES)
  describe(`DPoP on two processes with ${name}`, function () {
    let stage: Stage
    let app: Party
    let key: Prover
    let url: string

    before(async () => {
      stage = await open()
      app = await register(stage, machine)
      key = await createProver()
      url = `${stage.issuer}/oauth/token`
    })

    it('gives nonces that every process accepts [S-1.50]', async () => {
      const nonces = new Set<string>()
      for (let turn = 0; turn < 4; turn += 1) {
        const { headers } = await token(app, await key.prove({ url }))
        nonces.add(String(headers['dpop-nonce']))
      }
      for (const nonce of nonces)
        for (let turn = 0; turn < 4; turn += 1)
          expect((await token(app, await key.prove({ url, nonce }))).status, nonce).to.equal(200)
    })

    it(`takes one proof once, of ${PARALLEL} at the same time and afterwards [S-1.49]`, async () => {
      const DPoP = await key.prove({ url })
      const answers = await Promise.all(Array.from({ length: PARALLEL }, () => token(app, DPoP)))
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1)
      for (let turn = 0; turn < 2; turn += 1) {
        const late = await token(app, DPoP)
        expect(late.status, `turn ${turn}`).to.equal(400)
        expect(late.json()['error_description'], `turn ${turn}`).to.match(/used before/)
      }
    })
  })

describe('a DPoP proof', function () {
  let stage: Stage
  let app: Party
  let bound: Party
  let key: Prover
  let url: string

  before(async () => {
    stage = await sqliteStage()
    app = await register(stage, machine)
    bound = await register(stage, { ...machine, dpop_bound_access_tokens: true })
    key = await createProver()
    url = `${stage.issuer}/oauth/token`
  })

  type Bent = (key: Prover) => Parameters<Prover['prove']>[0]['claims']
  const REFUSED: [string, Bent][] = [
    ['for another method', () => ({ htm: 'GET' })],
    ['for another endpoint', () => ({ htu: `${stage.issuer}/oauth/revoke` })],
    ['for another host', () => ({ htu: 'https://evil.example/oauth/token' })],
    ['for no address', () => ({ htu: undefined })],
    ['without a jti', () => ({ jti: undefined })],
    ['without a time', () => ({ iat: undefined })],
    ['that is ten minutes old', () => ({ iat: nowSeconds() - 600 })],
    ['that is a minute and more ahead', () => ({ iat: nowSeconds() + 61 })],
    ['with a nonce that was never given', () => ({ nonce: 'made-up' })],
  ]
  for (const [what, bend] of REFUSED)
    it(`${what} is refused, and says what to change [S-1.48]`, async () => {
      const answer = await token(app, await key.prove({ url, claims: bend(key) }))
      expect(answer.status).to.equal(400)
      expect(answer.json()['error']).to.be.oneOf(['invalid_dpop_proof', 'use_dpop_nonce'])
      expect(answer.json()['error_description']).to.match(/htm|htu|iat|jti|nonce|clock/)
      if (answer.json()['error'] === 'use_dpop_nonce')
        expect(answer.headers['dpop-nonce'])
          .to.be.a('string')
          .and.match(/^[\w-]{40,}$/)
    })

  it('from a clock ten seconds ahead is taken, and one from the future is not, not even with a nonce', async () => {
    const ahead = (seconds: number) => ({ iat: nowSeconds() + seconds })
    const first = await token(app, await key.prove({ url, claims: ahead(10) }))
    expect(first.status).to.equal(200)
    const nonce = String(first.headers['dpop-nonce'])
    const late = await token(app, await key.prove({ url, nonce, claims: ahead(61) }))
    expect(late.json()).to.include({ error: 'invalid_dpop_proof' })
  })

  it('with a wrong type, a private key, no key or another key than it names is refused', async () => {
    const other = await createProver()
    const bent = [
      { typ: 'JWT' },
      { typ: undefined },
      { jwk: key.privateJwk },
      { jwk: undefined },
      { jwk: other.jwk },
    ]
    for (const header of bent) {
      const answer = await token(app, await key.prove({ url, header }))
      expect(answer.status, JSON.stringify(header)).to.equal(400)
      expect(answer.json(), JSON.stringify(header)).to.include({ error: 'invalid_dpop_proof' })
    }
    const proofs = ['a', 'a.b.c', '..', await (await createProver('RS256')).prove({ url })]
    for (const DPoP of proofs)
      expect((await token(app, DPoP)).json(), DPoP).to.include({ error: 'invalid_dpop_proof' })
  })

  it('must name an address of the issuer, for any Host of the request', async () => {
    const send = (DPoP: string) =>
      stage.send({
        to: '/oauth/token',
        form: { grant_type: 'client_credentials' },
        headers: { ...app.auth, DPoP, host: 'evil.example', 'x-forwarded-host': 'evil.example' },
      })
    const forEvil = await key.prove({ url, claims: { htu: 'http://evil.example/oauth/token' } })
    expect((await send(forEvil)).json()).to.include({ error: 'invalid_dpop_proof' })
    expect((await send(await key.prove({ url }))).status).to.equal(200)
  })

  it('is demanded of a client that registered for bound tokens', async () => {
    const answer = await token(bound)
    expect(answer.status).to.equal(400)
    expect(answer.json()).to.include({ error: 'invalid_grant' })
    expect(answer.json()['error_description']).to.match(/DPoP proof/)
    expect((await token(bound, await key.prove({ url }))).json()).to.include({ token_type: 'DPoP' })
  })

  it('is remembered for as long as it could be used, and no longer', async () => {
    type Row = { recordKey: string; payload: string | null; expiresAtMs: number }
    const rows = async () =>
      (await stage.parts.db('oidc_records').select('recordKey', 'payload', 'expiresAtMs')) as Row[]
    const [earlier, before] = [(await rows()).map(({ recordKey }) => recordKey), Date.now()]
    const used = await token(app, await key.prove({ url, claims: { jti: 'x'.repeat(4000) } }))
    expect(used.status).to.equal(200)
    const added = (await rows()).filter(({ recordKey }) => !earlier.includes(recordKey))
    const [mark] = added.filter(({ recordKey }) => recordKey.includes(':rd:'))
    expect(mark?.payload ?? '').to.have.length.lessThan(100)
    expect(Number(mark?.expiresAtMs)).to.be.within(before + 350_000, Date.now() + 366_000)
  })
})

describe('a token bound by DPoP', function () {
  let stage: Stage
  let app: Party
  let spa: Party
  let person: Account
  let key: Prover
  let url: string

  before(async () => {
    stage = await sqliteStage()
    app = await register(stage, { dpop_bound_access_tokens: true })
    spa = await register(stage, { token_endpoint_auth_method: 'none' })
    person = await stage.person()
    key = await createProver()
    url = `${stage.issuer}/oauth/token`
  })

  const redeem = async (party: Party, code: string, by = key) =>
    party.redeem(code, {}, { ...party.auth, DPoP: await by.prove({ url }) })

  async function tokens(party: Party): Promise<Record<string, string>> {
    const answer = await redeem(party, await party.codeFor(person))
    expect(answer.status, answer.text).to.equal(200)
    return answer.json() as Record<string, string>
  }

  async function ask(accessToken: string, by: Prover, claims = {}): Promise<Answer> {
    const to = `${stage.issuer}/oauth/userinfo`
    const DPoP = await by.prove({ url: to, method: 'GET', accessToken, claims })
    return stage.send({ to, headers: { authorization: `DPoP ${accessToken}`, DPoP } })
  }

  it('opens userinfo with a proof by its key, and with nothing else [S-1.51]', async () => {
    const { access_token: accessToken = '' } = await tokens(app)
    const thief = await createProver()
    expect((await ask(accessToken, key)).json()).to.include({ sub: person.id })
    const refused = [
      await userinfo(stage, accessToken),
      await ask(accessToken, thief),
      await ask(accessToken, key, { ath: undefined }),
      await ask(accessToken, key, { ath: 'A'.repeat(43) }),
      await ask(accessToken, key, { htm: 'POST' }),
      await stage.send({ to: '/oauth/userinfo', headers: { authorization: `DPoP ${accessToken}` } }),
    ]
    for (const [at, answer] of refused.entries()) {
      expect(answer.status, String(at)).to.be.oneOf([400, 401])
      expect(answer.headers['www-authenticate'], String(at)).to.match(/DPoP/)
    }
  })

  it('shows in introspection which key it is bound to', async () => {
    const { access_token: accessToken = '' } = await tokens(app)
    expect((await app.introspect(accessToken)).json()).to.deep.include({
      active: true,
      token_type: 'DPoP',
      cnf: { jkt: key.thumbprint },
    })
  })

  it('comes from a code that was bound at authorization to the same key alone (RFC 9449 §10) [S-1.17]', async () => {
    const thief = await createProver()
    const bind = { dpop_jkt: key.thumbprint }
    expect((await redeem(app, await app.codeFor(person, bind), thief)).json()).to.include({
      error: 'invalid_grant',
    })
    expect((await spa.redeem(await spa.codeFor(person, bind))).json()).to.include({ error: 'invalid_grant' })
    expect((await redeem(app, await app.codeFor(person, bind))).status).to.equal(200)
  })

  it('of a public client binds the refresh token too, which then is not rotated [S-1.70]', async () => {
    const { refresh_token: refreshToken = '' } = await tokens(spa)
    const refresh = async (by: Prover | undefined) =>
      spa.call(
        '/oauth/token',
        { grant_type: 'refresh_token', refresh_token: refreshToken },
        by && { DPoP: await by.prove({ url }) },
      )
    expect((await refresh(undefined)).json()).to.include({ error: 'invalid_grant' })
    expect((await refresh(await createProver())).json()).to.include({ error: 'invalid_grant' })
    for (let turn = 0; turn < 2; turn += 1)
      expect((await refresh(key)).json(), `turn ${turn}`).to.include({
        token_type: 'DPoP',
        refresh_token: refreshToken,
      })
  })
})

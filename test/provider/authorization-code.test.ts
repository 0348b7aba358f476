import { expect } from 'chai'
import type { Account } from '../../src/accounts/account.ts'
import { locate } from '../../src/grant-store/token-ids.ts'
import { basic } from './send.ts'
import { register, userinfo, VERIFIER } from './relying-party.ts'
import type { Fields, Party, Tokens } from './relying-party.ts'
import { STAGES } from './stage.ts'
import type { Stage } from './stage.ts'

const PARALLEL = 50

for (const { name, stage: open } of STAGES)
  describe(`an authorization code, on two processes with ${name}`, function () {
    let stage: Stage
    let app: Party
    let spa: Party
    let person: Account

    before(async () => {
      stage = await open()
      app = await register(stage, {
        redirect_uris: ['https://app.example.com/callback', 'https://app.example.com/b'],
      })
      spa = await register(stage, { token_endpoint_auth_method: 'none' })
      person = await stage.person()
    })

    it(`is redeemed by exactly one of ${PARALLEL} parallel requests, and the others revoke what that one got [S-1.14]`, async () => {
      const code = await app.codeFor(person)
      const answers = await Promise.all(Array.from({ length: PARALLEL }, () => app.redeem(code)))
      const won = answers.filter(({ status }) => status === 200)
      expect(won).to.have.length(1)
      for (const answer of answers)
        if (answer.status !== 200) expect(answer.json(), answer.text).to.include({ error: 'invalid_grant' })
      const { access_token, refresh_token } = won[0]!.json() as Tokens
      expect((await app.introspect(access_token)).json()).to.eql({ active: false })
      expect((await app.refresh(refresh_token)).json()).to.include({ error: 'invalid_grant' })
    })

    it('revokes all its tokens when it is used a second time (RFC 6749 §4.1.2) [S-1.15]', async () => {
      const code = await app.codeFor(person)
      const tokens = (await app.redeem(code)).json() as Tokens
      expect((await app.introspect(tokens.access_token)).json()).to.include({ active: true })
      expect((await app.redeem(code)).json()).to.include({ error: 'invalid_grant' })
      expect((await app.introspect(tokens.access_token)).text).to.equal('{"active":false}')
      expect((await userinfo(stage, tokens.access_token)).status).to.equal(401)
      expect((await app.refresh(tokens.refresh_token)).json()).to.include({ error: 'invalid_grant' })
    })

    const UNBOUND: [string, Fields][] = [
      ['without its verifier', { code_verifier: undefined }],
      ['with an empty verifier', { code_verifier: '' }],
      ['with another verifier', { code_verifier: 'v'.repeat(43) }],
      ['with the challenge for a verifier', { code_verifier: VERIFIER.toUpperCase() }],
      ["with another of the client's redirect addresses", { redirect_uri: 'https://app.example.com/b' }],
      ['without a redirect address', { redirect_uri: undefined }],
    ]
    for (const [what, given] of UNBOUND)
      it(`is refused ${what} [S-1.6]`, async () => {
        const answer = await app.redeem(await app.codeFor(person), given)
        expect(answer.status).to.equal(400)
        expect(answer.json()['error']).to.be.oneOf(['invalid_grant', 'invalid_request'])
        expect(answer.text).not.to.contain('access_token')
      })

    it('is refused with a verifier that no challenge asked for (RFC 9700 §2.1.1) [S-1.7]', async () => {
      const old = await register(stage, { require_pkce: false })
      const without = { code_challenge: undefined, code_challenge_method: undefined }
      const answer = await old.redeem(await old.codeFor(person, without))
      expect(answer.json()).to.include({ error: 'invalid_grant' })
      const plain = await old.redeem(await old.codeFor(person, without), { code_verifier: undefined })
      expect(plain.status).to.equal(200)
    })

    it('is refused to another client [S-1.16]', async () => {
      const other = await register(stage)
      const code = await app.codeFor(person)
      expect((await other.redeem(code)).json()).to.include({ error: 'invalid_grant' })
      expect((await spa.redeem(code)).json()).to.include({ error: 'invalid_grant' })
    })

    it('is refused when a public client leaves its verifier out [S-6.24]', async () => {
      const answer = await spa.redeem(await spa.codeFor(person), { code_verifier: undefined })
      expect(answer.status).to.equal(400)
      expect(answer.text).not.to.contain('access_token')
    })

    it('is refused truncated, lengthened or in other case', async () => {
      const code = await app.codeFor(person)
      for (const bent of [code.slice(0, -1), `${code}A`, ` ${code}`, code.toLowerCase(), ''])
        expect((await app.redeem(bent)).status, bent).to.equal(400)
    })

    it('is no access token and no refresh token', async () => {
      const code = await app.codeFor(person)
      expect((await userinfo(stage, code)).status).to.equal(401)
      expect((await app.refresh(code)).json()).to.include({ error: 'invalid_grant' })
      expect((await app.introspect(code)).text).to.equal('{"active":false}')
    })

    it('lives for a minute at most [S-1.13][C-fapi2-security/ensure-token-endpoint-fails-with-expired-auth-code]', async () => {
      const code = await app.codeFor(person)
      const place = locate('AuthorizationCode', code)!
      const { payload } = (await stage.parts.store.readToken(place.key)) ?? {}
      const { exp } = JSON.parse(payload ?? '{}') as { exp: number }
      expect(exp * 1000 - Date.now()).to.be.within(1, 60_999)
    })

    it('gets an answer that no cache keeps, also when it is refused [S-1.32]', async () => {
      const code = await app.codeFor(person)
      for (const answer of [await app.redeem(code), await app.redeem('nothing')])
        expect(answer.headers, answer.text).to.include({ 'cache-control': 'no-store' })
    })

    it('is not used up when the client is refused', async () => {
      const code = await app.codeFor(person)
      const refused = await app.redeem(code, {}, basic(app.clientId, 'wrong'))
      expect(refused.status).to.equal(401)
      expect((await app.redeem(code)).status).to.equal(200)
    })
  })

import { expect } from 'chai'
import type { Account } from '../../../src/accounts/account.ts'
import { CALLBACK, register, VERIFIER } from '../relying-party.ts'
import type { Fields, Party, Tokens } from '../relying-party.ts'
import { sqliteStage } from '../stage.ts'
import type { Stage } from '../stage.ts'
import { lineOf, tell } from './told.ts'

const TOKEN = '/oauth/token'
const FORM = 'application/x-www-form-urlencoded'

describe('the answer to a refused token request says why', function () {
  let stage: Stage
  let app: Party
  let other: Party
  let open: Party
  let person: Account
  let tokens: Tokens

  before(async () => {
    stage = await sqliteStage()
    person = await stage.person()
    app = await register(stage)
    other = await register(stage)
    open = await register(stage, { token_endpoint_auth_method: 'none' })
    tokens = await app.tokensFor(person)
  })

  const ask = (form: Fields, headers?: Record<string, string>, party = app) =>
    party.call(TOKEN, form, headers)
  const body = (text: string, type?: string) =>
    stage.send({
      to: TOKEN,
      method: 'POST',
      body: text,
      headers: { ...app.auth, ...(type && { 'content-type': type }) },
    })
  const redeem = async (given: Fields) => app.redeem(await app.codeFor(person), given)

  describe('for its form', () => {
    tell(
      [
        [
          'JSON instead of a form',
          () => body('{}', 'application/json'),
          400,
          'invalid_request',
          /form.*urlencoded; got app.*json/,
        ],
        [
          'multipart',
          () => body('--x--', 'multipart/form-data; boundary=x'),
          400,
          'invalid_request',
          /got multipart\/form-data/,
        ],
        [
          'no Content-Type',
          () => body('grant_type=x'),
          400,
          'invalid_request',
          /'grant_type'; .*Content-Type.*missing/,
        ],
        [
          'a body of 60 kB',
          () => body(`a=${'b'.repeat(60_000)}`, FORM),
          400,
          'invalid_request',
          /larger than 56 KiB/,
        ],
        [
          'parameters in the address',
          () => stage.send({ to: `${TOKEN}?grant_type=x`, form: {}, headers: app.auth }),
          400,
          'invalid_request',
          /address.*in the body/,
        ],
        ['no grant_type', () => ask({}), 400, 'invalid_request', /^missing required parameter 'grant_type'$/],
        [
          'grant_type twice',
          () => ask({ grant_type: ['a', 'b'] }),
          400,
          'invalid_request',
          /'grant_type'.*twice/,
        ],
        [
          'a grant that does not exist',
          () => ask({ grant_type: 'password' }),
          400,
          'unsupported_grant_type',
          /takes authorization_code, refresh_token.*; got password$/,
        ],
        [
          'a grant that the client is not registered for',
          () => ask({ grant_type: 'client_credentials' }),
          400,
          'unauthorized_client',
          /grant_types; got client_credentials/,
        ],
      ],
      () => stage,
    )

    it('and does not repeat what could be a secret in the wrong place', async () => {
      const answer = await ask({ grant_type: `<b>${'x'.repeat(90)}` })
      expect(answer.json()['error_description']).to.match(
        /^grant_type takes.*; got \(masked: 93 characters\)$/,
      )
    })
  })

  describe('for its code', () => {
    const code = (given: Fields) =>
      ask({ grant_type: 'authorization_code', redirect_uri: CALLBACK, code_verifier: VERIFIER, ...given })
    tell(
      [
        [
          'no code',
          () => code({ redirect_uri: undefined }),
          400,
          'invalid_request',
          /'code' and 'redirect_uri'/,
        ],
        [
          'an unknown code',
          () => code({ code: 'x' }),
          400,
          'invalid_grant',
          /unknown, expired, used.*begin a new sign-in/,
        ],
        [
          'no code_verifier',
          () => redeem({ code_verifier: undefined }),
          400,
          'invalid_grant',
          /code_verifier is missing/,
        ],
        [
          'a wrong code_verifier',
          () => redeem({ code_verifier: 'x'.repeat(43) }),
          400,
          'invalid_grant',
          /code_challenge/,
        ],
        [
          'a short code_verifier',
          () => redeem({ code_verifier: 'x' }),
          400,
          'invalid_request',
          /43 characters/,
        ],
        [
          'a long code_verifier',
          () => redeem({ code_verifier: 'x'.repeat(129) }),
          400,
          'invalid_request',
          /128/,
        ],
        [
          'a code_verifier with a +',
          () => redeem({ code_verifier: '+'.repeat(43) }),
          400,
          'invalid_request',
          /characters/,
        ],
        [
          'another redirect_uri',
          () => redeem({ redirect_uri: `${CALLBACK}/` }),
          400,
          'invalid_grant',
          /redirect_uri.*exactly/,
        ],
        [
          'another resource than was granted',
          () => redeem({ resource: 'https://unknown.example/' }),
          400,
          'invalid_target',
          /resource/,
        ],
      ],
      () => stage,
    )
  })

  describe('for its refresh token', () => {
    const refresh = (given: Fields) => ask({ grant_type: 'refresh_token', ...given })
    tell(
      [
        ['none', () => refresh({}), 400, 'invalid_request', /'refresh_token'/],
        [
          'an unknown one',
          () => refresh({ refresh_token: 'x' }),
          400,
          'invalid_grant',
          /refresh token is unknown.*sign-in/,
        ],
        [
          'the access token in its place',
          () => refresh({ refresh_token: tokens.access_token }),
          400,
          'invalid_grant',
          /refresh token is unknown/,
        ],
        [
          'more scope than it has',
          () => refresh({ refresh_token: tokens.refresh_token, scope: 'openid phone' }),
          400,
          'invalid_scope',
          /scope phone: leave it out/,
        ],
      ],
      () => stage,
    )
  })

  it('and the log has the reason that the answer leaves out, with what came and what is registered', async () => {
    const wrong = await lineOf(stage, await redeem({ redirect_uri: `${CALLBACK}/x` }))
    expect(wrong).to.deep.include({
      detail: 'authorization code redirect_uri mismatch',
      got: `${CALLBACK}/x`,
      registered: [CALLBACK],
    })
    const unknown = { grant_type: 'authorization_code', code: 'x', redirect_uri: CALLBACK }
    expect(await lineOf(stage, await ask(unknown))).to.not.have.any.keys('got', 'registered')
    const foreign = await lineOf(stage, await other.redeem(await app.codeFor(person)))
    expect(foreign['detail']).to.equal('client mismatch')
    expect(JSON.stringify(foreign)).to.not.contain(app.clientId)
    const unproven = await open.redeem(await open.codeFor(person), { code_verifier: 'x'.repeat(43) })
    expect((await lineOf(stage, unproven))['detail']).to.match(/does not match code_challenge/)
  })
})

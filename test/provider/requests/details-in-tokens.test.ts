import { expect } from 'chai'
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { Account } from '../../../src/accounts/account.ts'
import { challengeOf, register, signIn, VERIFIER } from '../relying-party.ts'
import type { Fields, Party, Tokens } from '../relying-party.ts'
import { sqliteStage, until } from '../stage.ts'
import type { Stage } from '../stage.ts'

const API = 'https://signed.details.example/'
const TYPE = 'signed-order'

describe('authorization_details of an API that takes JWTs', function () {
  let stage: Stage
  let app: Party
  let person: Account
  const [one, two] = [
    { type: TYPE, item: 'one' },
    { type: TYPE, item: 'two' },
  ]
  const text = JSON.stringify([one, two])

  before(async () => {
    stage = await sqliteStage()
    await stage.createResource({
      identifier: API,
      scope: 'order',
      format: 'jwt',
      authorization_details_types: [{ type: TYPE, title: 'Order', fields: { item: { label: 'Item' } } }],
    })
    app = await register(stage, { allowed_resources: [API], authorization_details_types: [TYPE] })
    person = await stage.person()
    await until(async () => {
      const asked = () => stage.send({ to: '/.well-known/openid-configuration' })
      const metadata = await Promise.all([asked(), asked()])
      return metadata.every((answer) =>
        (answer.json()['authorization_details_types_supported'] as string[] | undefined)?.includes(TYPE),
      )
    }, 'discovery names the type')
  })

  const claimed = (token: string) => decodeJwt(token)['authorization_details']
  const asked = { scope: 'openid order offline_access', resource: API, authorization_details: text }

  it('are all that is asked for where there is no scope', async () => {
    const given = { ...asked, scope: undefined }
    const answer = await app.redeem(await app.codeFor(person, given), { resource: API })
    const { access_token: token, scope } = answer.json()
    expect(claimed(String(token))).to.have.length(2)
    expect(scope ?? '').to.equal('')
  })

  it('are in the token itself, and a refresh may ask for fewer and then for all again', async () => {
    const tokens = await app.tokensFor(person, asked)
    expect(claimed(tokens.access_token)).to.eql([one, two])
    const refresh = (given: Fields) => app.refresh(tokens.refresh_token, { resource: API, ...given })
    const less = (await refresh({ authorization_details: JSON.stringify([two]) })).json() as Tokens
    expect(claimed(less.access_token)).to.eql([two])
    expect(claimed(((await refresh({})).json() as Tokens).access_token)).to.eql([one, two])
    const more = JSON.stringify([{ type: TYPE, item: 'three' }])
    const refused = await refresh({ authorization_details: more })
    expect([refused.status, refused.json()['error']]).to.eql([400, 'invalid_authorization_details'])
    expect((await refresh({})).status, 'a refused request costs nothing').to.equal(200)
  })

  it('may come in a signed request, as JSON and not as text', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const key = { ...(await exportJWK(publicKey)), kty: 'EC' as const, kid: 'k', use: 'sig', alg: 'ES256' }
    const signing = await register(stage, {
      allowed_resources: [API],
      authorization_details_types: [TYPE],
      jwks: { keys: [key] },
    })
    const request = await new SignJWT({
      client_id: signing.clientId,
      response_type: 'code',
      redirect_uri: signing.redirectUri,
      scope: 'openid order',
      code_challenge: challengeOf(VERIFIER),
      code_challenge_method: 'S256',
      authorization_details: [one],
    })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setIssuer(signing.clientId)
      .setAudience(stage.issuer)
      .setIssuedAt()
      .setExpirationTime('2m')
      .sign(privateKey)
    const path = `/oauth/authorize?${new URLSearchParams({ client_id: signing.clientId, request })}`
    const url = await signIn(stage.visitor(), path, person)
    const redeemed = await signing.redeem(url.searchParams.get('code') ?? '', { resource: API })
    expect(claimed(String(redeemed.json()['access_token']))).to.eql([one])
  })

  const WRONG: [string, string][] = [
    ['no list', '{}'],
    ['an entry without a type', '[{"item":"one"}]'],
    ['an unknown type', '[{"type":"unknown"}]'],
    ['a field that the type lacks', `[{"type":"${TYPE}","more":1}]`],
    ['a location elsewhere', `[{"type":"${TYPE}","locations":["https://elsewhere.example/"]}]`],
  ]
  for (const [what, details] of WRONG)
    it(`are refused where they are pushed and where a code is redeemed: ${what}`, async () => {
      const form = {
        ...asked,
        authorization_details: details,
        client_id: app.clientId,
        response_type: 'code',
      }
      const pkce = { code_challenge: challengeOf(VERIFIER), code_challenge_method: 'S256' }
      const pushed = await app.call('/oauth/par', { ...form, ...pkce, redirect_uri: app.redirectUri })
      const code = await app.codeFor(person, asked)
      const redeemed = await app.redeem(code, { resource: API, authorization_details: details })
      for (const answer of [pushed, redeemed]) {
        expect([answer.status, answer.json()['error']], answer.text).to.eql([
          400,
          'invalid_authorization_details',
        ])
        expect(answer.json()['error_description'], answer.text).to.be.a('string')
      }
      expect((await app.redeem(code, { resource: API })).status, 'the code is still good').to.equal(200)
    })
})

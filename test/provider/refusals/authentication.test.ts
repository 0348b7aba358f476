import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { SignJWT } from 'jose'
import { nowSeconds } from '../binding/prover.ts'
import { register } from '../relying-party.ts'
import type { Fields, Party } from '../relying-party.ts'
import { basic } from '../send.ts'
import { sqliteStage } from '../stage.ts'
import type { Stage } from '../stage.ts'
import { lineOf, tell } from './told.ts'

const TOKEN = '/oauth/token'
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwks = { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'ES256' }] }
const machine = { grant_types: ['client_credentials' as const], redirect_uris: [] }
const asked = { grant_type: 'client_credentials' }

describe('the answer to a client that fails to authenticate says why', function () {
  let stage: Stage
  let app: Party
  let signer: Party
  let open: Party

  before(async () => {
    stage = await sqliteStage()
    app = await register(stage, machine)
    signer = await register(stage, {
      ...machine,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks,
    } as object)
    open = await register(stage, { token_endpoint_auth_method: 'none' })
  })

  const ask = (form: Fields, headers: Record<string, string> = {}) =>
    stage.send({ to: TOKEN, form: { ...asked, ...form }, headers })
  const raw = (authorization: string) => ask({}, { authorization })
  const pair = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

  type Bent = { claims?: Record<string, unknown>; key?: typeof own.privateKey }
  async function assertion({ claims = {}, key = own.privateKey }: Bent = {}): Promise<Fields> {
    const all = {
      iss: signer.clientId,
      sub: signer.clientId,
      aud: stage.issuer,
      jti: randomUUID(),
      iat: nowSeconds(),
      exp: nowSeconds() + 60,
      ...claims,
    }
    const header = { alg: 'ES256', kid: 'k' }
    const client_assertion = await new SignJWT(all).setProtectedHeader(header).sign(key)
    return { client_assertion, client_assertion_type: ASSERTION }
  }
  const bent = (claims: Record<string, unknown>) => async () => ask(await assertion({ claims }))

  tell(
    [
      ['nothing says who asks', () => ask({}), 400, 'invalid_request', /which client.*client_id/],
      [
        'a wrong secret',
        () => ask({}, basic(app.clientId, 'x')),
        401,
        'invalid_client',
        /client_secret.*urlencoded/,
      ],
      ['an unknown client', () => ask({}, basic('nobody', 'x')), 401, 'invalid_client', /check client_id/],
      [
        'a wrong secret in the body',
        () => ask({ client_id: app.clientId, client_secret: 'x' }),
        401,
        'invalid_client',
        /check client_id and client_secret/,
      ],
      ['no secret', () => ask({ client_id: app.clientId }), 401, 'invalid_client', /only client_id was sent/],
      [
        'a public client with a secret',
        () => ask({ client_id: open.clientId, client_secret: 'x' }),
        401,
        'invalid_client',
        /registered to authenticate with its secret/,
      ],
      [
        'a secret where an assertion is registered',
        () => ask({}, basic(signer.clientId, 'x')),
        401,
        'invalid_client',
        /registered to authenticate with its secret/,
      ],
      [
        'header and body both',
        () => ask({ client_id: app.clientId, client_secret: app.secret }, app.auth),
        400,
        'invalid_request',
        /one kind.*an Authorization header and client_secret/,
      ],
      [
        'another client_id in the body',
        () => ask({ client_id: 'x' }, app.auth),
        400,
        'invalid_request',
        /another than/,
      ],
      [
        'a header that is not base64',
        () => raw('Basic !!'),
        400,
        'invalid_request',
        /base64 of client_id:client_secret/,
      ],
      [
        'a header without colon',
        () => raw(pair('abc')),
        400,
        'invalid_request',
        /base64 of client_id:client_secret/,
      ],
      ['a bearer token instead', () => raw('Bearer abc'), 400, 'invalid_request', /takes Basic/],
      ['no space in the header', () => raw('Basic'), 400, 'invalid_request', /one space/],
      [
        'a secret with a bare percent sign',
        () => raw(pair(`${app.clientId}:%zz`)),
        400,
        'invalid_request',
        /%25/,
      ],
      ['an empty secret', () => raw(pair(`${app.clientId}:`)), 400, 'invalid_request', /empty/],
      [
        'an assertion that is no JWT',
        () => ask({ client_assertion: 'x', client_assertion_type: ASSERTION }),
        400,
        'invalid_request',
        /not a JWT/,
      ],
      [
        'an assertion without its type',
        async () => ask({ ...(await assertion()), client_assertion_type: undefined }),
        400,
        'invalid_request',
        /client_assertion_type is missing: send urn:/,
      ],
      [
        'an assertion of another type',
        async () => ask({ ...(await assertion()), client_assertion_type: 'jwt' }),
        400,
        'invalid_request',
        /client_assertion_type must have value urn:/,
      ],
      [
        'an assertion that has expired',
        () => bent({ exp: nowSeconds() - 100 })(),
        401,
        'invalid_client',
        /exp has passed/,
      ],
      [
        'an assertion for a day',
        () => bent({ exp: nowSeconds() + 86_400 })(),
        401,
        'invalid_client',
        /more than an hour/,
      ],
      ['an assertion without end', bent({ exp: undefined }), 401, 'invalid_client', /exp is missing/],
      [
        'an assertion from the future',
        // The moment of the request, not of the file's loading.
        () => bent({ iat: nowSeconds() + 600 })(),
        401,
        'invalid_client',
        /iat is \d{3} seconds in the future, and 60 are allowed: check the clock of the client/,
      ],
      [
        'an assertion of a clock that is half a minute ahead',
        async () => ask(await assertion({ claims: { nbf: nowSeconds() + 30 } })),
        401,
        'invalid_client',
        /nbf is (2\d|30) seconds in the future, and 10 are allowed: check the clock of the client/,
      ],
      [
        'an assertion for somebody else',
        bent({ aud: 'https://other.example' }),
        401,
        'invalid_client',
        /aud has to be/,
      ],
      ['an assertion without jti', bent({ jti: undefined }), 401, 'invalid_client', /jti is missing/],
      ['an assertion by another issuer', bent({ iss: 'me' }), 401, 'invalid_client', /iss and sub/],
      [
        'an assertion by another key',
        async () => ask(await assertion({ key: other.privateKey })),
        401,
        'invalid_client',
        /has the key that signed/,
      ],
      [
        'an assertion sent twice',
        async () => {
          const sent = await assertion()
          await ask(sent)
          return await ask(sent)
        },
        401,
        'invalid_client',
        /sent once/,
      ],
    ],
    () => stage,
  )

  it('and the log has what came, what is registered, and the reason that the answer leaves out', async () => {
    const line = await lineOf(stage, await ask({}, basic(signer.clientId, 'x')))
    expect(line).to.include({
      clientId: signer.clientId,
      got: 'client_secret_basic',
      registered: 'private_key_jwt',
    })
    expect(line['detail']).to.match(/does not match the registered/)
    const expired = await lineOf(stage, await ask(await assertion({ claims: { exp: nowSeconds() - 100 } })))
    expect(expired['detail']).to.match(/expired/)
    expect(expired['got']).to.match(
      /^client_assertion alg=ES256 kid=k iss=\S+ sub=\S+ aud=\S+ iat=\d+ exp=\d+$/,
    )
  })

  it('and the log has an unknown client_id, but no secret that was sent as the client_id', async () => {
    expect(await lineOf(stage, await ask({}, basic('shop-2', 'x')))).to.include({ got: 'shop-2' })
    expect(await lineOf(stage, await ask({ client_id: 'https://app.example/id' }))).to.include({
      got: 'https://app.example/id',
    })
    const signed = await ask(await assertion({ claims: { iss: 'shop-3', sub: 'shop-3' } }))
    expect(await lineOf(stage, signed)).to.include({ got: 'shop-3' })
    const swapped = await lineOf(stage, await ask({}, basic(app.secret, app.clientId)))
    expect(JSON.stringify(swapped)).to.not.contain(app.secret)
    expect(swapped['got']).to.equal('(masked: 43 characters)')
  })
})

import { expect } from 'chai'
import * as jose from 'jose'
import * as oidc from 'openid-client'
import type { DetailsTypeInput } from '../../src/resources/details-type.ts'
import { challengeOf, register, returnOf, signIn, VERIFIER } from '../provider/relying-party.ts'
import { openStage, sqliteStage, until } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { discover } from '../support/relying-party.ts'
import { createVerifier } from '../../examples/jwt-middleware/access-token.ts'
import { presented } from '../../examples/jwt-middleware/presented-request.ts'
import { examples, run } from './pages.ts'

const API = 'https://api.example.com/'
const PKCE = { code_challenge: challengeOf(VERIFIER), code_challenge_method: 'S256' }
type Refusal = [number, Record<string, string>, string?]

describe('the examples of requests, registration and resource servers', function () {
  let stage: Stage

  before(async () => {
    stage = await sqliteStage()
  })

  it('push and sign requests, and ask for signed answers', async () => {
    const { privateKey, publicKey } = await jose.generateKeyPair('ES256')
    const half = await jose.exportJWK(publicKey)
    const kid = await jose.calculateJwkThumbprint(half)
    const jwks = { keys: [{ ...half, kid, kty: 'EC', alg: 'ES256' }] } as never
    const app = await register(stage, { jwks })
    const config = await discover(stage.issuer, app.client)
    const parameters = { ...PKCE, redirect_uri: app.redirectUri, scope: 'openid', state: 'a-state' }
    const [code = ''] = examples('requests.md', 'Pushed and signed requests', 1)
    const given = { config, parameters, key: privateKey, kid }
    const made = await run(code, given, ['pushed', 'signed', 'answeredSigned'])
    const person = await stage.person()
    for (const name of ['pushed', 'signed'])
      expect((await signIn(stage.visitor(), String(made[name]), person)).search, name).to.contain('code=')
    const returned = await signIn(stage.visitor(), String(made['answeredSigned']), person)
    expect([...returned.searchParams.keys()]).to.eql(['response'])
    const checks = { pkceCodeVerifier: VERIFIER, expectedState: 'a-state' }
    expect(await oidc.authorizationCodeGrant(config, returned, checks)).to.include.keys('access_token')
  })

  it('ask for something in detail', async () => {
    const identifier = 'https://bank.docs.example/'
    const [json = ''] = examples('requests.md', 'Authorization details', 1, 'json')
    const type = JSON.parse(json) as DetailsTypeInput
    await stage.createResource({ identifier, scope: 'pay', authorization_details_types: [type] })
    await until(async () => {
      const asked = () => stage.send({ to: '/.well-known/openid-configuration' })
      const metadata = await Promise.all([asked(), asked()])
      return metadata.every(({ text }) => text.includes(`"${type.type}"`))
    }, 'every process knows the type')
    const allowed_resources = [identifier]
    const app = await register(stage, { allowed_resources, authorization_details_types: [type.type] })
    const config = await discover(stage.issuer, app.client)
    const parameters = { ...PKCE, redirect_uri: app.redirectUri, scope: 'pay' }
    const [code = ''] = examples('requests.md', 'Authorization details', 1)
    const [before = '', after = ''] = code.split('// And at the callback')
    const { toPay, payment } = await run(before, { config, parameters }, ['toPay', 'payment'])
    const returned = await signIn(stage.visitor(), String(toPay), await stage.person())
    const checks = { pkceCodeVerifier: VERIFIER }
    const { allowed } = await run(`// ${after}`, { config, returned, checks }, ['allowed'])
    expect(allowed).to.deep.include({ authorization_details: [payment] })
  })

  it('decrypt what was encrypted to the app', async () => {
    const { privateKey, publicKey } = await jose.generateKeyPair('ECDH-ES')
    const [json = '{}'] = examples('requests.md', 'Signed and encrypted responses', 1, 'json')
    const { jwks_uri: _, ...metadata } = JSON.parse(json) as Record<string, string>
    const key = { ...(await jose.exportJWK(publicKey)), kid: 'enc', use: 'enc', kty: 'EC' }
    const app = await register(stage, { ...metadata, jwks: { keys: [key] } as never })
    const config = await discover(stage.issuer, app.client)
    const person = await stage.person()
    const returned = await signIn(stage.visitor(), app.authorizePath(), person)
    const checks = { pkceCodeVerifier: VERIFIER, expectedState: 'a-state' }
    const [code = ''] = examples('requests.md', 'Signed and encrypted responses', 1)
    const given = { config, returned, checks, decryptionKey: privateKey, decryptionKid: 'enc' }
    const { tokens, person: shown } = await run(code, given, ['tokens', 'person'])
    expect((tokens as { id_token: string }).id_token.split('.')).to.have.length(5)
    expect(shown).to.include({ sub: person.id })
  })

  it('register an app by the protocol, and rename it', async () => {
    const own = await openStage({ store: 'sqlite', env: { ACCOUNT_SERVER_CLIENT_REGISTRATION: 'open' } })
    const [code = ''] = examples('registration.md', 'By the protocol', 1)
    const given = { issuer: new URL(own.issuer), initialAccessToken: undefined }
    const { client_id: id, changed } = await run(code, given, ['client_id', 'changed'])
    expect(changed).to.include({ client_id: id, client_name: 'Partner app, renamed' })
    expect(changed).to.include.keys('registration_access_token')
    await own.stop()
  })

  it('check opaque tokens', async () => {
    const { client } = await stage.createResource({ identifier: API, scope: 'ledger:read ledger:transfer' })
    const config = await discover(stage.issuer, client)
    const [code = ''] = examples('resource-servers.md', 'Resource servers', 2)
    const answered: Refusal[] = []
    const answer = (...given: Refusal) => answered.push(given)
    const ask = (authorization?: string) =>
      run(code, { config, answer, request: { headers: { authorization } } })
    for (const authorization of [undefined, 'Bearer forged', ...(await bearers())]) await ask(authorization)
    expect(answered.map(([status]) => status)).to.eql([401, 401, 200, 403])
    await ask('Bearer \u00ff')
    config[oidc.customFetch] = () => Promise.reject(new Error('away'))
    await ask('Bearer a-token')
    expect(answered.slice(4).map(([status]) => status)).to.eql([401, 503])
  })

  /** One that may read, and one that may not. */
  async function bearers(): Promise<string[]> {
    const app = await register(stage, {
      grant_types: ['client_credentials'],
      redirect_uris: [],
      allowed_resources: [API],
      scope: 'ledger:read ledger:transfer',
    })
    const scopes = ['ledger:read', 'ledger:transfer']
    const answers = scopes.map((scope) =>
      app.call('/oauth/token', { grant_type: 'client_credentials', scope }),
    )
    return (await Promise.all(answers)).map((answer) => `Bearer ${String(answer.json()['access_token'])}`)
  }

  it('check tokens that are JWTs', async () => {
    const [, code = ''] = examples('resource-servers.md', 'Resource servers', 2)
    const app = await register(stage)
    const config = await discover(stage.issuer, app.client)
    const answered: Refusal[] = []
    const given = {
      config,
      issuer: new URL(stage.issuer),
      createVerifier,
      presented,
      request: { headers: {}, headersDistinct: {}, socket: {}, url: '/', method: 'GET' },
      answer: (...refusal: Refusal) => answered.push(refusal),
    }
    await run(code, given)
    expect(answered).to.eql([[401, { 'WWW-Authenticate': 'Bearer' }]])
  })

  it('sign out, and hear of sign-outs', async () => {
    const [goodbye = '', receiver = ''] = examples('signing-out.md', 'Signing out', 2)
    const after = 'https://app.example.com/'
    const app = await register(stage, { post_logout_redirect_uris: [after] })
    const config = await discover(stage.issuer, app.client)
    const visitor = stage.visitor()
    const tokens = await app.tokensFor(await stage.person(), {}, visitor)
    const { goodbye: address } = await run(goodbye, { config, tokens }, ['goodbye'])
    expect(returnOf(await visitor.get(String(address)))).to.contain(`${after}?state=`)
    await hearing(receiver, config, app.clientId)
  })

  async function hearing(receiver: string, config: oidc.Configuration, clientId: string) {
    const { privateKey, publicKey } = await jose.generateKeyPair('ES256')
    const issuer = new URL(stage.issuer)
    const ended: unknown[] = []
    const given = {
      ...jose,
      // The example cannot have the keys of the server: it gets those of this test.
      createRemoteJWKSet: () => publicKey,
      issuer,
      config,
      clientId,
      endSessions: async (which: unknown) => void ended.push(which),
    }
    const { backchannelLogout, frontchannelLogout } = (await run(receiver, given, [
      'backchannelLogout',
      'frontchannelLogout',
    ])) as Record<string, (request: unknown, response: unknown) => Promise<void>>
    const statuses: number[] = []
    const response = { writeHead: (status: number) => (statuses.push(status), { end: () => undefined }) }
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
    const tell = async (claims: object) => {
      const token = await new jose.SignJWT({ sid: 's', sub: 'p', jti: 'j', ...claims })
        .setProtectedHeader({ alg: 'ES256', typ: 'logout+jwt' })
        .setIssuer(stage.issuer)
        .setAudience(clientId)
        .setIssuedAt()
        .setExpirationTime('2m')
        .sign(privateKey)
      await backchannelLogout?.([`logout_token=${token}`], response)
    }
    await tell({ events })
    await tell({ events, nonce: 'n' })
    await tell({})
    await frontchannelLogout?.({ url: `/frontchannel-logout?iss=${stage.issuer}&sid=s` }, response)
    await frontchannelLogout?.({ url: '/frontchannel-logout?iss=https://evil.example&sid=s' }, response)
    expect(statuses).to.eql([204, 400, 400, 200, 200])
    expect(ended).to.eql([{ sid: 's', sub: 'p' }, { sid: 's' }])
  }
})

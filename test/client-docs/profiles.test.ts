import { expect } from 'chai'
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import * as oidc from 'openid-client'
import type { Account } from '../../src/accounts/account.ts'
import { makeCertificate } from '../provider/binding/certificates.ts'
import { fetchWith } from '../provider/binding/mtls-request.ts'
import { challengeOf, register, signIn, VERIFIER } from '../provider/relying-party.ts'
import { openStage, sqliteStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { discover } from '../support/relying-party.ts'
import { freePort } from '../support/service-process.ts'
import { examples, run } from './pages.ts'

const RETURN = '// At the callback'
const TOOLS = 'https://tools.example.com/mcp'

describe('the examples of bound tokens and profiles', function () {
  let stage: Stage
  let issuer: URL
  let person: Account

  before(async () => {
    stage = await sqliteStage()
    issuer = new URL(stage.issuer)
    person = await stage.person()
  })

  const visit = (address: URL) => signIn(stage.visitor(), address.href, person)
  /** Puts the way through the browser where an example leaves it to the reader. */
  const visited = (code: string) => code.replace(RETURN, `const returned = await visit(address)\n${RETURN}`)

  it('bind tokens with DPoP, keep them so, and use them', async () => {
    const app = await register(stage, { dpop_bound_access_tokens: true })
    const config = await discover(stage.issuer, app.client)
    const returned = await visit(new URL(app.authorizePath(), stage.issuer))
    const checks = { pkceCodeVerifier: VERIFIER, expectedState: 'a-state' }
    const [code = ''] = examples('profiles.md', 'Binding tokens to a key', 2)
    // Userinfo is the resource server here.
    const here = code.replace('https://api.example.com/balance', `${stage.issuer}/oauth/userinfo`)
    const made = await run(here, { config, returned, checks }, ['bound', 'answer', 'refreshed'])
    expect(made['bound']).to.include({ token_type: 'dpop' })
    expect(made['refreshed']).to.include({ token_type: 'dpop' })
    expect((made['answer'] as Response).status).to.equal(200)
  })

  it('prove a client by a certificate', async () => {
    const authority = makeCertificate({ subject: [[['CN', 'An authority']]], authority: true })
    const server = makeCertificate({ subject: [[['CN', 'localhost']]], names: { dns: ['localhost'] } })
    const mine = makeCertificate({ issuer: authority, subject: [[['CN', 'machine']]], uses: ['client'] })
    const env = {
      ACCOUNT_SERVER_MTLS_PORT: String(await freePort()),
      ACCOUNT_SERVER_MTLS_CERT: server.cert,
      ACCOUNT_SERVER_MTLS_KEY: server.key,
      ACCOUNT_SERVER_MTLS_CLIENT_CA: authority.cert,
    }
    const own = await openStage({ store: 'sqlite', env })
    const { clientId } = await register(own, {
      redirect_uris: [],
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_auth_subject_dn: 'CN=machine',
      tls_client_certificate_bound_access_tokens: true,
    })
    // undici is not a dependency here: an agent with the certificate, and a fetch that takes one.
    type Connection = { connect: object }
    class Agent {
      readonly connect: object
      constructor(given: Connection) {
        this.connect = given.connect
      }
    }
    const present = fetchWith(mine)
    const byCertificate = (address: string, { dispatcher, ...options }: { dispatcher: Connection }) => {
      expect(dispatcher.connect).to.eql({ cert: mine.cert, key: mine.key })
      return address.startsWith('https:') ? present(address, options) : fetch(address, options)
    }
    const [, code = ''] = examples('profiles.md', 'Binding tokens to a key', 2)
    const given = { issuer: new URL(own.issuer), clientId, cert: mine.cert, key: mine.key }
    const { machine } = await run(code, { ...given, Agent, fetch: byCertificate }, ['machine'])
    const [, claims = ''] = (machine as { access_token: string }).access_token.split('.')
    expect(claims, 'an opaque token').to.equal('')
    await own.stop()
  })

  async function bank(profile: 'fapi2-security' | 'fapi2-message-signing') {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const half = await exportJWK(publicKey)
    const named = { kty: 'EC', alg: 'ES256', kid: await calculateJwkThumbprint(half) }
    const { clientId } = await register(stage, {
      profile,
      redirect_uris: ['https://bank.example.com/callback'],
      jwks: { keys: [{ ...half, ...named }] } as never,
    })
    const privateJwk: object = { ...(await exportJWK(privateKey)), ...named }
    return { issuer, clientId, privateJwk, visit }
  }

  it('keep to FAPI 2.0', async () => {
    const [code = ''] = examples('profiles.md', 'FAPI 2.0', 2)
    const made = await run(visited(code), await bank('fapi2-security'), ['tokens', 'person'])
    expect(made['tokens']).to.include({ token_type: 'dpop' })
    expect(made['person']).to.include({ sub: person.id, email: person.email })
  })

  it('keep to FAPI 2.0 with signed messages', async () => {
    const [first = '', second = ''] = examples('profiles.md', 'FAPI 2.0', 2)
    const setup = first.slice(0, first.indexOf('const address'))
    const { tokens } = await run(setup + visited(second), await bank('fapi2-message-signing'), ['tokens'])
    expect(tokens).to.include({ token_type: 'dpop' })
  })

  it('let an MCP client register itself and get a token for one server', async () => {
    const own = await openStage({
      store: 'sqlite',
      env: {
        ACCOUNT_SERVER_CLIENT_REGISTRATION: 'mcp',
        ACCOUNT_SERVER_OPEN_CLIENT_RESOURCES: TOOLS,
      },
    })
    const { client: api } = await own.createResource({
      identifier: TOOLS,
      scope: 'tools:call',
      name: 'Tools',
    })
    const somebody = await own.person()
    const parameters = {
      redirect_uri: 'http://127.0.0.1/callback',
      state: 'a-state',
      code_challenge: challengeOf(VERIFIER),
      code_challenge_method: 'S256',
    }
    const [code = ''] = examples('profiles.md', 'MCP', 1)
    const given = {
      issuer: new URL(own.issuer),
      parameters,
      checks: { pkceCodeVerifier: VERIFIER, expectedState: 'a-state' },
      visit: (address: URL) => signIn(own.visitor(), address.href, somebody),
    }
    const { tokens } = await run(visited(code), given, ['tokens'])
    const config = await discover(own.issuer, api)
    const { access_token: token } = tokens as { access_token: string }
    expect(await oidc.tokenIntrospection(config, token)).to.include({ aud: TOOLS, scope: 'tools:call' })
    await own.stop()
  })
})

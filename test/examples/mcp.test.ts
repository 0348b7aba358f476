import { createServer } from 'node:http'
import { expect } from 'chai'
import * as oidc from 'openid-client'
import { createResourceServer } from '../../examples/resource-server/resource-server.ts'
import { heading, press, signInHere } from '../journeys/steps.ts'
import { openBrowser } from '../support/browser.ts'
import { startServer } from '../support/running-server.ts'
import type { RunningServer } from '../support/running-server.ts'
import { freePort } from '../support/service-process.ts'
import { listenOn } from './listening.ts'

const PAGE = 'https://client.example.com'

/** The steps of the specification "Authorization" of the Model Context Protocol, by a client that knows one address. */
describe('an MCP client that knows only the address of a resource server', function () {
  let server: RunningServer
  let identifier: string
  let redirect: string
  const returns: string[] = []
  const ends: (() => Promise<unknown>)[] = []

  before(async () => {
    const port = await freePort()
    identifier = `http://localhost:${port}/`
    const env = {
      ACCOUNT_SERVER_CLIENT_REGISTRATION: 'mcp',
      ACCOUNT_SERVER_OPEN_CLIENT_RESOURCES: identifier,
    }
    server = await startServer({ store: 'sqlite', env })
    ends.push(() => server.stop())
    const { client } = await server.createResource({ identifier, scope: 'ledger:read ledger:transfer' })
    const app = await createResourceServer({
      issuer: server.issuer,
      identifier,
      clientId: client.client_id,
      clientSecret: client.client_secret ?? '',
    })
    ends.push(await listenOn(port, app))
    const clientPort = await freePort()
    redirect = `http://127.0.0.1:${clientPort}/callback`
    const listener = createServer((request, response) => {
      if (request.url?.startsWith('/callback')) returns.push(new URL(request.url, redirect).href)
      response.end('Back at the client')
    })
    ends.push(await listenOn(clientPort, listener))
  })
  after(async () => {
    for (const end of ends.reverse()) await end()
  })

  const json = async (answer: Response) => (await answer.json()) as Record<string, unknown>

  /** From the API's challenge to the metadata of the server that gives tokens for it. */
  async function findServer() {
    const challenge = (await fetch(`${identifier}balance`)).headers.get('www-authenticate') ?? ''
    const [, described = ''] = /resource_metadata="([^"]+)"/.exec(challenge) ?? []
    const resource = await json(await fetch(described))
    const [issuer = ''] = resource['authorization_servers'] as string[]
    const metadata = await json(await fetch(`${issuer}/.well-known/oauth-authorization-server`))
    expect(metadata['issuer']).to.equal(issuer)
    return { resource, metadata }
  }

  it('finds the server, registers from a web page, and gets a token for this resource alone', async () => {
    const { resource, metadata } = await findServer()
    const register = String(metadata['registration_endpoint'])
    const asked = {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    }
    const preflight = await fetch(register, { method: 'OPTIONS', headers: { origin: PAGE, ...asked } })
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).to.eql([204, PAGE])
    expect(preflight.headers.get('access-control-allow-headers')).to.contain('content-type')
    const made = await fetch(register, {
      method: 'POST',
      headers: { origin: PAGE, 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: 'Inspector',
        redirect_uris: [redirect],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      }),
    })
    expect([made.status, made.headers.get('access-control-allow-origin')]).to.eql([201, PAGE])
    expect(made.headers.get('access-control-allow-credentials')).to.equal(null)
    const config = new oidc.Configuration(
      metadata as unknown as oidc.ServerMetadata,
      String((await json(made))['client_id']),
      undefined,
      oidc.None(),
    )
    oidc.allowInsecureRequests(config)

    const { tokens } = await authorize(config, String(resource['resource']))
    const called = await fetch(`${identifier}balance`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    expect([called.status, (await json(called))['balance']]).to.eql([200, 100])
    const fresh = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '', { resource: identifier })
    expect(fresh.access_token).to.be.a('string')
    const elsewhere = await oidc
      .refreshTokenGrant(config, fresh.refresh_token ?? '', { resource: 'https://other.example.com/' })
      .catch((error: unknown) => error)
    expect(elsewhere).to.include({ error: 'invalid_target' })
  })

  /** In a browser, up to the tokens; `iss` of the answer is compared by openid-client. */
  async function authorize(config: oidc.Configuration, resource: string) {
    const { page, context } = await openBrowser({ javaScript: false })
    const person = await server.createAccount()
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
    const expectedState = oidc.randomState()
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirect,
      scope: 'ledger:read offline_access',
      prompt: 'consent',
      resource,
      state: expectedState,
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    })
    await page.goto(url.href)
    await signInHere(page, person)
    expect(await heading(page)).to.equal('Inspector asks for access')
    await press(page, 'Allow')
    await page.waitForURL((address) => address.href.startsWith(redirect))
    const checks = { pkceCodeVerifier, expectedState }
    const tokens = await oidc.authorizationCodeGrant(config, new URL(returns[0] ?? ''), checks, { resource })
    await context.close()
    return { tokens }
  }
})

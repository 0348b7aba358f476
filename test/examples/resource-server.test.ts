import { expect } from 'chai'
import * as oidc from 'openid-client'
import { createResourceServer } from '../../examples/resource-server/resource-server.ts'
import { discover } from '../support/relying-party.ts'
import { startServer } from '../support/running-server.ts'
import type { RunningServer } from '../support/running-server.ts'
import { freePort } from '../support/service-process.ts'
import { listenOn } from './listening.ts'

for (const format of ['opaque', 'jwt'] as const)
  describe(`the example resource server with ${format} tokens`, () => {
    let server: RunningServer
    let identifier: string
    let config: oidc.Configuration
    const ends: (() => Promise<unknown>)[] = []

    before(async () => {
      server = await startServer({ store: 'sqlite' })
      ends.push(() => server.stop())
      const port = await freePort()
      identifier = `http://localhost:${port}/`
      const { client } = await server.createResource({
        identifier,
        scope: 'ledger:read ledger:transfer',
        format,
      })
      const app = await createResourceServer({
        issuer: server.issuer,
        identifier,
        clientId: client.client_id,
        clientSecret: client.client_secret ?? '',
      })
      ends.push(await listenOn(port, app))
      config = await machine(identifier)
    })

    after(async () => {
      for (const end of ends.reverse()) await end()
    })

    async function machine(resource: string): Promise<oidc.Configuration> {
      const client = await server.createClient({
        grant_types: ['client_credentials'],
        scope: 'ledger:read ledger:transfer',
        allowed_resources: [resource],
      })
      return discover(server.issuer, client)
    }

    async function tokenFor(scope: string): Promise<string> {
      return (await oidc.clientCredentialsGrant(config, { resource: identifier, scope })).access_token
    }

    async function call(
      token?: string,
    ): Promise<{ status: number; challenge: string | null; body: unknown }> {
      const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
      const answer = await fetch(`${identifier}balance`, { headers })
      const body: unknown = await answer.json()
      return { status: answer.status, challenge: answer.headers.get('www-authenticate'), body }
    }

    it('answers a token with the right scope', async () => {
      const { status, body } = await call(await tokenFor('ledger:read'))
      expect(status).to.equal(200)
      expect(body).to.include({ balance: 100 })
    })

    const hint = () => `resource_metadata="${identifier}.well-known/oauth-protected-resource"`

    it('challenges a call without a token and names no error', async () => {
      expect(await call()).to.include({ status: 401, challenge: `Bearer realm="ledger", ${hint()}` })
    })

    it('says to a client without a token where to get one (RFC 9728)', async () => {
      const { challenge } = await call()
      const answer = await fetch(/resource_metadata="([^"]+)"/.exec(challenge ?? '')?.[1] ?? '')
      expect(await answer.json()).to.deep.include({
        resource: identifier,
        authorization_servers: [server.issuer],
        scopes_supported: ['ledger:read', 'ledger:transfer'],
      })
    })

    it('refuses a token that it cannot verify', async () => {
      const challenge = `Bearer realm="ledger", error="invalid_token", ${hint()}`
      for (const token of ['forged', 'for.ged.jwt', (await tokenFor('ledger:read')).slice(0, -2)])
        expect(await call(token), token).to.include({ status: 401, challenge })
    })

    it('refuses a token for another resource server', async () => {
      const other = 'http://localhost:1/'
      await server.createResource({ identifier: other, scope: 'ledger:read', format })
      const token = await oidc.clientCredentialsGrant(await machine(other), { resource: other })
      expect(await call(token.access_token)).to.include({ status: 401 })
    })

    it('says which scope is missing', async () => {
      const challenge = 'Bearer realm="ledger", error="insufficient_scope", scope="ledger:read"'
      expect(await call(await tokenFor('ledger:transfer'))).to.include({ status: 403, challenge })
    })
  })

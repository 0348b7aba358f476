import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import Provider from 'oidc-provider'
import type { Adapter, AdapterPayload } from 'oidc-provider'
import * as openid from 'openid-client'
import { pino } from 'pino'
import { createClientAdapter } from '../../src/provider/clients/client-adapter.ts'
import { EXTRA_CLIENT_METADATA } from '../../src/clients/client-metadata.ts'
import type { ClientInput } from '../../src/clients/client-metadata.ts'
import { compareClientSecret } from '../../src/clients/client-secret.ts'
import { createClient, disableClient, enableClient } from '../../src/clients/clients.ts'
import { createChangeFeed } from '../../src/platform/sql/change-feed.ts'
import { createSealer, deriveKey } from '../../src/platform/tokens.ts'
import { DATABASES } from '../platform/change-feed-databases.ts'
import type { MigratedDatabase } from '../platform/change-feed-databases.ts'

const job = { client_name: 'Job', grant_types: ['client_credentials'] } satisfies ClientInput
const noteEnded = () => Promise.reject(new Error('nothing ends here'))
const log = pino({ level: 'silent' })
const sealer = createSealer([deriveKey('a secret', 'data')])

for (const { name, open } of DATABASES) {
  describe(`client adapter on ${name}`, () => {
    let database: MigratedDatabase
    let nowMs = 1_700_000_000_000
    const clock = () => nowMs
    const needs = { clock, sealer }

    before(async () => (database = await open()))
    after(() => database.drop())

    function createNode() {
      const db = database.openAnother()
      const feed = createChangeFeed({ db, clock, log })
      return { db, feed, adapter: createClientAdapter({ db, noteEnded, sealer, clock, feed }) }
    }

    it('lets another process see a disabled client as unknown at its next poll', async () => {
      const { feed, adapter } = createNode()
      const { client_id } = await createClient(database.db, job, needs)
      await feed.check()
      expect(await adapter.find(client_id)).to.include({ client_name: 'Job' })

      await disableClient(database.db, client_id, clock)
      expect(await adapter.find(client_id), 'until the poll').to.include({ client_name: 'Job' })
      await feed.check()
      expect(await adapter.find(client_id)).to.equal(undefined)

      await enableClient(database.db, client_id, clock)
      await feed.check()
      expect(await adapter.find(client_id)).to.include({ client_name: 'Job' })
    })

    it('asks the database once a minute for a known client, and every five seconds for an unknown one', async () => {
      const { db, adapter } = createNode()
      let queries = 0
      db.on('query', () => (queries += 1))
      const { client_id } = await createClient(database.db, job, needs)
      const both = () => Promise.all([adapter.find(client_id), adapter.find('nobody')])
      for (let request = 0; request < 10; request += 1) await both()
      expect(queries).to.equal(2)
      nowMs += 5000
      await both()
      expect(queries).to.equal(3)
      nowMs += 55_000
      await both()
      expect(queries).to.equal(5)
    })

    it('forgets a client that it destroyed at once', async () => {
      const { adapter } = createNode()
      const { client_id } = await createClient(database.db, job, needs)
      await adapter.find(client_id)
      await adapter.destroy(client_id)
      expect(await adapter.find(client_id)).to.equal(undefined)
    })

    it('hands the scopes of resource servers over apart from those of the provider', async () => {
      const { adapter } = createNode()
      const scopesOf = async (scope: string | undefined) => {
        const { client_id } = await createClient(database.db, { ...job, scope }, needs)
        const found = await adapter.find(client_id)
        return [found?.scope, found?.resource_scope]
      }
      expect(await scopesOf('openid ledger:read email')).to.eql(['openid email', 'ledger:read'])
      expect(await scopesOf('ledger:read')).to.eql(['openid', 'ledger:read'])
      expect(await scopesOf(undefined)).to.eql(['openid', undefined])
    })

    it('says so when no data key opens a sealed secret', async () => {
      const input: ClientInput = { ...job, token_endpoint_auth_method: 'client_secret_jwt' }
      const { client_id } = await createClient(database.db, input, needs)
      const stranger = createSealer([deriveKey('another secret', 'data')])
      const adapter = createClientAdapter({
        db: database.db,
        noteEnded,
        sealer: stranger,
        clock,
        feed: { on: () => {} },
      })
      const refused = await Promise.resolve(adapter.find(client_id)).catch((error: Error) => error)
      expect(refused).to.include({ code: 'client_secret_unreadable', status: 500 })
    })

    describe('in front of the library', () => {
      let server: Server
      let issuer: URL

      before(async () => {
        server = createServer()
        server.listen(0, '127.0.0.1')
        await once(server, 'listening')
        issuer = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
        const provider = createProvider(issuer.href.slice(0, -1), createNode().adapter)
        server.on('request', (request, response) => void provider.callback()(request, response))
      })
      after(() => new Promise((resolve) => server.close(resolve)))

      async function token(clientId: string, auth: openid.ClientAuth): Promise<string> {
        const options = { execute: [openid.allowInsecureRequests] }
        const config = await openid.discovery(issuer, clientId, undefined, auth, options)
        try {
          return (await openid.clientCredentialsGrant(config)).access_token
        } catch (error) {
          if (error instanceof openid.ResponseBodyError) return error.error
          if (error instanceof openid.WWWAuthenticateChallengeError) return `challenge ${error.status}`
          throw error
        }
      }

      const secretMethods = [
        ['client_secret_basic', openid.ClientSecretBasic],
        ['client_secret_post', openid.ClientSecretPost],
        ['client_secret_jwt', openid.ClientSecretJwt],
      ] as const
      for (const [token_endpoint_auth_method, authenticate] of secretMethods) {
        it(`${token_endpoint_auth_method} works with the secret, and not with what is stored`, async () => {
          const input = { ...job, token_endpoint_auth_method }
          const { client_id, client_secret } = await createClient(database.db, input, needs)
          expect(await token(client_id, authenticate(client_secret!))).to.match(/^[\w-]{43}$/)
          const row = await database
            .db('clients')
            .select('secretHash', 'secretSealed')
            .where({ clientId: client_id })
            .first()
          const stored = row.secretHash ?? row.secretSealed
          for (const wrong of ['wrong', stored, `sha256:${stored}`, client_secret!.slice(0, -1)]) {
            expect(await token(client_id, authenticate(wrong)), wrong).to.match(
              /^(invalid_client|challenge 401)$/,
            )
          }
        })
      }

      it('private_key_jwt works with the key that was registered', async () => {
        const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
        const jwk = publicKey.export({ format: 'jwk' }) as { kty: 'EC' }
        const input = {
          ...job,
          token_endpoint_auth_method: 'private_key_jwt' as const,
          jwks: { keys: [jwk] },
        }
        const { client_id, ...rest } = await createClient(database.db, input, needs)
        expect(rest).not.to.have.property('client_secret')
        const der = privateKey.export({ format: 'der', type: 'pkcs8' })
        const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
        const key = await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
        expect(await token(client_id, openid.PrivateKeyJwt(key))).to.match(/^[\w-]{43}$/)
      })

      it('every kind of client is accepted by the library', async () => {
        const redirect_uris = ['https://app.example.com/callback']
        const provider = createProvider('https://op.example.com', createNode().adapter)
        const inputs: ClientInput[] = [
          { client_name: 'Web', redirect_uris, post_logout_redirect_uris: ['http://localhost:3000/'] },
          { client_name: 'SPA', redirect_uris, token_endpoint_auth_method: 'none', first_party: true },
          {
            client_name: 'App',
            redirect_uris: ['com.example.app:/cb', 'http://127.0.0.1/cb', ...redirect_uris],
          },
          { client_name: 'RS256', redirect_uris, id_token_signed_response_alg: 'RS256' },
          { client_name: 'Start', redirect_uris, initiate_login_uri: 'https://app.example.com/login' },
          { client_name: 'Api', grant_types: [], allowed_resources: ['https://api.example.com'] },
        ]
        for (const input of inputs) {
          const { client_id } = await createClient(database.db, input, needs)
          const client = await provider.Client.find(client_id)
          expect(client?.metadata(), JSON.stringify(input)).to.deep.include({
            client_id,
            client_name: input.client_name,
            first_party: input.first_party ?? false,
            profile: 'default',
            allowed_resources: input.allowed_resources ?? [],
          })
        }
      })
    })
  })
}

function createProvider(issuer: string, clients: Adapter): Provider {
  const provider = new Provider(issuer, {
    adapter: (model) => (model === 'Client' ? clients : memoryAdapter()),
    clientAuthMethods: [
      'client_secret_basic',
      'client_secret_post',
      'client_secret_jwt',
      'private_key_jwt',
      'none',
    ],
    claims: { openid: ['sub'], profile: ['name'], email: ['email'], groups: ['groups'], roles: ['roles'] },
    extraClientMetadata: { properties: [...EXTRA_CLIENT_METADATA] },
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
    cookies: { keys: ['a cookie key of the test'] },
    jwks: { keys: [generateKeyPairSync('ec', { namedCurve: 'P-256' }), generateRsa()].map(exportKey) },
  })
  Object.assign(provider.Client.prototype, {
    compareClientSecret(this: { clientSecret?: string }, presented: string) {
      return compareClientSecret(this.clientSecret, presented)
    },
  })
  return provider
}

function generateRsa() {
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

function exportKey({ privateKey }: { privateKey: ReturnType<typeof generateRsa>['privateKey'] }) {
  return privateKey.export({ format: 'jwk' }) as { kty: 'EC' | 'RSA' } & Record<string, string>
}

function memoryAdapter(): Adapter {
  const rows = new Map<string, AdapterPayload>()
  return {
    upsert: async (id, payload) => void rows.set(id, payload),
    find: async (id) => rows.get(id),
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    consume: async () => undefined,
    destroy: async (id) => void rows.delete(id),
    revokeByGrantId: async () => undefined,
  }
}

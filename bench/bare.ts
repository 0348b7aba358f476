/**
 * The library alone: the same features, keys and clients, nothing of ours around it, and its storage in memory.
 * Started with the path of a file that says what to serve; writes the tokens that it issued beside it, in JSON.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import Provider from 'oidc-provider'
import type { Adapter, AdapterPayload, Configuration } from 'oidc-provider'
import { createConfiguration } from '../src/provider/configuration.ts'
import { mintTokens } from './fill.ts'
import type { Filled } from './fill.ts'

export type BareSetup = Omit<Filled, 'fixture'> & { issuer: string; port: number; tokensFile: string }

const HOUR_SECONDS = 3600

/**
 * A Map, as the library's own adapter is one. That one itself would not do here: it forgets all but 1000 records, and
 * at every write walks all tokens of the grant.
 */
function createMemoryAdapter(model: string): Adapter {
  const records = new Map<string, AdapterPayload>()
  const unused = () => Promise.reject(new Error(`${model}: not part of what is measured`))
  return {
    find: async (id) => records.get(id),
    async upsert(id, payload) {
      records.set(id, payload)
    },
    async consume(id) {
      const record = records.get(id)
      if (record) record.consumed = Math.floor(Date.now() / 1000)
    },
    async destroy(id) {
      records.delete(id)
    },
    findByUid: unused,
    findByUserCode: unused,
    revokeByGrantId: unused,
  }
}

function configure({ issuer, clients, resource, keySet, accountId, claims }: BareSetup): Configuration {
  const shared = createConfiguration({
    issuer,
    secure: false,
    tokenAlgorithm: 'ES256',
    idTokenAlgorithm: 'ES256',
    keySet,
    cookieKeys: ['no cookie is set by what is measured'],
    dpopNonceSecret: Buffer.alloc(32),
    dpopNonceRequired: false,
    mtls: undefined,
    clock: Date.now,
    lifetimes: {
      accessTokenExpireSeconds: HOUR_SECONDS,
      offlineAccessIdleSeconds: 30 * 86_400,
      offlineAccessAbsoluteSeconds: 365 * 86_400,
      refreshTokenExpireSeconds: HOUR_SECONDS,
      authorizationCodeExpireSeconds: 60,
      interactionExpireSeconds: HOUR_SECONDS,
      sessionIdleSeconds: HOUR_SECONDS,
      sessionAbsoluteSeconds: HOUR_SECONDS,
    },
    unverifiedAccountsMayAuthorize: false,
    termsVersion: undefined,
    secondFactors: {
      passkeys: true,
      strongest: async () => 'urn:account-server:acr:password',
      isRequired: async () => false,
    },
    detailsTypes: [],
    adapter: createMemoryAdapter,
    findAccount: async (_ctx, sub) =>
      sub === accountId ? { accountId, claims: async () => ({ ...claims, sub }) } : undefined,
    pairwiseIdentifier: (_ctx, sub) => sub,
    restrainClient: () => undefined,
    parts: [],
    findResource: async (identifier) => (identifier === resource.identifier ? resource : undefined),
    loadExistingGrant: undefined,
    renderError: (ctx, out) => {
      ctx.body = out
    },
    interactionUrl: () => '/',
    fetch: () => Promise.reject(new Error('nothing is fetched in what is measured')),
  })
  // An empty scope is none to the library.
  const known = clients.map((client) => ({ ...client, scope: client.scope || 'openid' }))
  return { ...shared, loadExistingGrant: async () => undefined, clients: known as Configuration['clients'] }
}

const setup = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as BareSetup
const provider = new Provider(setup.issuer, configure(setup))
const minted = await mintTokens(provider, setup.clients[0]!.client_id, setup.accountId)
const handle = provider.callback()
const server = createServer((request, response) => void handle(request, response))
writeFileSync(setup.tokensFile, JSON.stringify(minted))
server.listen(setup.port, '127.0.0.1')

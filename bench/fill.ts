/** Fills a server's database with the clients, the account and the tokens that the workloads use. */
import { randomUUID } from 'node:crypto'
import type Provider from 'oidc-provider'
import { addAccount } from '../src/accounts/operator/operator-account.ts'
import { openPagelessSite } from '../src/process/pageless-provider.ts'
import { createClient } from '../src/clients/clients.ts'
import type { RegisteredClient } from '../src/clients/clients.ts'
import { createResource } from '../src/resources/resources.ts'
import type { Resource } from '../src/resources/resources.ts'
import type { KeySet } from '../src/keys/key-set.ts'
import { loadKeySet } from '../src/keys/key-set.ts'
import type { Parts } from '../src/process/start/parts.ts'
import type { Fixture } from './workloads.ts'

export type Minted = Pick<Fixture, 'accessTokens' | 'refreshTokens'>
/** What the bare library is given, so that it serves the same clients with the same keys. */
export type Filled = {
  fixture: Fixture
  clients: RegisteredClient[]
  resource: Resource
  keySet: KeySet['jwks']
  accountId: string
  claims: Record<string, unknown>
}

const RESOURCE = 'https://api.example.com'
const EMAIL = 'person@example.com'
const SCOPE = 'openid email profile offline_access'
/** Enough that no two connections share one. */
const TOKENS = 64
const HOUR_SECONDS = 3600

export async function fill(parts: Parts): Promise<Filled> {
  const { resource } = await createResource(
    parts.db,
    { identifier: RESOURCE, scope: 'read', format: 'jwt' },
    parts,
  )
  const app = await createClient(
    parts.db,
    {
      client_name: 'App',
      redirect_uris: ['https://app.example.com/callback'],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      id_token_signed_response_alg: 'ES256',
    },
    parts,
  )
  const machine = await createClient(
    parts.db,
    { client_name: 'Machine', grant_types: ['client_credentials'], allowed_resources: [RESOURCE] },
    parts,
  )
  const account = await addAccount(parts, {
    email: EMAIL,
    name: 'Example Person',
    password: randomUUID(),
    verified: true,
    actor: 'cli',
  })
  const provider = await providerOf(parts)
  const minted = await mintTokens(provider, app.client_id, account.id)
  return {
    fixture: {
      port: parts.config.port,
      app: credentials(app),
      machine: credentials(machine),
      resource: RESOURCE,
      ...minted,
    },
    clients: [app, machine],
    resource,
    keySet: (await loadKeySet(parts.db, parts.sealer)).jwks,
    accountId: account.id,
    claims: { sub: account.id, email: EMAIL, email_verified: true, name: 'Example Person' },
  }
}

/** Tokens as a person's consent to `clientId` would have brought them; each pair under a grant of its own. */
export async function mintTokens(provider: Provider, clientId: string, accountId: string): Promise<Minted> {
  const client = await provider.Client.find(clientId)
  if (!client) throw new Error(`no client ${clientId}`)
  const minted: Minted = { accessTokens: [], refreshTokens: [] }
  for (let count = 0; count < TOKENS; count += 1) {
    const grant = new provider.Grant({ accountId, clientId })
    grant.addOIDCScope(SCOPE)
    const token = {
      accountId,
      client,
      grantId: await grant.save(),
      gty: 'authorization_code',
      scope: SCOPE,
      // Given, because the configured lifetimes look at a request, and there is none here.
      expiresIn: HOUR_SECONDS,
    }
    minted.accessTokens.push(await new provider.AccessToken(token as never).save())
    minted.refreshTokens.push(await new provider.RefreshToken(token as never).save())
  }
  return minted
}

/** The server's own provider without its pages, which nothing here opens. */
export async function providerOf(parts: Parts): Promise<Provider> {
  const { oidc } = await openPagelessSite(parts)
  return oidc.current()
}

function credentials({ client_id: clientId, client_secret: secret = '' }: RegisteredClient) {
  return { clientId, secret }
}

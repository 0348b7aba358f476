/**
 * Development data: sample people, a demo app and a demo resource server. A second run changes nothing.
 *
 * Client secrets are stored as digests and cannot be read back, yet every run must print them. So they are derived from
 * the installation's own key: the same on each run, different on each installation, and nowhere in this file.
 */
import { findAccountByEmail } from '../src/accounts/account.ts'
import { addAccount } from '../src/accounts/operator-account.ts'
import type { OperatorNeeds } from '../src/accounts/operator-account.ts'
import type { Db } from '../src/platform/database.ts'
import { digest, keyedDigest } from '../src/platform/tokens.ts'
import {
  findClientWithSecret,
  insertClient,
  rotateClientSecret,
  toRegisteredMetadata,
} from '../src/oidc/clients/clients.ts'
import type { ClientNeeds, RegisteredClient } from '../src/oidc/clients/clients.ts'
import { createResource, findResource } from '../src/oidc/clients/resources.ts'

type Needs = OperatorNeeds & ClientNeeds & { keys: { index: Buffer } }

const PEOPLE = [
  { email: 'person.one@example.com', password: 'violet kettle 41', name: 'Sample Person One', locale: 'en' },
  { email: 'person.two@example.com', password: 'amber lantern 52', name: '示例用户二', locale: 'zh-CN' },
  { email: 'person.three@example.com', password: 'cobalt teapot 63', name: 'Пример Третий', locale: 'ru' },
] as const

/** The relying party of examples/relying-party. */
const DEMO_APP = {
  clientId: 'demo-app',
  metadata: {
    client_name: 'Demo App',
    redirect_uris: ['http://localhost:8710/callback'],
    post_logout_redirect_uris: ['http://localhost:8710/'],
    scope: 'openid profile email offline_access ledger:read ledger:transfer',
    allowed_resources: ['http://localhost:8720/'],
  },
}

const DEMO_RESOURCE = {
  clientId: 'demo-ledger',
  input: {
    identifier: 'http://localhost:8720/',
    name: 'Demo Ledger',
    scope: 'ledger:read ledger:transfer',
    scope_texts: { 'ledger:read': 'See your balance', 'ledger:transfer': 'Transfer money' },
  },
}

export type SeededAccount = { id: string; email: string; password: string; name: string }

export type Seeded = {
  changed: boolean
  accounts: SeededAccount[]
  client: RegisteredClient
  resource: { identifier: string; name: string; scope: string; client_id: string; client_secret: string }
}

/** What exists is left as it is, but for a secret that no longer fits the installation's key. */
export async function seedDevelopment(needs: Needs): Promise<Seeded> {
  const made: boolean[] = []
  const accounts: SeededAccount[] = []
  for (const person of PEOPLE) {
    const existing = await findAccountByEmail(needs.db, person.email)
    const account = existing ?? (await addAccount(needs, { ...person, verified: true, actor: 'cli' }))
    made.push(!existing)
    accounts.push({ id: account.id, email: account.email, password: person.password, name: account.name })
  }
  const resourceSecret = secretOf(needs, DEMO_RESOURCE.clientId)
  made.push(await placeResource(needs, resourceSecret))
  const secret = secretOf(needs, DEMO_APP.clientId)
  made.push(await placeApp(needs, secret))
  const app = await theClient(needs.db, DEMO_APP.clientId)
  const { name, identifier, scopes, clientId } = await theResource(needs.db)
  return {
    changed: made.includes(true),
    accounts,
    client: { ...toRegisteredMetadata(app.client), client_secret: secret, client_secret_expires_at: 0 },
    resource: { identifier, name, scope: scopes, client_id: clientId, client_secret: resourceSecret },
  }
}

/** Both answer whether they changed anything. */
async function placeApp(needs: Needs, secret: string): Promise<boolean> {
  const { clientId, metadata } = DEMO_APP
  if (await findClientWithSecret(needs.db, clientId)) return renewSecret(needs, clientId, secret)
  await needs.db.transaction((trx) => insertClient(trx, metadata, needs, { clientId, secret }))
  return true
}

async function placeResource(needs: Needs, secret: string): Promise<boolean> {
  const { clientId, input } = DEMO_RESOURCE
  const existing = await findResource(needs.db, input.identifier)
  if (existing) return renewSecret(needs, existing.clientId, secret)
  await createResource(needs.db, input, needs, { clientId, secret })
  return true
}

async function renewSecret(needs: Needs, clientId: string, secret: string): Promise<boolean> {
  const { secret: stored } = await theClient(needs.db, clientId)
  if (stored.secretHash === digest(secret)) return false
  await rotateClientSecret(needs.db, clientId, needs, { secret })
  return true
}

function secretOf({ keys }: Needs, clientId: string): string {
  return keyedDigest(keys.index, `development client secret: ${clientId}`)
}

async function theClient(db: Db, clientId: string) {
  const found = await findClientWithSecret(db, clientId)
  if (found) return found
  throw new Error(`the client ${clientId} was deleted meanwhile`)
}

async function theResource(db: Db) {
  const found = await findResource(db, DEMO_RESOURCE.input.identifier)
  if (found) return found
  throw new Error('the demo resource server was deleted meanwhile')
}

/**
 * Development data: sample people, a demo app and a demo resource server. A second run changes nothing.
 *
 * Client secrets are stored as digests and cannot be read back, yet every run must print them. So they are derived from
 * the installation's own key: the same on each run, different on each installation, and nowhere in this file.
 */
import { findAccountByEmail } from '../src/accounts/account.ts'
import { addAccount } from '../src/accounts/operator/operator-account.ts'
import type { Db } from '../src/platform/sql/database.ts'
import { digest, keyedDigest } from '../src/platform/tokens.ts'
import {
  findClientWithSecret,
  insertClient,
  rotateClientSecret,
  toRegisteredMetadata,
} from '../src/clients/clients.ts'
import type { RegisteredClient } from '../src/clients/clients.ts'
import { createResource, findResource } from '../src/resources/resources.ts'
import type { Services } from '../src/services.ts'

const PEOPLE = [
  { email: 'person.one@example.com', password: 'violet kettle 41', name: 'Sample Person One', locale: 'en' },
  { email: 'person.two@example.com', password: 'amber lantern 52', name: '示例用户二', locale: 'zh-CN' },
  { email: 'person.three@example.com', password: 'cobalt teapot 63', name: 'Пример Третий', locale: 'ru' },
] as const

/** Where the demo app and the demo resource server listen on this machine. */
export type DemoPorts = { app: number; api: number }

export const DEMO_PORTS: DemoPorts = { app: 8710, api: 8720 }

/** The relying party of examples/relying-party. On other ports it is a client of its own. */
function demoApp({ app, api }: DemoPorts) {
  const usual = app === DEMO_PORTS.app && api === DEMO_PORTS.api
  return {
    clientId: usual ? 'demo-app' : `demo-app-${app}-${api}`,
    metadata: {
      client_name: 'Demo App',
      redirect_uris: [`http://localhost:${app}/callback`],
      post_logout_redirect_uris: [`http://localhost:${app}/`],
      scope: 'openid profile email offline_access ledger:read ledger:transfer',
      allowed_resources: [`http://localhost:${api}/`],
    },
  }
}

function demoResource({ api }: DemoPorts) {
  return {
    clientId: api === DEMO_PORTS.api ? 'demo-ledger' : `demo-ledger-${api}`,
    input: {
      identifier: `http://localhost:${api}/`,
      name: 'Demo Ledger',
      scope: 'ledger:read ledger:transfer',
      scope_texts: { 'ledger:read': 'See your balance', 'ledger:transfer': 'Transfer money' },
    },
  }
}

export type SeededAccount = { id: string; email: string; password: string; name: string }

export type Seeded = {
  changed: boolean
  accounts: SeededAccount[]
  client: RegisteredClient
  resource: { identifier: string; name: string; scope: string; client_id: string; client_secret: string }
}

/** What exists is left as it is, but for a secret that no longer fits the installation's key. */
export async function seedDevelopment(needs: Services, ports = DEMO_PORTS): Promise<Seeded> {
  const [demoClient, ledger] = [demoApp(ports), demoResource(ports)]
  const made: boolean[] = []
  const accounts: SeededAccount[] = []
  for (const person of PEOPLE) {
    const existing = await findAccountByEmail(needs.db, person.email)
    const account = existing ?? (await addAccount(needs, { ...person, verified: true, actor: 'cli' }))
    made.push(!existing)
    accounts.push({ id: account.id, email: account.email, password: person.password, name: account.name })
  }
  const resourceSecret = secretOf(needs, ledger.clientId)
  made.push(await placeResource(needs, ledger, resourceSecret))
  const secret = secretOf(needs, demoClient.clientId)
  made.push(await placeApp(needs, demoClient, secret))
  const app = await theClient(needs.db, demoClient.clientId)
  const { name, identifier, scopes, clientId } = await theResource(needs.db, ledger.input.identifier)
  return {
    changed: made.includes(true),
    accounts,
    client: { ...toRegisteredMetadata(app.client), client_secret: secret, client_secret_expires_at: 0 },
    resource: { identifier, name, scope: scopes, client_id: clientId, client_secret: resourceSecret },
  }
}

/** Both answer whether they changed anything. */
async function placeApp(
  needs: Services,
  { clientId, metadata }: ReturnType<typeof demoApp>,
  secret: string,
): Promise<boolean> {
  if (await findClientWithSecret(needs.db, clientId)) return renewSecret(needs, clientId, secret)
  await needs.db.transaction((trx) => insertClient(trx, metadata, needs, { clientId, secret }))
  return true
}

async function placeResource(
  needs: Services,
  { clientId, input }: ReturnType<typeof demoResource>,
  secret: string,
): Promise<boolean> {
  const existing = await findResource(needs.db, input.identifier)
  if (existing) return renewSecret(needs, existing.clientId, secret)
  await createResource(needs.db, input, needs, { clientId, secret })
  return true
}

async function renewSecret(needs: Services, clientId: string, secret: string): Promise<boolean> {
  const { secret: stored } = await theClient(needs.db, clientId)
  if (stored.secretHash === digest(secret)) return false
  await rotateClientSecret(needs.db, clientId, needs, { secret })
  return true
}

function secretOf({ config: { keys } }: Services, clientId: string): string {
  return keyedDigest(keys.index, `development client secret: ${clientId}`)
}

async function theClient(db: Db, clientId: string) {
  const found = await findClientWithSecret(db, clientId)
  if (found) return found
  throw new Error(`the client ${clientId} was deleted meanwhile`)
}

async function theResource(db: Db, identifier: string) {
  const found = await findResource(db, identifier)
  if (found) return found
  throw new Error('the demo resource server was deleted meanwhile')
}

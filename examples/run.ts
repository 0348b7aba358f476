/**
 * `npm run example`: the demo app and the demo resource server against the account server that runs here, or against one
 * that is started for them. Both are registered by the seed. `npm run example -- ledger` starts the ledger instead.
 */
import { once } from 'node:events'
import type { Server } from 'node:http'
import { loadConfig } from '../src/settings/config.ts'
import { cli, ensureAccountServer } from './account-server.ts'
import { firstFreePort } from './free-ports.ts'
import { startLedger } from './ledger/start.ts'
import { createRelyingParty } from './relying-party/relying-party.ts'
import { createResourceServer } from './resource-server/resource-server.ts'

type Seeded = {
  accounts: { email: string; password: string }[]
  client: { client_id: string; client_secret: string; redirect_uris: [string] }
  resource: { identifier: string; scope: string; client_id: string; client_secret: string }
}

async function main([which]: string[]): Promise<void> {
  const { issuer } = loadConfig(undefined, { persist: false })
  if (which === 'ledger') return startLedger(issuer)
  if (which !== undefined) throw new Error(`takes nothing, or: ledger. It got: ${which}`)
  await ensureAccountServer(issuer)
  const [appPort, apiPort] = [await firstFreePort(8710), await firstFreePort(8720)]
  const ports = ['--app-port', String(appPort), '--api-port', String(apiPort)]
  const { accounts, client, resource } = (await cli(['seed', ...ports])) as Seeded
  const api = await createResourceServer({
    issuer,
    identifier: resource.identifier,
    clientId: resource.client_id,
    clientSecret: resource.client_secret,
  })
  const publicUrl = new URL(client.redirect_uris[0]).origin
  const app = await createRelyingParty({
    issuer,
    publicUrl,
    clientId: client.client_id,
    clientSecret: client.client_secret,
    api: resource,
  })
  await listen(api, resource.identifier)
  await listen(app, publicUrl)
  const [person] = accounts
  process.stdout.write(
    `\nDemo app         ${publicUrl}\nResource server  ${resource.identifier}\n` +
      `Sign in with     ${person?.email} / ${person?.password}\nCtrl-C ends both.\n`,
  )
}

async function listen(server: Server, address: string): Promise<void> {
  server.listen(Number(new URL(address).port), '127.0.0.1')
  await once(server, 'listening')
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0))

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`example: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})

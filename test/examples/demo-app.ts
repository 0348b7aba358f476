/** The example app and resource server on free ports, registered at a running server. */
import { createRelyingParty } from '../../examples/relying-party/relying-party.ts'
import { createResourceServer } from '../../examples/resource-server/resource-server.ts'
import { listenOn } from './listening.ts'
import type { RunningServer } from '../support/running-server.ts'
import { freePort } from '../support/service-process.ts'

export type DemoApp = Awaited<ReturnType<typeof startExamples>>

type Options = Pick<Parameters<typeof createResourceServer>[0], 'transfers'>

export async function startExamples(server: RunningServer, options: Options = {}) {
  const { issuer } = server
  const [appPort, apiPort] = [await freePort(), await freePort()]
  const [publicUrl, identifier] = [`http://localhost:${appPort}`, `http://localhost:${apiPort}/`]
  const api = await server.createResource({
    identifier,
    name: 'Demo Ledger',
    scope: 'ledger:read ledger:transfer',
    scope_texts: { 'ledger:read': 'See your balance', 'ledger:transfer': 'Transfer money' },
  })
  const client = await server.createClient({
    client_name: 'Demo App',
    client_uri: publicUrl,
    redirect_uris: [`${publicUrl}/callback`],
    post_logout_redirect_uris: [`${publicUrl}/`],
    scope: 'openid profile email offline_access ledger:read ledger:transfer',
    allowed_resources: [identifier],
  })
  const resourceServer = await createResourceServer({
    issuer,
    identifier,
    clientId: api.client.client_id,
    clientSecret: api.client.client_secret ?? '',
    ...options,
  })
  const relyingParty = await createRelyingParty({
    issuer,
    publicUrl,
    clientId: client.client_id,
    clientSecret: client.client_secret ?? '',
    api: { identifier, scope: 'ledger:read ledger:transfer' },
  })
  const ends = [await listenOn(apiPort, resourceServer), await listenOn(appPort, relyingParty)]
  return {
    publicUrl,
    async stop() {
      for (const end of ends) await end()
    },
  }
}

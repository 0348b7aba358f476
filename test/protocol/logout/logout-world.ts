/** What every logout test starts from: a server in each of the two settings, and an app that hears of logouts. */
import type { ClientInput } from '../../../src/clients/client-metadata.ts'
import { startLogoutReceiver } from '../../support/logout-receiver.ts'
import type { LogoutReceiver } from '../../support/logout-receiver.ts'
import { startRelyingParty } from '../../support/relying-party.ts'
import type { RelyingParty } from '../../support/relying-party.ts'
import { startServer } from '../../support/running-server.ts'
import type { Person, RunningServer, Store } from '../../support/running-server.ts'
import { createVisitor } from '../../support/visitor.ts'
import type { Visitor } from '../../support/visitor.ts'
import { signIn } from '../../provider/relying-party.ts'

export type LogoutWorld = {
  server: RunningServer
  receiver: LogoutReceiver
  /** By default an app that hears of logouts at `receiver`. */
  app: (client?: Partial<ClientInput>, scope?: string) => Promise<RelyingParty>
}

export function inBothSettings(title: string, sentences: (world: LogoutWorld) => void): void {
  for (const store of ['sqlite', 'mariadb+redis'] as const) inSetting(store, title, sentences)
}

/** For what pages do with the ended sessions, which both stores end alike. */
export function inService(title: string, sentences: (world: LogoutWorld) => void): void {
  inSetting('mariadb+redis', title, sentences)
}

function inSetting(store: Store, title: string, sentences: (world: LogoutWorld) => void): void {
  describe(`${title}, on ${store}`, function () {
    const world = {} as LogoutWorld
    const ends: (() => Promise<unknown>)[] = []
    before(async () => {
      const env = { ACCOUNT_SERVER_MAX_ACTIVE_SESSIONS: '2' }
      const server = await startServer({ store, env })
      const receiver = await startLogoutReceiver(server.issuer)
      ends.push(
        () => server.stop(),
        () => receiver.stop(),
      )
      Object.assign(world, {
        server,
        receiver,
        async app(client: Partial<ClientInput> = {}, scope = 'openid email') {
          const told = { backchannel_logout_uri: receiver.uri, first_party: true, ...client }
          const app = await startRelyingParty(server, { client: told, scope })
          ends.push(() => app.stop())
          return app
        },
      })
    })
    after(async () => {
      for (const end of ends.reverse()) await end()
    })
    sentences(world)
  })
}

/** Signs in at an app, in this browser or a new one. */
export async function signInAt(
  server: Pick<RunningServer, 'issuer'>,
  app: RelyingParty,
  { account, password }: Person,
  visitor: Visitor = createVisitor(server.issuer),
  parameters: Record<string, string> = {},
) {
  const request = await app.begin(parameters)
  const returned = await signIn(visitor, request.url, account, password)
  const tokens = await app.finish(request, returned)
  return { visitor, tokens, idToken: tokens.id_token ?? '', claims: tokens.claims()! }
}

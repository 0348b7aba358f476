/** A provider of OAuth 2 that accounts of a stage are connected with, for tests of what every way in has in common. */
import type { Account } from '../../src/accounts/account.ts'
import { connect } from '../../src/upstreams/links.ts'
import { addUpstream, removeUpstream } from '../../src/upstreams/upstream-changes.ts'
import { until } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { startOAuth2StandIn } from '../support/oauth2-stand-in.ts'
import { formsOf } from '../support/visitor.ts'
import type { Visited, Visitor } from '../support/visitor.ts'

export type ConnectedProvider = Awaited<ReturnType<typeof openConnectedProvider>>

const BY = { actor: 'cli' }
let made = 0

export async function openConnectedProvider(stage: Stage) {
  const { parts } = stage
  const provider = await startOAuth2StandIn()
  const id = `connected-${(made += 1)}`
  const upstream = await addUpstream(parts, { id, label: 'Other', ...provider.definition }, BY)
  return {
    id,
    async connect({ id: accountId }: Account): Promise<string> {
      const identity = { subject: accountId, emailVerified: false, shownAs: 'somebody', amr: [] }
      const connected = await connect(parts, { accountId, upstream, identity }, BY)
      if (!connected.ok) throw new Error(`not connected: ${connected.reason}`)
      return accountId
    },
    /** Opens a page that leads to the sign-in page, and signs in with the provider. */
    async signIn(visitor: Visitor, path: string, { id: subject }: Account): Promise<Visited> {
      const page = await visitor.get(path)
      const { pathname, search } = page.url
      const csrf = formsOf(page.text)[0]?.hidden['_csrf'] ?? ''
      // The page of another process may not have the button yet; its address is there at once.
      const answer = await visitor.post(`${pathname}/upstream/${id}${search}`, { _csrf: csrf })
      const address = answer.headers.get('location')
      if (!address) throw new Error(`${answer.status} ${answer.heading} at ${answer.url.href}`)
      return visitor.get(provider.signIn(address, { id: subject }))
    },
    /** Presses the button of another page. */
    async press(visitor: Visitor, path: string, { id: subject }: Account): Promise<Visited> {
      const page = await visitor.get(path)
      const csrf = formsOf(page.text)[0]?.hidden['_csrf'] ?? ''
      const answer = await visitor.post(`/sign-in/upstream/${id}`, { _csrf: csrf })
      return visitor.get(provider.signIn(answer.headers.get('location') ?? '', { id: subject }))
    },
    /** Opens an address that leads to the provider by itself. Until each process knows it, that is the sign-in page. */
    async follow(visitor: Visitor, path: string, { id: subject }: Account): Promise<Visited> {
      await until(
        async () => (await stage.visitor().get(path)).headers.get('location') !== null,
        'it is known',
      )
      const page = await visitor.get(path)
      return visitor.get(provider.signIn(page.headers.get('location') ?? '', { id: subject }))
    },
    async close(): Promise<void> {
      await removeUpstream(parts, id, BY)
      await provider.stop()
    },
  }
}

/** What the library's clients do at a logout, replaced: messages go through the outbox instead of out of the request. */
import { Provider } from 'oidc-provider'
import { announceLogouts } from './logout-notice.ts'
import type { NoticeNeeds } from './logout-notice.ts'

// Left out of the library's published types.
type LibraryClient = {
  clientId: string
  backchannelLogoutUri?: string
  includeSid: () => boolean
  backchannelLogout: (this: LibraryClient, accountId: string, sid: string | undefined) => Promise<void>
}

/** Call once per provider instance. */
export function installClientLogout(provider: Provider, needs: NoticeNeeds): void {
  const client = provider.Client.prototype as unknown as LibraryClient
  // Every ID token names its sign-in, so that an app's server can end it, and is told which one of several has ended.
  client.includeSid = () => true
  client.backchannelLogout = async function (accountId, sid) {
    // The end of the whole session is announced where it ends; here is what leaves one app and keeps the session.
    if (!sid || Provider.ctx?.oidc.params?.['logout'] !== undefined) return
    await announceLogouts(needs, [{ clientId: this.clientId, accountId, sid }])
  }
}

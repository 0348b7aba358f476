/** What the library's clients do at a logout, replaced: messages go through the outbox instead of out of the request. */
import { Provider } from 'oidc-provider'
import { rulesOf } from '../../clients/profiles.ts'
import { announceLogouts } from './logout-notice.ts'
import type { NoticeNeeds } from './logout-notice.ts'

// Left out of the library's published types.
type LibraryClient = {
  clientId: string
  backchannelLogoutUri?: string
  frontchannel_logout_uri?: string
  includeSid: (this: LibraryClient) => boolean
  backchannelLogout: (this: LibraryClient, accountId: string, sid: string | undefined) => Promise<void>
}

/** Call once per provider instance. */
export function installClientLogout(provider: Provider, needs: NoticeNeeds): void {
  const client = provider.Client.prototype as unknown as LibraryClient
  // An ID token names its sign-in, so that an app's server can end it, and learns which one of several has ended. The
  // tests of FAPI know no `sid` but where a client registered to hear of logouts.
  client.includeSid = function () {
    const hears = this.backchannelLogoutUri !== undefined || this.frontchannel_logout_uri !== undefined
    return hears || rulesOf(this)?.singleAudience !== true
  }
  client.backchannelLogout = async function (accountId, sid) {
    // The end of the whole session is announced where it ends; here is what leaves one app and keeps the session.
    if (!sid || Provider.ctx?.oidc.params?.['logout'] !== undefined) return
    await announceLogouts(needs, [{ clientId: this.clientId, accountId, sid }])
  }
}

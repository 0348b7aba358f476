/** What the library's clients do at a logout, replaced: messages go through the outbox instead of out of the request. */
import { Provider } from 'oidc-provider'
import { rulesOf } from '../../clients/profiles.ts'
import { replaceMember } from '../../provider/library/members.ts'
import { announceLogouts } from './logout-notice.ts'
import type { NoticeNeeds } from './logout-notice.ts'

// Left out of the library's published types.
type LibraryClient = {
  clientId: string
  backchannelLogoutUri?: string
  frontchannel_logout_uri?: string
}

/** Call once per provider instance. */
export function installClientLogout(provider: Provider, needs: NoticeNeeds): void {
  // An ID token names its sign-in, so that an app's server can end it, and learns which one of several has ended. The
  // tests of FAPI know no `sid` but where a client registered to hear of logouts.
  const includeSid = function (this: LibraryClient) {
    const hears = this.backchannelLogoutUri !== undefined || this.frontchannel_logout_uri !== undefined
    return hears || rulesOf(this)?.singleAudience !== true
  }
  const backchannelLogout = async function (this: LibraryClient, accountId: string, sid: string | undefined) {
    // The end of the whole session is announced where it ends; here is what leaves one app and keeps the session.
    if (!sid || Provider.ctx?.oidc.params?.['logout'] !== undefined) return
    await announceLogouts(needs, [{ clientId: this.clientId, accountId, sid }])
  }
  replaceMember(provider, 'Client#includeSid', () => includeSid)
  replaceMember(provider, 'Client#backchannelLogout', () => backchannelLogout)
}

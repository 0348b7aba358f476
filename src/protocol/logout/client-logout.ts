/** Replaces what the library's clients do at a logout: the outbox sends the messages, not the request. */
import { Provider } from 'oidc-provider'
import { rulesOf } from '../../clients/profiles.ts'
import { replaceMember } from '../../provider/library/members.ts'
import type { Services } from '../../services.ts'
import { announceLogouts } from './logout-notice.ts'

// Left out of the library's published types.
type LibraryClient = {
  clientId: string
  backchannelLogoutUri?: string
  frontchannel_logout_uri?: string
}

/** Call it once per provider instance. */
export function installClientLogout(
  provider: Provider,
  services: Pick<Services, 'db' | 'clock' | 'outbox'>,
): void {
  // An ID token names its sign-in, so that an app's server can end it, and can tell several sign-ins apart. The
  // conformance tests of FAPI accept `sid` only where a client registered for logout messages.
  const includeSid = function (this: LibraryClient) {
    const hears = this.backchannelLogoutUri !== undefined || this.frontchannel_logout_uri !== undefined
    return hears || rulesOf(this)?.singleAudience !== true
  }
  const backchannelLogout = async function (this: LibraryClient, accountId: string, sid: string | undefined) {
    // The end of the whole session is announced elsewhere (`announced-endings.ts`). This announces that one app was
    // left while the session goes on.
    if (!sid || Provider.ctx?.oidc.params?.['logout'] !== undefined) return
    await announceLogouts(services, [{ clientId: this.clientId, accountId, sid }])
  }
  replaceMember(provider, 'Client#includeSid', () => includeSid)
  replaceMember(provider, 'Client#backchannelLogout', () => backchannelLogout)
}

/** Sends logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.5). Each attempt signs a new one. */
import type { Provider } from 'oidc-provider'
import { DeliveryFailure } from '../../outbox/sink.ts'
import type { Sink } from '../../outbox/sink.ts'
import { RefusedAddress } from '../../platform/network/guarded-fetch.ts'
import type { GuardedFetch } from '../../platform/network/guarded-fetch.ts'
import { randomToken } from '../../platform/tokens.ts'
import { logoutNoticeSchema } from './logout-notice.ts'
import type { LogoutNotice } from './logout-notice.ts'

/** About ten minutes. An app that was down for longer learns of it when its next refresh is refused. */
const MAX_ATTEMPTS = 8
const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

// Left out of the library's published types.
type LogoutClient = { clientId: string; backchannelLogoutUri?: string }
type LogoutToken = {
  mask: object
  set: (claim: string, value: unknown) => void
  issue: (options: { use: 'logout' }) => Promise<string>
}
type LogoutTokenModel = new (claims: object, context: { client: LogoutClient; ctx: undefined }) => LogoutToken

/** Delivers one message to one client. A client that is gone, or no longer takes such messages, gets none. */
export function createBackchannelLogout(provider: () => Promise<Provider>, fetch: GuardedFetch): Sink {
  return {
    async deliver({ payload, attempt }) {
      const notice = logoutNoticeSchema.parse(payload)
      const current = await provider()
      const client = (await current.Client.find(notice.clientId)) as LogoutClient | undefined
      const address = client?.backchannelLogoutUri
      if (!client || !address) return
      const reason = await post(fetch, address, await logoutToken(current, client, notice))
      if (reason === undefined) return
      throw new DeliveryFailure(reason, {
        permanent: reason === 'address_refused' || attempt >= MAX_ATTEMPTS,
      })
    },
  }
}

/** Typed `logout+jwt`, valid for two minutes, without nonce, encrypted where the client's ID tokens are. */
async function logoutToken(
  provider: Provider,
  client: LogoutClient,
  { accountId, sid }: LogoutNotice,
): Promise<string> {
  const Token = provider.IdToken as unknown as LogoutTokenModel
  const token = new Token({ sub: accountId }, { client, ctx: undefined })
  token.mask = { sub: null }
  token.set('events', { [EVENT]: {} })
  token.set('jti', randomToken(128))
  token.set('sid', sid)
  return token.issue({ use: 'logout' })
}

/** The reason for a failed delivery, in one word. `undefined` on success. */
async function post(fetch: GuardedFetch, address: string, token: string): Promise<string | undefined> {
  try {
    const { status } = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ logout_token: token }).toString(),
      statusOnly: true,
    })
    return status === 200 || status === 204 ? undefined : `status_${status}`
  } catch (error) {
    if (error instanceof RefusedAddress) return 'address_refused'
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    return typeof code === 'string' ? code : 'no_answer'
  }
}

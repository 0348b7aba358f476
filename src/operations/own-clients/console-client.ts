/**
 * The administration pages as a client of this server. It signs people in and calls the JSON API like any other app, so the
 * pages can do nothing that the API refuses.
 */
import { LEVELS } from '../../accounts/levels.ts'
import type { Client } from '../../clients/client-rows.ts'
import { API_SCOPE_LIST, ownClient } from './own-client.ts'

export const CONSOLE_PATH = '/admin'
export const CONSOLE_CLIENT_ID = 'admin-pages'
export const CONSOLE_CALLBACK_PATH = '/admin/callback'

/** Nobody is asked for consent, as it is this server. A sign-in takes a second factor. It gets no refresh token. */
export function consoleClient({ issuer, serverName }: { issuer: string; serverName: string }): Client {
  return ownClient(CONSOLE_CLIENT_ID, issuer, {
    client_name: `${serverName} administration`,
    redirect_uris: [`${issuer}${CONSOLE_CALLBACK_PATH}`],
    grant_types: ['authorization_code'],
    scope: `openid ${API_SCOPE_LIST}`,
    default_acr_values: [LEVELS[1]],
    first_party: true,
  })
}

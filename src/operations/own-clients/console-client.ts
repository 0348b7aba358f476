/**
 * The administration pages as a client of this server. It has no row of its own: its metadata follow from the issuer. It signs
 * people in and calls the JSON API like any other app, so the pages can do nothing that the API refuses.
 */
import { LEVELS } from '../../accounts/levels.ts'
import { parseClientMetadata } from '../../clients/client-rules.ts'
import type { Client } from '../../clients/client-rows.ts'
import { API_SCOPES, apiIdentifier } from '../scopes.ts'

export const CONSOLE_PATH = '/admin'
export const CONSOLE_CLIENT_ID = 'admin-pages'
export const CONSOLE_CALLBACK_PATH = '/admin/callback'

/** Nobody is asked for consent, as it is this server. A sign-in takes a second factor. It gets no refresh token. */
export function consoleClient({ issuer, serverName }: { issuer: string; serverName: string }): Client {
  return {
    clientId: CONSOLE_CLIENT_ID,
    metadata: parseClientMetadata({
      client_name: `${serverName} administration`,
      redirect_uris: [`${issuer}${CONSOLE_CALLBACK_PATH}`],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
      scope: ['openid', ...Object.keys(API_SCOPES)].join(' '),
      allowed_resources: [apiIdentifier(issuer)],
      default_acr_values: [LEVELS[1]],
      first_party: true,
    }),
    registeredBy: null,
    lastUsedAtMs: null,
    disabledAtMs: null,
    createdAtMs: 0,
    updatedAtMs: 0,
  }
}

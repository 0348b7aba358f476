/**
 * The command line as a client of this server, for `login`. It has no row of its own: its metadata follow from the issuer. It is
 * public, as every copy of the program has the same id, so a person compares a code and allows it each time.
 */
import { LEVELS } from '../../accounts/levels.ts'
import { DEVICE_GRANT } from '../../clients/client-choices.ts'
import { parseClientMetadata } from '../../clients/client-rules.ts'
import type { Client } from '../../clients/client-rows.ts'
import { COMMAND_LINE_CLIENT_ID } from '../../command-line/server/own-client.ts'
import { API_SCOPES, apiIdentifier } from '../scopes.ts'

/** A sign-in takes a second factor. Its refresh tokens end with the person's session. */
export function commandLineClient({ issuer, serverName }: { issuer: string; serverName: string }): Client {
  return {
    clientId: COMMAND_LINE_CLIENT_ID,
    metadata: parseClientMetadata({
      client_name: `${serverName} command line`,
      redirect_uris: [],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      grant_types: [DEVICE_GRANT, 'refresh_token'],
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

/**
 * The command line as a client of this server, for `login`. It is public, as every copy of the program has the same id.
 * So a person compares a code and allows it each time.
 */
import { LEVELS } from '../../accounts/levels.ts'
import { DEVICE_GRANT } from '../../clients/client-choices.ts'
import type { Client } from '../../clients/client-rows.ts'
import { COMMAND_LINE_CLIENT_ID } from '../../command-line/server/own-client.ts'
import { API_SCOPE_LIST, ownClient } from './own-client.ts'

/** A sign-in takes a second factor. Its refresh tokens end with the person's session. */
export function commandLineClient({ issuer, serverName }: { issuer: string; serverName: string }): Client {
  return ownClient(COMMAND_LINE_CLIENT_ID, issuer, {
    client_name: `${serverName} command line`,
    redirect_uris: [],
    application_type: 'native',
    grant_types: [DEVICE_GRANT, 'refresh_token'],
    scope: `openid ${API_SCOPE_LIST}`,
    default_acr_values: [LEVELS[1]],
    first_party: true,
  })
}

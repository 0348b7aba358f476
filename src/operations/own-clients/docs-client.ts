/**
 * The public client of the page /docs, with which people try operations. It has no row of its own. Its metadata follow from
 * the issuer, so nobody has to create or update it.
 */
import { parseClientMetadata } from '../../clients/client-rules.ts'
import type { Client } from '../../clients/client-rows.ts'
import { API_SCOPES, apiIdentifier } from '../scopes.ts'

export const DOCS_PATH = '/docs'
export const DOCS_CLIENT_ID = 'api-docs'

/** A person has to consent to it, and it gets no refresh token. */
export function docsClient({ issuer, serverName }: { issuer: string; serverName: string }): Client {
  return {
    clientId: DOCS_CLIENT_ID,
    metadata: parseClientMetadata({
      client_name: `${serverName} API documentation`,
      redirect_uris: [`${issuer}${DOCS_PATH}`],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
      scope: Object.keys(API_SCOPES).join(' '),
      allowed_resources: [apiIdentifier(issuer)],
    }),
    registeredBy: null,
    lastUsedAtMs: null,
    disabledAtMs: null,
    createdAtMs: 0,
    updatedAtMs: 0,
  }
}

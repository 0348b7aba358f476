/** The public client of the page /docs, with which people try operations. */
import type { Client } from '../../clients/client-rows.ts'
import { API_SCOPE_LIST, ownClient } from './own-client.ts'

export const DOCS_PATH = '/docs'
export const DOCS_CLIENT_ID = 'api-docs'

/** A person has to consent to it, and it gets no refresh token. */
export function docsClient({ issuer, serverName }: { issuer: string; serverName: string }): Client {
  return ownClient(DOCS_CLIENT_ID, issuer, {
    client_name: `${serverName} API documentation`,
    redirect_uris: [`${issuer}${DOCS_PATH}`],
    grant_types: ['authorization_code'],
    scope: API_SCOPE_LIST,
  })
}

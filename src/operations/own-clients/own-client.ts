/** What the clients of this very server share. None has a row of its own: the metadata follow from the issuer. */
import { parseClientMetadata } from '../../clients/client-rules.ts'
import type { Client } from '../../clients/client-rows.ts'
import { API_SCOPES, apiIdentifier } from '../scopes.ts'

/** All scopes of the JSON API, as a list for `scope`. */
export const API_SCOPE_LIST = Object.keys(API_SCOPES).join(' ')

/** A public client that may call the JSON API. `metadata` adds what is its own (RFC 7591 §2). */
export function ownClient(clientId: string, issuer: string, metadata: Record<string, unknown>): Client {
  return {
    clientId,
    metadata: parseClientMetadata({
      token_endpoint_auth_method: 'none',
      allowed_resources: [apiIdentifier(issuer)],
      ...metadata,
    }),
    registeredBy: null,
    logoId: null,
    lastUsedAtMs: null,
    disabledAtMs: null,
    createdAtMs: 0,
    updatedAtMs: 0,
  }
}

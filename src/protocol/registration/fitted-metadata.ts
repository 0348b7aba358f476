/**
 * Adjusts the metadata of a registering client to what this server offers (RFC 7591 §2: a server may replace any value,
 * §3.2.1: the answer says what was registered). Clients often copy our metadata, or those of another server. Where no
 * allowed value would be left, the value stays and is refused with an explanation.
 */
import { CIBA_GRANT, DEVICE_GRANT } from '../../clients/client-choices.ts'
import { isOpenidScope } from '../../clients/client-metadata.ts'
import type { ClientInput } from '../../clients/client-metadata.ts'
import type { RegistrationPolicy } from './registration-policy.ts'

/** Not checked yet: any field may hold anything. */
type Registered = Partial<ClientInput>

export type Offered = {
  /** The client authentication methods that are allowed here. */
  authMethods: readonly string[]
  /** Every scope of the resource servers that the client may ask for. */
  resourceScopes: ReadonlySet<string>
}

/** Grants that start an app's access. The others need one of them. */
const FIRST_GRANTS: readonly string[] = ['authorization_code', 'client_credentials', DEVICE_GRANT, CIBA_GRANT]

export function fittedMetadata<Metadata extends Registered>(
  metadata: Metadata,
  policy: RegistrationPolicy,
  offered: Offered,
): Metadata {
  const fitted = {
    ...metadata,
    ...fitResponseTypes(metadata),
    ...fitGrants(metadata, policy),
    ...fitScope(metadata, policy, offered),
  }
  const method: unknown = metadata.token_endpoint_auth_method
  if (typeof method === 'string' && !offered.authMethods.includes(method))
    delete fitted.token_endpoint_auth_method
  // Useful only with an assertion. Some clients send it with any method.
  if (typeof method !== 'string' || !method.endsWith('_jwt')) delete fitted.token_endpoint_auth_signing_alg
  return fitted
}

function fitResponseTypes({ response_types: types }: Registered): Registered {
  return Array.isArray(types) && types.includes('code') ? { response_types: ['code'] } : {}
}

function fitGrants(
  { grant_types: types }: Registered,
  { grant_types: allowed }: RegistrationPolicy,
): Registered {
  if (!Array.isArray(types)) return {}
  const kept = types.filter((type) => allowed.includes(type))
  if (!kept.some((type) => FIRST_GRANTS.includes(type))) return {}
  const lostCode = types.includes('authorization_code') && !kept.includes('authorization_code')
  return { grant_types: kept, ...(lostCode && { response_types: [] }) }
}

/** The grants of a client that names none. */
function fitScope(
  { scope }: Registered,
  { scopes }: RegistrationPolicy,
  { resourceScopes }: Offered,
): Registered {
  const words = typeof scope === 'string' ? scope.split(' ').filter(Boolean) : []
  // A mistake, which is refused with an explanation.
  if (words.some((word) => word.includes(','))) return {}
  const mayHave = (one: string) => scopes?.includes(one) ?? (isOpenidScope(one) || resourceScopes.has(one))
  const kept = words.filter(mayHave)
  return { scope: (kept.length > 0 ? kept : scopes)?.join(' ') }
}

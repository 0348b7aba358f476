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
type Given = Partial<ClientInput>

export type Offered = {
  /** The client authentication methods that are allowed here. */
  authMethods: readonly string[]
  /** Every scope of the resource servers that the client may ask for. */
  resourceScopes: ReadonlySet<string>
}

/** Grants that start an app's access. The others need one of them. */
const FIRST_GRANTS: readonly string[] = ['authorization_code', 'client_credentials', DEVICE_GRANT, CIBA_GRANT]

export function fittedMetadata<Metadata extends Given>(
  given: Metadata,
  policy: RegistrationPolicy,
  offered: Offered,
): Metadata {
  const fitted = {
    ...given,
    ...fitResponseTypes(given),
    ...fitGrants(given, policy),
    ...fitScope(given, policy, offered),
  }
  const method: unknown = given.token_endpoint_auth_method
  if (typeof method === 'string' && !offered.authMethods.includes(method))
    delete fitted.token_endpoint_auth_method
  // Useful only with an assertion. Some clients send it with any method.
  if (typeof method !== 'string' || !method.endsWith('_jwt')) delete fitted.token_endpoint_auth_signing_alg
  return fitted
}

function fitResponseTypes({ response_types: given }: Given): Given {
  return Array.isArray(given) && given.includes('code') ? { response_types: ['code'] } : {}
}

function fitGrants({ grant_types: given }: Given, { grant_types: allowed }: RegistrationPolicy): Given {
  if (!Array.isArray(given)) return {}
  const kept = given.filter((type) => allowed.includes(type))
  if (!kept.some((type) => FIRST_GRANTS.includes(type))) return {}
  const lostCode = given.includes('authorization_code') && !kept.includes('authorization_code')
  return { grant_types: kept, ...(lostCode && { response_types: [] }) }
}

/** The grants of a client that names none. */
function fitScope({ scope }: Given, { scopes }: RegistrationPolicy, { resourceScopes }: Offered): Given {
  const words = typeof scope === 'string' ? scope.split(' ').filter(Boolean) : []
  // A mistake, which is refused with an explanation.
  if (words.some((word) => word.includes(','))) return {}
  const mayHave = (one: string) => scopes?.includes(one) ?? (isOpenidScope(one) || resourceScopes.has(one))
  const kept = words.filter(mayHave)
  return { scope: (kept.length > 0 ? kept : scopes)?.join(' ') }
}

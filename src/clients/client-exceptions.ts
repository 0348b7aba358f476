/**
 * What the operator lets a single client leave out that newer rules demand, for old libraries and for test suites. No
 * client can say it of itself; one that registers itself gets it from the policy of its initial access token.
 */
import { CIBA_GRANT } from './client-choices.ts'
import { rulesOf } from './profiles.ts'

export type Exceptions = {
  require_pkce?: boolean | undefined
  assertion_audience?: 'issuer' | 'token_endpoint' | undefined
}

/** A client before or after its metadata is completed. */
type Described = Exceptions & {
  profile?: string | undefined
  token_endpoint_auth_method?: string | undefined
  grant_types?: readonly string[] | undefined
}

/**
 * What of a policy, or of an earlier registration, such a client has. A stricter rule stays: nothing that the client sends
 * loosens it.
 */
export function exceptionsFor(client: Described, policy: Exceptions): Exceptions {
  return {
    ...pkceFor(client, policy),
    ...(policy.assertion_audience === 'token_endpoint' &&
      !takesIssuerAlone(client) && { assertion_audience: 'token_endpoint' }),
  }
}

/** Reports an exception from a rule that knows none. */
export function checkExceptions(client: Described, refuse: (path: string[], message: string) => void): void {
  if (client.require_pkce === false && alwaysProves(client))
    refuse(['require_pkce'], 'must be true for public clients and those of FAPI 2.0 and MCP')
  if (client.assertion_audience === 'token_endpoint' && takesIssuerAlone(client))
    refuse(['assertion_audience'], 'takes issuer (FAPI 2.0 Security Profile §5.3.2.1-8)')
}

function pkceFor(client: Described, { require_pkce: policy }: Exceptions): Exceptions {
  if (policy === true || client.require_pkce === true) return { require_pkce: true }
  return policy === false && !alwaysProves(client) ? { require_pkce: false } : {}
}

/** RFC 9700 §2.1.1 lets confidential clients go without; FAPI 2.0 and MCP let nobody. */
export function alwaysProves(client: Described): boolean {
  if (client.token_endpoint_auth_method === 'none' || client.profile === 'mcp') return true
  return rulesOf(client)?.singleAudience === true
}

// FAPI-CIBA is older than FAPI 2.0, which defines the profile of its clients.
function takesIssuerAlone(client: Described): boolean {
  return rulesOf(client)?.singleAudience === true && !client.grant_types?.includes(CIBA_GRANT)
}

/** An upstream as the API and the command line show it. Without its secret. */
import type { Upstream } from './upstream.ts'

export function publicFields(upstream: Upstream) {
  const { endpoints } = upstream
  return {
    id: upstream.id,
    kind: upstream.kind,
    label: upstream.label,
    enabled: upstream.enabled,
    issuer: upstream.issuer,
    authorization_endpoint: endpoints.authorization ?? null,
    token_endpoint: endpoints.token ?? null,
    userinfo_endpoint: endpoints.userinfo ?? null,
    emails_endpoint: endpoints.emails ?? null,
    client_id: upstream.clientId,
    token_endpoint_auth_method: upstream.authMethod,
    scope: upstream.scope,
    parameters: upstream.parameters,
    mapping: upstream.mapping,
    clients: upstream.clients,
    email_domains: upstream.emailDomains,
    sign_up: upstream.signUp,
    email_trust: upstream.emailTrust,
    trust_mfa: upstream.trustMfa,
    mfa_levels: upstream.mfaLevels,
    sign_out: upstream.signOut,
    frontchannel_logout: upstream.frontchannelLogout,
  }
}

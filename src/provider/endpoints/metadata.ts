/** The provider's metadata (RFC 8414, OpenID Connect Discovery 1.0): what the library leaves out of it. */
import { withMtlsAliases } from '../binding/mtls.ts'
import type { MtlsSettings } from '../binding/mtls.ts'

/** Says what works at every endpoint, and nothing that is empty. */
export function completeMetadata(
  metadata: Record<string, unknown>,
  needs: { issuer: string; mtls: MtlsSettings | undefined },
): object {
  return withoutEmptyLists(withMtlsAliases({ ...metadata, ...authentication(metadata) }, needs))
}

/** RFC 8414 §2: where they are left out, `client_secret_basic` alone is meant. */
function authentication(metadata: Record<string, unknown>): Record<string, unknown> {
  const methods = metadata['token_endpoint_auth_methods_supported'] as string[]
  const algs = metadata['token_endpoint_auth_signing_alg_values_supported']
  return {
    introspection_endpoint_auth_methods_supported: methods.filter((method) => method !== 'none'),
    introspection_endpoint_auth_signing_alg_values_supported: algs,
    revocation_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_signing_alg_values_supported: algs,
  }
}

/** RFC 8414 §3.2: a list that is empty is left out. */
function withoutEmptyLists(metadata: object): object {
  const told = Object.entries(metadata).filter(([, value]) => !(Array.isArray(value) && value.length === 0))
  return Object.fromEntries(told)
}

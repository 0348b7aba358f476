/** The provider's metadata (RFC 8414, OpenID Connect Discovery 1.0): members that the library leaves out. */
import { withMtlsAliases } from '../binding/mtls.ts'
import type { MtlsSettings } from '../binding/mtls.ts'

/** Describes the methods of every endpoint, without empty lists. */
export function completeMetadata(
  metadata: Record<string, unknown>,
  needs: { issuer: string; mtls: MtlsSettings | undefined },
): object {
  return withoutEmptyLists(withMtlsAliases({ ...metadata, ...authentication(metadata) }, needs))
}

/** RFC 8414 §2: without them, clients assume `client_secret_basic` alone. */
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

/** RFC 8414 §3.2: an empty list is left out. */
function withoutEmptyLists(metadata: object): object {
  const told = Object.entries(metadata).filter(([, value]) => !(Array.isArray(value) && value.length === 0))
  return Object.fromEntries(told)
}

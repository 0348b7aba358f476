/**
 * Policies: what a client that registers itself may ask for. A policy belongs to an initial access token, or to open
 * registration. It is stored with the client, so that an update has the same limits.
 */
import { z } from 'zod'
import { AppError } from '../../platform/errors.ts'
import { exceptionFields } from '../../clients/client-fields.ts'
import { ID_TOKEN_ALGS, oneOf } from '../../clients/client-fields.ts'
import { GRANT_TYPES, PROFILES } from '../../clients/client-choices.ts'
import type { ClientInput, ClientMetadata } from '../../clients/client-metadata.ts'
import { rulesOf } from '../../clients/profiles.ts'
import { shownAddress } from '../../platform/shown.ts'

const policySchema = z.strictObject({
  grant_types: z.array(oneOf(GRANT_TYPES)).min(1).default(['authorization_code', 'refresh_token']),
  /** The first one is the default. */
  profiles: z.array(oneOf(PROFILES)).min(1).default(['default']),
  /** Absent: the provider's own scopes and every scope of `resources`. */
  scopes: z.array(z.string().min(1)).optional(),
  /** Hosts of web redirect addresses, and custom schemes with their colon (`com.example.app:`). Absent: any. */
  redirect_hosts: z.array(z.string().min(1)).optional(),
  /** Resource servers that the client may get tokens for. */
  resources: z.array(z.string().min(1)).default([]),
  /** Default signing algorithm of the client's ID tokens, instead of the server's. */
  id_token_signed_response_alg: oneOf(ID_TOKEN_ALGS).optional(),
  /** Default for the claims of the scopes in the client's ID tokens. */
  scope_claims_in_id_token: z.boolean().optional(),
  ...exceptionFields,
})

export type RegistrationPolicy = z.output<typeof policySchema>
export type PolicyInput = z.input<typeof policySchema>

/** @throws AppError 400 `invalid_policy` naming every mistake */
export function parsePolicy(input: unknown): RegistrationPolicy {
  const result = policySchema.safeParse(input)
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.') || 'policy'}: ${message}`)
  throw new AppError('invalid_policy', 400, faults.join('; '))
}

/** Completes the request by the policy, before it is checked as client metadata. */
export function withPolicy(metadata: Partial<ClientInput>, policy: RegistrationPolicy): Partial<ClientInput> {
  const { profile = policy.profiles[0] } = metadata
  const { scope_claims_in_id_token: inIdToken } = policy
  const alg = rulesOf({ profile })?.algs ? undefined : policy.id_token_signed_response_alg
  return {
    ...(alg && { id_token_signed_response_alg: alg }),
    ...(inIdToken !== undefined && { scope_claims_in_id_token: inIdToken }),
    grant_types: policy.grant_types.filter((type) => DEFAULT_GRANTS.has(type)),
    ...metadata,
    profile,
    first_party: false,
    allowed_resources: policy.resources,
  }
}

const DEFAULT_GRANTS: ReadonlySet<string> = new Set(['authorization_code', 'refresh_token'])

/** @throws AppError 400 `invalid_client_metadata` or `invalid_redirect_uri` naming what the policy forbids */
export function checkPolicy(client: ClientMetadata, policy: RegistrationPolicy): void {
  const grant = client.grant_types.find((type) => !policy.grant_types.includes(type))
  if (grant)
    refuse(`grant_types: ${grant} may not be registered here; takes ${policy.grant_types.join(', ')}`)
  if (!policy.profiles.includes(client.profile))
    refuse(`profile: ${client.profile} may not be registered here; takes ${policy.profiles.join(', ')}`)
  if (policy.scopes && client.scope.split(' ').some((scope) => scope && !policy.scopes?.includes(scope)))
    refuse(`scope: takes ${policy.scopes.join(' ')}`)
  const { redirect_hosts: hosts } = policy
  const outside =
    hosts && [...client.redirect_uris, ...client.post_logout_redirect_uris].find((uri) => !isAt(uri, hosts))
  if (outside)
    throw new AppError(
      'invalid_redirect_uri',
      400,
      `"${shownAddress(outside)}": only addresses at ${hosts.join(', ')} may be registered here`,
    )
}

function isAt(uri: string, hosts: readonly string[]): boolean {
  const { protocol, hostname } = new URL(uri)
  const web = protocol === 'https:' || protocol === 'http:'
  return hosts.includes(web ? hostname : protocol)
}

function refuse(message: string): never {
  throw new AppError('invalid_client_metadata', 400, message)
}

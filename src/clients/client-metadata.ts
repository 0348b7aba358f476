/**
 * What a client may register: OpenID Connect Dynamic Registration 1.0 and RFC 7591 names, for the command line, the pages
 * and the API alike. Owns the fields and their defaults; the rules are `client-rules.ts`, the table is `clients.ts`.
 */
import { z } from 'zod'
import {
  exceptionFields,
  EXCEPTIONS,
  ID_TOKEN_ALGS,
  oneOf,
  LOCALIZED_METADATA,
  optionalFields,
  scopeList,
  uri,
} from './client-fields.ts'
import { MOST_ALLOWED } from '../groups/app-access.ts'
import { CLIENT_BRAND, clientBrandFields } from './client-brand.ts'
import { STANDARD_ALG } from '../platform/algorithms.ts'
import { customClaims } from './claims/custom-claims.ts'
import { CIBA_GRANT, CLIENT_AUTH_METHODS, DEVICE_GRANT, GRANT_TYPES, PROFILES } from './client-choices.ts'
import { absoluteUriFault, guessApplicationType } from './addresses/client-uri.ts'

/** The scopes that belong to the provider itself; every other scope belongs to a resource server. */
export const OPENID_SCOPES = ['openid', 'profile', 'email', 'groups', 'roles', 'offline_access'] as const
/** Our own metadata, and what the library does not know, to be named in its `extraClientMetadata.properties`. */
export const EXTRA_CLIENT_METADATA = [
  'first_party',
  'profile',
  'allowed_resources',
  'allowed_groups',
  'custom_claims',
  ...EXCEPTIONS,
  ...CLIENT_BRAND,
  ...LOCALIZED_METADATA,
  'resource_scope',
  'resource_scope_only',
  'details_types',
  'previous_client_secret',
  'self_registered',
  'logo_id',
  'cors_origins',
  'scope_claims_in_id_token',
  'require_second_factor',
  'frontchannel_logout_uri',
  'frontchannel_logout_session_required',
  'software_id',
  'software_version',
] as const

/** Field by field; how fields go together is `client-rules.ts`. */
export const clientInput = z.strictObject({
  client_name: z.string().trim().min(1).max(255),
  application_type: oneOf(['web', 'native']).optional(),
  redirect_uris: z.array(uri(absoluteUriFault)).max(100).default([]),
  post_logout_redirect_uris: z.array(uri(absoluteUriFault)).max(100).default([]),
  scope: scopeList.optional(),
  grant_types: z.array(oneOf(GRANT_TYPES)).optional(),
  response_types: z.array(oneOf(['code'])).optional(),
  token_endpoint_auth_method: oneOf(CLIENT_AUTH_METHODS).default('client_secret_basic'),
  id_token_signed_response_alg: oneOf(ID_TOKEN_ALGS).default(STANDARD_ALG),
  ...optionalFields,
  first_party: z.boolean().default(false),
  profile: oneOf(PROFILES).default('default'),
  allowed_resources: z.array(uri(absoluteUriFault)).max(100).default([]),
  /** Ids of the groups that the client is for. Typed by name or id; null for everybody. */
  allowed_groups: z.array(z.string().min(1).max(100)).min(1).max(MOST_ALLOWED).nullish(),
  /** Null: none. */
  custom_claims: customClaims.nullish(),
  ...exceptionFields,
  ...clientBrandFields,
})

/** What a caller hands in; every field but `client_name` may be left out. */
export type ClientInput = z.input<typeof clientInput>
export type ClientMetadata = ReturnType<typeof complete>

export function isOpenidScope(scope: string): boolean {
  return OPENID_SCOPES.some((own) => own === scope)
}

/** Fills in what was left out. */
export function complete(input: z.output<typeof clientInput>) {
  const grantTypes = [...new Set(input.grant_types ?? (['authorization_code', 'refresh_token'] as const))]
  const code = grantTypes.includes('authorization_code')
  const { allowed_groups: groups, custom_claims: claims, ...others } = input
  return {
    ...others,
    ...(groups && { allowed_groups: groups }),
    ...(claims && { custom_claims: claims }),
    application_type: input.application_type ?? guessApplicationType(input.redirect_uris),
    grant_types: grantTypes,
    response_types: input.response_types ?? (code ? (['code'] as const) : []),
    scope: input.scope ?? (asksPeople(grantTypes) ? defaultScope(grantTypes.includes('refresh_token')) : ''),
  }
}

/** True for grants that begin with a person's yes. */
export function asksPeople(grantTypes: readonly string[]): boolean {
  return ['authorization_code', DEVICE_GRANT, CIBA_GRANT].some((type) => grantTypes.includes(type))
}

function defaultScope(offline: boolean): string {
  return OPENID_SCOPES.filter((scope) => offline || scope !== 'offline_access').join(' ')
}

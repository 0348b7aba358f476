/**
 * The meaning of a client's profile: the defaults that it sets, the rules that it refuses by, and the checks at run
 * time. A new profile or rule is a new entry here.
 */
import { CIBA_GRANT } from './client-choices.ts'
import type { ClientMetadata } from './client-metadata.ts'

type Fields = Partial<Record<keyof ClientMetadata, unknown>>

/** A sentence of a specification, and where a client breaks it. */
type Rule = {
  name: string
  /** The field at fault, and what it takes; `undefined` when the client keeps the rule. */
  broken: (client: ClientMetadata) => readonly [field: string, takes: string] | undefined
}

export type Rules = {
  /** Fields that the profile demands, for those that are not given. */
  sets: (given: Fields) => Fields
  refuses: readonly Rule[]
  /** Algorithms of every signature made by the client or for it; `undefined`: all that the server knows. */
  algs?: readonly string[]
  /** The audience of a client assertion is the issuer as a string, not in a list. */
  singleAudience?: boolean
  /** Proofs carry a nonce of this server. */
  dpopNonce?: boolean
  /** Request objects name when they begin and end, an hour apart at most. */
  shortRequests?: boolean
}

export type Profile = ClientMetadata['profile']

const FAPI = 'FAPI 2.0 Security Profile'
const SIGNING = 'FAPI 2.0 Message Signing'
const FAPI_ALGS = ['ES256', 'PS256', 'EdDSA', 'Ed25519'] as const
const FAPI_METHODS = ['private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth']
const SHORTEST_RSA_BITS = 2048

const ALG_FIELDS = [
  'token_endpoint_auth_signing_alg',
  'id_token_signed_response_alg',
  'userinfo_signed_response_alg',
  'introspection_signed_response_alg',
  'authorization_signed_response_alg',
  'request_object_signing_alg',
  'backchannel_authentication_request_signing_alg',
] as const

const fapi: Rules = {
  sets: (given) => ({
    token_endpoint_auth_method: 'private_key_jwt',
    require_pushed_authorization_requests: true,
    dpop_bound_access_tokens: given.tls_client_certificate_bound_access_tokens !== true,
    // Where nothing is registered, these are signed with RS256.
    id_token_signed_response_alg: FAPI_ALGS[0],
    authorization_signed_response_alg: FAPI_ALGS[0],
    introspection_signed_response_alg: FAPI_ALGS[0],
  }),
  algs: FAPI_ALGS,
  singleAudience: true,
  dpopNonce: true,
  // Message Signing §5.3.1 has this; a client may sign its requests without having its answers signed.
  shortRequests: true,
  refuses: [
    {
      name: `${FAPI} §5.3.2.1-3 (confidential clients only)`,
      broken: (client) =>
        client.token_endpoint_auth_method === 'none'
          ? ['token_endpoint_auth_method', `takes ${FAPI_METHODS.join(', ')}`]
          : undefined,
    },
    {
      name: `${FAPI} §5.3.2.1-4 (sender-constrained access tokens only)`,
      broken: (client) =>
        client.dpop_bound_access_tokens || client.tls_client_certificate_bound_access_tokens
          ? undefined
          : ['dpop_bound_access_tokens', 'must be true, or tls_client_certificate_bound_access_tokens'],
    },
    {
      name: `${FAPI} §5.3.2.1-6 (mTLS or private_key_jwt)`,
      broken: ({ token_endpoint_auth_method: method }) =>
        method === 'none' || FAPI_METHODS.includes(method)
          ? undefined
          : ['token_endpoint_auth_method', `takes ${FAPI_METHODS.join(', ')}`],
    },
    {
      name: `${FAPI} §5.3.2.2-3 (pushed authorization requests only)`,
      broken: (client) =>
        client.require_pushed_authorization_requests
          ? undefined
          : ['require_pushed_authorization_requests', 'must be true'],
    },
    {
      name: `${FAPI} §5.3.2.2-8 (redirects over TLS)`,
      broken: ({ redirect_uris: uris }) =>
        uris.every((uri) => uri.startsWith('https://'))
          ? undefined
          : ['redirect_uris', 'must be https addresses'],
    },
    {
      name: `${FAPI} §5.2.2 (TLS on every connection)`,
      broken: ({ jwks_uri: uri }) =>
        uri === undefined || uri.startsWith('https://')
          ? undefined
          : ['jwks_uri', 'must be an https address'],
    },
    {
      name: `${FAPI} §5.4.1-1 (PS256, ES256 or EdDSA)`,
      broken: (client) => {
        const field = ALG_FIELDS.find((one) => !isFapiAlg(client[one]))
        if (field) return [field, `takes ${FAPI_ALGS.join(', ')}`]
        return keysOf(client).every((key) => key['use'] === 'enc' || isFapiAlg(key['alg']))
          ? undefined
          : ['jwks', `keys for signing take the alg ${FAPI_ALGS.join(', ')}`]
      },
    },
    {
      name: `${FAPI} §5.4.1-2 (RSA keys of ${SHORTEST_RSA_BITS} bits or more)`,
      broken: (client) =>
        keysOf(client).every((key) => rsaBits(key) >= SHORTEST_RSA_BITS)
          ? undefined
          : ['jwks', `RSA keys must have at least ${SHORTEST_RSA_BITS} bits`],
    },
    {
      name: 'FAPI-CIBA §5.2.2 (signed authentication requests)',
      broken: (client) =>
        client.grant_types.includes(CIBA_GRANT) && !client.backchannel_authentication_request_signing_alg
          ? ['backchannel_authentication_request_signing_alg', `takes ${FAPI_ALGS.join(', ')}`]
          : undefined,
    },
  ],
}

const fapiSigning: Rules = {
  ...fapi,
  sets: (given) => ({
    ...fapi.sets(given),
    require_signed_request_object: true,
    response_modes: ['jwt'],
  }),
  refuses: [
    ...fapi.refuses,
    {
      name: `${SIGNING} §5.3.1 (signed request objects only)`,
      broken: (client) => {
        if (!client.require_signed_request_object) return ['require_signed_request_object', 'must be true']
        return client.jwks || client.jwks_uri
          ? undefined
          : ['jwks_uri', 'the public keys are needed, as jwks or jwks_uri']
      },
    },
    {
      name: `${SIGNING} §5.4.1 (signed authorization responses only)`,
      broken: ({ response_modes: modes }) =>
        modes?.every((mode) => mode.endsWith('jwt')) ? undefined : ['response_modes', 'takes jwt and *.jwt'],
    },
  ],
}

const open: Rules = { sets: () => ({}), refuses: [] }

const PROFILE_RULES: Record<Profile, Rules> = {
  default: open,
  'fapi2-security': fapi,
  'fapi2-message-signing': fapiSigning,
  // That a resource is named is asked of each request, in resource-access.ts.
  mcp: { sets: () => ({ token_endpoint_auth_method: 'none' }), refuses: [] },
}

/** The rules of a client as the library or the table knows it; `undefined` when there is no client. */
export function rulesOf(client: object | undefined): Rules | undefined {
  return client && ((('profile' in client && find(client.profile)) || undefined) ?? open)
}

/** The algorithm to sign a token for the client with: `wanted`, unless its profile has others. */
export function allowedAlg<Alg extends string>(client: object, wanted: Alg): Alg | 'ES256' {
  return rulesOf(client)?.algs?.includes(wanted) === false ? 'ES256' : wanted
}

/** The metadata with the server's algorithm for ID tokens, unless it names one or its profile does. */
export function withIdTokenAlg<Metadata extends object>(
  metadata: Metadata,
  alg: ClientMetadata['id_token_signed_response_alg'],
): Metadata & { id_token_signed_response_alg?: string } {
  return rulesOf(metadata)?.algs ? metadata : { id_token_signed_response_alg: alg, ...metadata }
}

/** What of FAPI the library knows by itself. */
export const fapiFeature = {
  enabled: true,
  profile: (_ctx: unknown, client: object | undefined) =>
    rulesOf(client)?.singleAudience ? '2.0' : undefined,
} as const

/** The input with the profile's fields filled in where they were left open. */
export function withProfileFields(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('profile' in input)) return input
  const given = Object.entries(input).filter(([, value]) => value !== undefined)
  return { ...find(input.profile)?.sets(input), ...Object.fromEntries(given) }
}

/** Reports each rule of its profile that the client breaks, by name. */
export function checkProfile(
  client: ClientMetadata,
  refuse: (path: string[], message: string) => void,
): void {
  for (const { name, broken } of PROFILE_RULES[client.profile].refuses) {
    const [field, takes] = broken(client) ?? []
    if (field) refuse([field], `${takes} (${name})`)
  }
}

function find(profile: unknown): Rules | undefined {
  const known: Record<string, Rules> = PROFILE_RULES
  return typeof profile === 'string' && Object.hasOwn(known, profile) ? known[profile] : undefined
}

type Jwk = NonNullable<ClientMetadata['jwks']>['keys'][number]

const keysOf = (client: ClientMetadata): readonly Jwk[] => client.jwks?.keys ?? []

function isFapiAlg(alg: unknown): boolean {
  return alg === undefined || FAPI_ALGS.some((one) => one === alg)
}

function rsaBits({ kty, n }: Jwk): number {
  if (kty !== 'RSA') return Infinity
  const modulus = Buffer.from(typeof n === 'string' ? n : '', 'base64url')
  const [first = 0] = modulus
  return modulus.length * 8 - (Math.clz32(first) - 24)
}

/** The configuration of the library: lifetimes, scopes, endpoints, keys, and the decisions that it leaves to us. */
import type {
  AdapterFactory,
  ClientMetadata,
  Configuration,
  FindAccount,
  KoaContextWithOIDC,
} from 'oidc-provider'
import { assertClientAssertion, CLOCK_TOLERANCE_SECONDS } from './binding/client-assertion.ts'
import type { GuardedFetch } from '../platform/network/guarded-fetch.ts'
import { EXTRA_CLIENT_METADATA } from '../clients/client-metadata.ts'
import { SCOPE_CLAIMS } from './grants/claim-words.ts'
import { cookieName } from '../http/request/cookies.ts'
import { mayCallFromBrowser } from './clients/cross-origin.ts'
import { comparesSectors } from './clients/sector-document.ts'
import { createPolicy } from './requests/interaction-policy.ts'
import { libraryLifetimes } from './grants/lifetimes.ts'
import type { Lifetimes } from './grants/lifetimes.ts'
import { LIBRARY_PATHS } from './endpoints/addresses.ts'
import { mayIntrospect } from './endpoints/introspection.ts'
import { dpopFeature } from './binding/dpop.ts'
import { authenticationMethods, mtlsFeature } from './binding/mtls.ts'
import type { MtlsSettings } from './binding/mtls.ts'
import { fapiFeature } from '../clients/profiles.ts'
import { reachableLevels } from '../accounts/levels.ts'
import { signInClaims } from './requests/authentication-levels.ts'
import type { SecondFactors } from './requests/authentication-levels.ts'
import type { DetailsType } from '../resources/details-type.ts'
import { needsChallenge } from './checks/code-protection.ts'
import { repeatable } from './requests/repeatable-request.ts'
import { PROVIDER_HINTS, REQUEST_METADATA, requestFeatures } from './requests/request-features.ts'
import type { ProtocolPart } from './contract/protocol-part.ts'
import { enabledAlgorithms, STANDARD_ALG } from '../platform/algorithms.ts'
import type { SigningAlg } from '../platform/algorithms.ts'
import { resourceIndicators } from './clients/resource-access.ts'
import type { KnownResource } from './clients/resource-access.ts'
import type { Clock } from '../platform/clock.ts'

const FETCH_LIMIT_BYTES = 64 * 1024

export type ConfigurationNeeds = {
  clock: Clock
  mtls: MtlsSettings | undefined
  /** 32 bytes, equal on all nodes. */
  dpopNonceSecret: Buffer
  /** Requires a nonce of every client. Otherwise the client's profile decides. */
  dpopNonceRequired: boolean
  issuer: string
  secure: boolean
  /** Signs JWT access tokens. */
  tokenAlgorithm: SigningAlg
  /** Signs ID and logout tokens of clients that name no algorithm. */
  idTokenAlgorithm: SigningAlg
  keySet: Configuration['jwks']
  cookieKeys: string[]
  lifetimes: Lifetimes
  unverifiedAccountsMayAuthorize: boolean
  termsVersion: string | undefined
  secondFactors: SecondFactors
  adapter: AdapterFactory
  findAccount: FindAccount
  /** The subject of an account for a client with pairwise subjects. */
  pairwiseIdentifier: (ctx: unknown, accountId: string, client: unknown) => string
  /** Sets the fields that a client may not decide itself, before its metadata is checked. */
  restrainClient: (metadata: Record<string, unknown>) => void
  /** The parts of features. */
  parts: readonly ProtocolPart[]
  /** Fetches addresses that clients supplied. */
  fetch: GuardedFetch
  findResource: (identifier: string) => Promise<KnownResource | undefined>
  detailsTypes: readonly DetailsType[]
  loadExistingGrant: Configuration['loadExistingGrant']
  renderError: Configuration['renderError']
  interactionUrl: (interactionUid: string, params: Record<string, unknown>) => string
}

export function createConfiguration(needs: ConfigurationNeeds): Configuration {
  return {
    adapter: needs.adapter,
    findAccount: needs.findAccount,
    loadExistingGrant: needs.loadExistingGrant,
    renderError: needs.renderError,
    interactions: {
      policy: createPolicy(needs),
      url: (ctx, interaction) =>
        needs.interactionUrl(interaction.uid, parametersOf(ctx, repeatable(interaction))),
    },
    jwks: needs.keySet,
    cookies: cookies(needs),
    ttl: Object.assign(
      {},
      libraryLifetimes(needs.lifetimes),
      ...needs.parts.map(({ ttl }) => ttl),
    ) as Configuration['ttl'],
    routes: LIBRARY_PATHS,
    ...protocol(needs.idTokenAlgorithm, needs.detailsTypes),
    // The library knows S256 alone.
    pkce: { required: needsChallenge },
    clientAuthMethods: authenticationMethods(needs.mtls),
    features: {
      ...features(needs),
      ...requestFeatures(needs.detailsTypes, resourceIndicators(needs.findResource, needs.tokenAlgorithm)),
      ...(Object.assign({}, ...needs.parts.map((part) => part.features)) as Configuration['features']),
    },
    extraParams: PROVIDER_HINTS,
    acrValues: [...reachableLevels(needs.secondFactors.passkeys)],
    pairwiseIdentifier: needs.pairwiseIdentifier,
    extraClientMetadata: {
      properties: [...EXTRA_CLIENT_METADATA],
      validator: (_ctx, _name, _value, metadata) => needs.restrainClient(metadata),
    },
    fetch: needs.fetch,
    sectorIdentifierUriValidate: comparesSectors,
    fetchResponseBodyLimits: { jwks_uri: FETCH_LIMIT_BYTES, sector_identifier_uri: FETCH_LIMIT_BYTES },
  } as Configuration
}

/** The parameters that start the request again. For a device, the code that it shows. */
function parametersOf(
  { oidc }: KoaContextWithOIDC,
  params: Record<string, unknown>,
): Record<string, unknown> {
  const { userCode } = oidc.deviceCode ?? {}
  return userCode === undefined ? params : { client_id: params['client_id'], user_code: userCode }
}

function protocol(idTokenAlgorithm: string, detailsTypes: readonly DetailsType[]): Partial<Configuration> {
  return {
    responseTypes: ['code'],
    scopes: ['openid', 'offline_access'],
    // How somebody signed in, for apps that ask for it by `claims` (RFC 8176).
    claims: { ...structuredClone(SCOPE_CLAIMS), amr: null },
    // The account decides which of them an ID token holds.
    conformIdTokenClaims: false,
    allowOmittingSingleRegisteredRedirectUri: false,
    clientDefaults: {
      id_token_signed_response_alg: idTokenAlgorithm,
      introspection_signed_response_alg: STANDARD_ALG,
      authorization_signed_response_alg: STANDARD_ALG,
      // The checks of the details decide which of them a client may use.
      authorization_details_types: detailsTypes.map(({ type }) => type),
    } as Partial<ClientMetadata> as ClientMetadata,
    enabledJWA: enabledAlgorithms(),
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    assertJwtClientAuthClaimsAndHeader: assertClientAssertion,
    clientBasedCORS: mayCallFromBrowser,
    subjectTypes: ['public', 'pairwise'],
    expiresWithSession: (_ctx, source) => !source.scopes.has('offline_access'),
    issueRefreshToken: (_ctx, client, source) =>
      client.grantTypeAllowed('refresh_token') &&
      (source.scopes.has('offline_access') || client['first_party'] === true),
    // Sender-constrained and confidential clients authenticate at each refresh (RFC 9700 §2.2.2).
    rotateRefreshToken: ({ oidc }) =>
      oidc.client?.clientAuthMethod === 'none' && !oidc.entities.RefreshToken?.isSenderConstrained(),
    revokeGrantPolicy: ({ oidc }) => !(oidc.route === 'revocation' && oidc.entities.AccessToken),
    extraTokenClaims: signInClaims,
    discovery: { service_documentation: undefined, ...REQUEST_METADATA },
  } as Partial<Configuration>
}

function cookies({ secure, cookieKeys }: ConfigurationNeeds): Configuration['cookies'] {
  const options = { httpOnly: true, sameSite: 'lax', secure, signed: true } as const
  return {
    names: {
      session: cookieName('session', secure),
      interaction: cookieName('interaction', secure),
      resume: cookieName('resume', secure),
    },
    long: { ...options, path: '/' },
    short: options,
    keys: cookieKeys,
  } as Configuration['cookies']
}

function features(needs: ConfigurationNeeds): Configuration['features'] {
  return {
    devInteractions: { enabled: false },
    dPoP: dpopFeature(needs.dpopNonceSecret, needs.dpopNonceRequired, needs.clock),
    mTLS: mtlsFeature(needs.mtls, needs.clock),
    fapi: fapiFeature,
    clientCredentials: { enabled: true },
    revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
    introspection: { enabled: true, allowedPolicy: mayIntrospect(needs.findResource) },
    encryption: { enabled: true },
    jwtUserinfo: { enabled: true },
    jwtIntrospection: { enabled: true },
  }
}

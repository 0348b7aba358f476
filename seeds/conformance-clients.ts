/** The clients of each plan of the OpenID Foundation's suite, and what its form asks for about them. */
import type { ClientInput } from '../src/clients/client-metadata.ts'
import { certificateKey, signingKeys } from './conformance-file.ts'
import type { ConformanceFile, Holder, PlanName } from './conformance-file.ts'

/** One run of the suite: a plan with its variant, and the client of each of its form's sections. */
export type Run = {
  plan: string
  variant: Record<string, string>
  clients: Partial<Record<Section, SeededInput>>
}
type Section = Holder | 'client_secret_post'
export type SeededInput = { clientId: string; metadata: ClientInput }

/** Two at least, for the modules that send them in another order. */
export const SCOPE = 'openid profile email offline_access'
/** Of the resource server that takes the tokens of plain OAuth, where no userinfo is. */
export const RESOURCE_SCOPE = 'conformance:read'
const HOLDERS = ['client', 'client2'] as const
export const CIBA = 'urn:openid:params:grant-type:ciba'

/** Plans older than FAPI 2.0 make their client assertions for the token endpoint. */
export const OLDER_AUDIENCE = { assertion_audience: 'token_endpoint' } as const

export function runsOf(file: ConformanceFile): Run[] {
  return file.plans.flatMap((plan) => RUNS[plan](file))
}

const RUNS: Record<PlanName, (file: ConformanceFile) => Run[]> = {
  basic: (file) => bothWays(basicRun(file, 'oidcc-basic-certification-test-plan')),
  config: () => [{ plan: 'oidcc-config-certification-test-plan', variant: {}, clients: {} }],
  dynamic: () => [
    { plan: 'oidcc-dynamic-certification-test-plan', variant: { response_type: 'code' }, clients: {} },
  ],
  'form-post': (file) => bothWays(basicRun(file, 'oidcc-formpost-basic-certification-test-plan')),
  'rp-initiated-logout': (file) => bothWays(logoutRun(file, 'rp-initiated-logout', {})),
  'back-channel-logout': (file) =>
    bothWays(
      logoutRun(file, 'backchannel-rp-initiated-logout', {
        backchannel_logout_uri: at(file, 'backchannel_logout'),
        backchannel_logout_session_required: true,
      }),
    ),
  'front-channel-logout': (file) =>
    bothWays(
      logoutRun(file, 'frontchannel-rp-initiated-logout', {
        frontchannel_logout_uri: at(file, 'frontchannel_logout'),
        frontchannel_logout_session_required: true,
      }),
    ),
  // It is about what a registration answers, so there is no client to seed.
  'third-party-login': () => [
    {
      plan: 'oidcc-3rdparty-init-login-certification-test-plan',
      variant: { response_type: 'code' },
      clients: {},
    },
  ],
  'fapi2-security': (file) => fapiRuns(file, 'security-profile'),
  'fapi2-message-signing': (file) => fapiRuns(file, 'message-signing'),
  'fapi-ciba': cibaRuns,
}

/** With the clients that are seeded, and with such as register themselves. */
function bothWays(run: Run): Run[] {
  const variant = { ...run.variant, client_registration: 'dynamic_client' }
  return [run, { ...run, variant, clients: {} }]
}

const STATIC = { server_metadata: 'discovery', client_registration: 'static_client' }

function basicRun(file: ConformanceFile, plan: string): Run {
  return {
    plan,
    variant: STATIC,
    clients: {
      client: webClient(file, 'conformance-basic', 'client_secret_basic'),
      client2: webClient(file, 'conformance-basic-2', 'client_secret_basic'),
      client_secret_post: webClient(file, 'conformance-post', 'client_secret_post'),
    },
  }
}

function logoutRun(file: ConformanceFile, name: string, more: Partial<ClientInput>): Run {
  const { clientId, metadata } = webClient(file, `conformance-${name}`, 'client_secret_basic')
  const post_logout_redirect_uris = [at(file, 'post_logout_redirect')]
  return {
    plan: `oidcc-${name}-certification-test-plan`,
    variant: { client_registration: 'static_client', response_type: 'code' },
    clients: { client: { clientId, metadata: { ...metadata, post_logout_redirect_uris, ...more } } },
  }
}

function webClient(
  file: ConformanceFile,
  clientId: string,
  method: 'client_secret_basic' | 'client_secret_post',
): SeededInput {
  return {
    clientId,
    metadata: {
      client_name: `Suite: ${clientId}`,
      redirect_uris: redirectsOf(file),
      scope: SCOPE,
      token_endpoint_auth_method: method,
      id_token_signed_response_alg: 'RS256',
      // oidcc-scope-email warns of claims that OpenID Connect Core §5.4 leaves to userinfo.
      scope_claims_in_id_token: false,
      // oidcc-ensure-request-without-nonce-succeeds-for-code-flow sends neither challenge nor nonce.
      require_pkce: false,
    },
  }
}

const AUTH_TYPES = ['private_key_jwt', 'mtls'] as const
const BINDINGS = ['dpop', 'mtls'] as const

const PLAIN = { fapi_request_method: 'unsigned', fapi_response_mode: 'plain_response' } as const
/** Message Signing is in parts: signed requests, signed answers, or both. */
const SIGNINGS = [
  { fapi_request_method: 'signed_non_repudiation', fapi_response_mode: 'jarm' },
  { fapi_request_method: 'signed_non_repudiation', fapi_response_mode: 'plain_response' },
  { fapi_request_method: 'unsigned', fapi_response_mode: 'jarm' },
  PLAIN,
] as const
type Signing = (typeof SIGNINGS)[number]

function fapiRuns(file: ConformanceFile, plan: 'security-profile' | 'message-signing'): Run[] {
  const signings: readonly Signing[] = plan === 'message-signing' ? SIGNINGS : [PLAIN]
  const openid = file.resource_url ? (['openid_connect', 'plain_oauth'] as const) : ['openid_connect']
  return openid.flatMap((one) =>
    signings.flatMap((signing) =>
      AUTH_TYPES.flatMap((auth) =>
        BINDINGS.map((binding) => ({
          plan: `fapi2-${plan}-final-test-plan`,
          variant: {
            fapi_profile: 'plain_fapi',
            openid: one,
            authorization_request_type: 'simple',
            client_auth_type: auth,
            sender_constrain: binding,
            ...(plan === 'message-signing' && signing),
          },
          clients: bothHolders((holder) => fapiClient(file, holder, signing, { auth, binding })),
        })),
      ),
    ),
  )
}

type Held = { auth: (typeof AUTH_TYPES)[number]; binding: (typeof BINDINGS)[number] }

function fapiClient(
  file: ConformanceFile,
  holder: Holder,
  { fapi_request_method: request, fapi_response_mode: response }: Signing,
  { auth, binding }: Held,
): SeededInput {
  const [signs, reads] = [request !== 'unsigned', response === 'jarm']
  const profile = signs && reads ? 'fapi2-message-signing' : 'fapi2-security'
  const name = `${profile}${signs === reads ? '' : signs ? '-jar' : '-jarm'}`
  return {
    clientId: idOf(name, auth, binding, holder),
    metadata: {
      ...keysFor(file, holder, auth),
      client_name: `Suite: ${name} ${auth} ${binding}`,
      profile,
      redirect_uris: redirectsOf(file),
      scope: [SCOPE, ...(file.resource_url ? [RESOURCE_SCOPE] : [])].join(' '),
      allowed_resources: file.resource_url ? [`${file.resource_url}/`] : [],
      dpop_bound_access_tokens: binding === 'dpop',
      tls_client_certificate_bound_access_tokens: binding === 'mtls',
      ...(signs && { require_signed_request_object: true }),
      ...(reads && { response_modes: ['jwt'] }),
    },
  }
}

function cibaRuns(file: ConformanceFile): Run[] {
  return AUTH_TYPES.flatMap((auth) =>
    (['poll', 'ping'] as const).flatMap((mode) => {
      const plan = 'fapi-ciba-id1-test-plan'
      const variant = { fapi_ciba_profile: 'plain_fapi', client_auth_type: auth, ciba_mode: mode }
      const clients = bothHolders((holder) => cibaClient(file, holder, auth, mode))
      return [
        { plan, variant: { ...variant, client_registration: 'static_client' }, clients },
        { plan, variant: { ...variant, client_registration: 'dynamic_client' }, clients: {} },
      ]
    }),
  )
}

function cibaClient(
  file: ConformanceFile,
  holder: Holder,
  auth: (typeof AUTH_TYPES)[number],
  mode: 'poll' | 'ping',
): SeededInput {
  return {
    clientId: idOf('ciba', auth, mode, holder),
    metadata: {
      ...keysFor(file, holder, auth),
      client_name: `Suite: CIBA ${auth} ${mode}`,
      profile: 'fapi2-security',
      grant_types: [CIBA, 'refresh_token'],
      scope: SCOPE,
      tls_client_certificate_bound_access_tokens: true,
      backchannel_token_delivery_mode: mode,
      backchannel_authentication_request_signing_alg: algOf(file, holder),
      ...OLDER_AUDIENCE,
      ...(mode === 'ping' && {
        backchannel_client_notification_endpoint: at(file, 'ciba-notification-endpoint'),
      }),
    },
  }
}

function bothHolders(make: (holder: Holder) => SeededInput): Run['clients'] {
  return Object.fromEntries(HOLDERS.map((holder) => [holder, make(holder)]))
}

function keysFor(file: ConformanceFile, holder: Holder, auth: (typeof AUTH_TYPES)[number]) {
  const keys = signingKeys(file, holder)
  if (auth === 'private_key_jwt')
    return { token_endpoint_auth_method: auth, jwks: { keys } } satisfies Partial<ClientInput>
  return {
    token_endpoint_auth_method: 'self_signed_tls_client_auth',
    jwks: { keys: [certificateKey(file, holder), ...keys] },
  } satisfies Partial<ClientInput>
}

function idOf(profile: string, auth: string, kind: string, holder: Holder): string {
  const id = `conformance-${profile}-${auth.replaceAll('_', '-')}-${kind}`
  return holder === 'client' ? id : `${id}-2`
}

const ALGS = { RSA: 'PS256', EC: 'ES256', OKP: 'EdDSA' } as const

function algOf(file: ConformanceFile, holder: Holder) {
  return ALGS[signingKeys(file, holder)[0]?.kty ?? 'EC']
}

/** The suite's own address for the alias, and the one with a query, which its second client uses. */
function redirectsOf(file: ConformanceFile): string[] {
  const callback = at(file, 'callback')
  return file.redirect_uris ?? [callback, `${callback}?dummy1=lorem&dummy2=ipsum`]
}

function at({ suite, alias }: ConformanceFile, path: string): string {
  return `${suite}/test/a/${alias}/${path}`
}

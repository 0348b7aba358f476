/** A relying party of FAPI 2.0 (oauth4webapi), in every combination of client authentication and binding. */
import * as oauth from 'oauth4webapi'
import type { Account } from '../../../src/accounts/account.ts'
import type { ClientInput } from '../../../src/clients/client-metadata.ts'
import { createClient } from '../../../src/clients/clients.ts'
import { freePort } from '../../support/service-process.ts'
import type { Store } from '../../support/running-server.ts'
import { makeCertificate } from '../binding/certificates.ts'
import { fetchWith } from '../binding/mtls-request.ts'
import { signIn } from '../relying-party.ts'
import { openStage } from '../stage.ts'
import type { Stage } from '../stage.ts'

export type Setup = {
  profile: 'fapi2-security' | 'fapi2-message-signing'
  authentication: 'private_key_jwt' | 'tls_client_auth'
  binding: 'DPoP' | 'mTLS'
}

export const REDIRECT = 'https://fapi.example.com/callback'
const authority = makeCertificate({ subject: [[['CN', 'An authority']]], authority: true })
const server = makeCertificate({ subject: [[['CN', 'localhost']]], names: { dns: ['localhost'] } })

/** A server with one listener each for plain HTTP and for certificates, by default in two processes. */
export async function openFapiStage(store: Store, processes: 1 | 2 = 2): Promise<Stage> {
  const env = {
    ACCOUNT_SERVER_WORKERS: String(processes),
    ACCOUNT_SERVER_MTLS_PORT: String(await freePort()),
    ACCOUNT_SERVER_MTLS_CERT: server.cert,
    ACCOUNT_SERVER_MTLS_KEY: server.key,
    ACCOUNT_SERVER_MTLS_CLIENT_CA: authority.cert,
  }
  return openStage({ store, processes: 1, env })
}

export type FapiClient = Awaited<ReturnType<typeof registerFapi>>

/** Fields of an authorization request; one that is undefined is left out. */
export type Request = Record<string, string | undefined>

export async function registerFapi(stage: Stage, setup: Setup, given: Partial<ClientInput> = {}) {
  const name = `app-${stage.parts.clock()}-${Math.random()}`
  const certificate = makeCertificate({ issuer: authority, subject: [[['CN', name]]], uses: ['client'] })
  const keys = await oauth.generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await crypto.subtle.exportKey('jwk', keys.publicKey)), kty: 'EC' as const, alg: 'ES256' }
  const registered = await createClient(stage.parts.db, inputFor(setup, name, jwk, given), stage.parts)
  const client: oauth.Client = {
    client_id: registered.client_id,
    use_mtls_endpoint_aliases: setup.binding === 'mTLS' || setup.authentication === 'tls_client_auth',
    id_token_signed_response_alg: 'ES256',
    authorization_signed_response_alg: 'ES256',
    introspection_signed_response_alg: 'ES256',
  }
  const options = {
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: (url: string, init: Parameters<ReturnType<typeof fetchWith>>[1]) =>
      url.startsWith('https:') ? fetchWith(certificate)(url, init) : fetch(url, init as RequestInit),
  }
  const issuer = new URL(stage.issuer)
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options))
  const authentication = (change?: (claims: Record<string, oauth.JsonValue | undefined>) => void) =>
    setup.authentication === 'tls_client_auth'
      ? oauth.TlsClientAuth()
      : oauth.PrivateKeyJwt(keys.privateKey, {
          ...(change && { [oauth.modifyAssertion]: (_header, claims) => change(claims) }),
        })
  const proof = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
  const bound = setup.binding === 'DPoP' ? { ...options, DPoP: proof } : options
  const signing = setup.profile === 'fapi2-message-signing'

  function requestFor(verifierChallenge: string, request: Request = {}): Record<string, string> {
    const all: Request = {
      response_type: 'code',
      redirect_uri: REDIRECT,
      scope: 'openid email offline_access',
      prompt: 'consent',
      state: 'a-state',
      code_challenge: verifierChallenge,
      code_challenge_method: 'S256',
      response_mode: signing ? 'jwt' : undefined,
      ...request,
    }
    const there = Object.entries(all).filter((one): one is [string, string] => one[1] !== undefined)
    return Object.fromEntries(there)
  }

  const signed = (fields: Record<string, string>, change?: (claims: Record<string, unknown>) => void) =>
    oauth.issueRequestObject(as, client, fields, keys.privateKey, {
      ...(change && { [oauth.modifyAssertion]: (_header, claims) => change(claims) }),
    })

  async function push(request: Request = {}, given: { auth?: oauth.ClientAuth; request?: string } = {}) {
    const verifier = oauth.generateRandomCodeVerifier()
    const fields = requestFor(await oauth.calculatePKCECodeChallenge(verifier), request)
    const sent = given.request ?? (signing ? { request: await signed(fields) } : fields)
    const body = typeof sent === 'string' ? { request: sent } : sent
    const { request_uri: requestUri } = await withNonce(
      () => oauth.pushedAuthorizationRequest(as, client, given.auth ?? authentication(), body, bound),
      (answer) => oauth.processPushedAuthorizationResponse(as, client, answer),
    )
    const query = new URLSearchParams({ client_id: client.client_id, request_uri: requestUri })
    return { verifier, path: `/oauth/authorize?${query}` }
  }

  /** The parameters of the answer, verified; for a code flow that somebody went through. */
  async function authorize(person: Account, path: string): Promise<URLSearchParams> {
    const returned = await signIn(stage.visitor(), path, person)
    return signing
      ? oauth.validateJwtAuthResponse(as, client, returned, 'a-state', options)
      : oauth.validateAuthResponse(as, client, returned, 'a-state')
  }

  const redeem = (answer: URLSearchParams, verifier: string, with_: object = bound, nonce?: string) =>
    withNonce(
      () =>
        oauth.authorizationCodeGrantRequest(as, client, authentication(), answer, REDIRECT, verifier, with_),
      (response) =>
        oauth.processAuthorizationCodeResponse(as, client, response, {
          expectedNonce: nonce ?? oauth.expectNoNonce,
        }),
    )

  return {
    as,
    client,
    registered,
    options,
    authentication,
    keys,
    signed,
    requestFor,
    push,
    authorize,
    redeem,
    async tokensFor(person: Account) {
      const { verifier, path } = await push()
      return redeem(await authorize(person, path), verifier)
    },
    clientCredentials: () =>
      withNonce(
        () => oauth.clientCredentialsGrantRequest(as, client, authentication(), {}, bound),
        (response) => oauth.processClientCredentialsResponse(as, client, response),
      ),
    refresh: (token: string) =>
      withNonce(
        () => oauth.refreshTokenGrantRequest(as, client, authentication(), token, bound),
        (response) => oauth.processRefreshTokenResponse(as, client, response),
      ),
    userinfo: (token: string, subject: string) =>
      withNonce(
        () => oauth.userInfoRequest(as, client, token, bound),
        (response) => oauth.processUserInfoResponse(as, client, subject, response),
      ),
    async introspect(token: string) {
      const asked = { ...options, requestJwtResponse: signing }
      const response = await oauth.introspectionRequest(as, client, authentication(), token, asked)
      const shown = await oauth.processIntrospectionResponse(as, client, response)
      if (signing) await oauth.validateApplicationLevelSignature(as, response, options)
      return shown
    },
  }
}

/** Asks again when the answer was that a nonce is needed; the handle has remembered it. */
async function withNonce<T>(
  request: () => Promise<Response>,
  read: (answer: Response) => Promise<T>,
): Promise<T> {
  try {
    return await read(await request())
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error
    return read(await request())
  }
}

function inputFor(setup: Setup, name: string, jwk: object, given: Partial<ClientInput>): ClientInput {
  const jwks = { keys: [jwk] } as ClientInput['jwks']
  return {
    client_name: 'A FAPI app',
    profile: setup.profile,
    redirect_uris: [REDIRECT],
    jwks,
    ...(setup.authentication === 'tls_client_auth' && {
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_auth_subject_dn: `CN=${name}`,
    }),
    ...(setup.binding === 'mTLS' && { tls_client_certificate_bound_access_tokens: true }),
    ...given,
  }
}

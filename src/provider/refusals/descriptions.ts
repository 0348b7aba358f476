/**
 * Describes each refusal of the library for the developer of an app: what was wrong, what was sent, what is allowed,
 * and what to change. The library's own sentence is looked up first, then the error code. When a new version of the
 * library uses other sentences, test/provider/refusals/library-sentences.test.ts fails.
 */
import type { KoaContextWithOIDC } from 'oidc-provider'
import { SECOND_MS } from '../../platform/clock.ts'
import { acceptedValues } from '../library/library.ts'
import { mustProve } from '../checks/code-protection.ts'
import { authenticationFailed, grantRefused } from './credentials.ts'
import { DOCUMENTS_REFUSED, REGISTRATION_CLOSED, UNKNOWN_CLIENT } from './opening.ts'
import { authenticationsIn, clockMistakes, got, gotProofAddress, gotType, lostParameters } from './sent.ts'
import { shownNames } from '../../platform/shown.ts'

/** An error of the library, or one with the same members. */
export type Refusal = Error & {
  error?: string
  error_description?: string | undefined
  error_detail?: string
  scope?: string
  statusCode?: number
}

type Words = string | ((ctx: KoaContextWithOIDC, refusal: Refusal) => string | undefined)

/** The advice to a request with prompt=none that needs the person. */
const ASK = 'send the request without prompt=none, so that the person can be asked'
const UNASKED = new Set(['consent_required', 'interaction_required', 'login_required'])

/** For errors without a description. */
export const BY_CODE: Readonly<Record<string, string>> = {
  access_denied: 'the request was denied: nothing was granted that this client may have',
  consent_required: ASK,
  expired_login_hint_token: 'the login_hint_token has expired',
  expired_token: 'the code has expired: begin a new request',
  interaction_required: ASK,
  invalid_authorization_details: 'authorization_details are not as their types demand',
  invalid_binding_message: 'binding_message cannot be shown: send a short plain text',
  invalid_client: 'client authentication failed',
  invalid_dpop_proof:
    'the DPoP proof is not accepted: make a new one for each request (RFC 9449 section 4.2)',
  invalid_request_object: 'the request object is not accepted (RFC 9101)',
  invalid_request_uri: 'request_uri is unknown, expired or used: push the request again',
  invalid_software_statement: 'the software_statement is not accepted: have it signed anew',
  invalid_user_code: 'the user_code is not the right one',
  login_required: ASK,
  missing_user_code: 'user_code is missing',
  registration_not_supported:
    'registration in the request is not supported: register the client first, then leave the parameter out',
  request_not_supported: 'request objects are not supported: send the parameters one by one',
  request_uri_not_supported:
    'requests are not fetched from an address of the app, whatever it is: push the request to pushed_authorization_request_endpoint and send the request_uri that it answers, or send the JWT as request (RFC 9101 section 10.4.1)',
  temporarily_unavailable: 'the service is briefly unavailable: send the same request again',
  transaction_failed: 'the request could not be carried out: begin it anew',
  unapproved_software_statement: 'the issuer of the software_statement is not accepted here',
  unauthorized_client: 'this client is not registered for that: see its grant_types and response_types',
  unknown_user_id: 'the hint names nobody who can be asked',
  unmet_authentication_requirements:
    'no authentication level that was asked for can be reached, or the person did not set up what it needs: see acr_values_supported',
  unsupported_token_type: 'tokens of this type are not taken here',
  use_dpop_nonce: 'send the request again with the nonce of the DPoP-Nonce header in the proof',
}

const CHALLENGE =
  'send code_challenge, the base64url of the SHA-256 of code_verifier, and code_challenge_method=S256'
const BASIC = 'see RFC 6749 section 2.3.1'
const BAD_HEADER = new Set(['userinfo', 'client', 'client_update', 'client_delete', 'registration'])

/** Replaces sentences of the library that do not say enough. */
export const BY_SENTENCE: Readonly<Record<string, Words>> = {
  'client authentication failed': authenticationFailed,
  'grant request is invalid': (ctx, { error_detail: detail }) => grantRefused(ctx, detail),
  'client is invalid': UNKNOWN_CLIENT,
  'failed to parse the request body': (ctx, { error_detail: detail }) => unreadable(ctx, detail),
  'no client authentication mechanism provided': (ctx) =>
    `the request does not say which client it is from: send Authorization: Basic, a client_assertion, or client_id${lostParameters(ctx)}`,
  'client authentication must only be provided using one mechanism': (ctx) =>
    `send one kind of client authentication; got ${authenticationsIn(ctx)}`,
  'client_id mismatch':
    'client_id in the body is another than in the Authorization header or the client_assertion',
  'invalid authorization header value format': ({ oidc }) =>
    BAD_HEADER.has(oidc.route)
      ? 'Authorization takes Bearer or DPoP, one space, and the access token'
      : `Authorization takes Basic, one space, and the base64 of client_id:client_secret, each form-urlencoded first; ${BASIC}`,
  'client_id and client_secret in the authorization header are not properly encoded': `client_id and client_secret have to be form-urlencoded before they are joined by a colon and base64-encoded: a percent sign is sent as %25; ${BASIC}`,
  'client_secret must be provided in the Authorization header':
    'the client_secret behind the colon is empty; a client without one sends client_id in the body and no Authorization header',
  'invalid client_assertion format':
    'client_assertion is not a JWT: three base64url parts, joined by dots (RFC 7523)',
  'client_assertion_type must be provided':
    'client_assertion_type is missing: send urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  'unsupported grant_type requested': (ctx) =>
    `grant_type takes ${acceptedValues(ctx.oidc.provider).grantTypes.join(', ')}${got(ctx, 'grant_type')}`,
  'unsupported response_type requested': (ctx) =>
    `response_type takes ${acceptedValues(ctx.oidc.provider).responseTypes.join(', ')}${got(ctx, 'response_type')}`,
  'unsupported response_mode requested': (ctx) =>
    `response_mode takes ${acceptedValues(ctx.oidc.provider).responseModes.join(', ')}`,
  'requested grant type is not allowed for this client': (ctx) =>
    `this client is not registered for this grant: add it to its grant_types${got(ctx, 'grant_type')}`,
  'requested response_type is not allowed for this client': (ctx) =>
    `this client is not registered for this response_type${got(ctx, 'response_type')}`,
  'requested response_mode is not allowed for this client or request': (ctx) =>
    `response_mode is not among the response_modes that this client is registered for${got(ctx, 'response_mode')}`,
  'Web Message Response Mode Relay Mode is not supported': 'web_message_uri is not supported: leave it out',
  'Authorization Server policy requires PKCE to be used for this request': ({ oidc }) =>
    oidc.client && !mustProve(oidc.client)
      ? `the code needs protection: ${CHALLENGE}, or send scope openid and a nonce`
      : `PKCE is required: ${CHALLENGE}`,
  'code_challenge_method must be provided': 'code_challenge_method is missing: send S256',
  'not supported value of code_challenge_method': (ctx) =>
    `code_challenge_method takes S256${got(ctx, 'code_challenge_method')}`,
  'code_challenge must be provided with code_challenge_method':
    'code_challenge is missing: send the base64url of the SHA-256 of code_verifier',
  'unsupported prompt value requested': (ctx) =>
    `prompt takes ${acceptedValues(ctx.oidc.provider).prompts.join(', ')}${got(ctx, 'prompt')}`,
  'invalid max_age parameter value': (ctx) =>
    `max_age takes a whole number of seconds, 0 or more${got(ctx, 'max_age')}`,
  'invalid requested_expiry parameter value': (ctx) =>
    `requested_expiry takes a whole number of seconds, 1 or more${got(ctx, 'requested_expiry')}`,
  'scope contains invalid characters':
    'scope takes names with single spaces between them, without quotes and backslashes',
  'requested scope is not allowed': (_ctx, { scope }) =>
    `the scope ${shownNames(scope ?? '')} is not among those that this client is registered for`,
  'could not parse the claims parameter JSON': 'claims is not valid JSON',
  'could not decode id_token_hint':
    'id_token_hint is not a signed JWT: send the ID token as it was issued, or what was encrypted in it',
  'could not validate id_token_hint':
    'id_token_hint is not an ID token that this server issued to this client: send the last one as it was issued',
  'unrecognized id_token_hint audience': 'the client that id_token_hint was issued to is not registered here',
  'post_logout_redirect_uri not registered':
    'post_logout_redirect_uri is not among the post_logout_redirect_uris of the client; they are compared exactly',
  'could not parse Request Object': withDetail('request is not a JWT that can be read'),
  'Request Object claims are invalid': aboutClaims,
  'could not validate Request Object': withDetail(
    'the signature of the request object does not verify with the keys of this client',
  ),
  'could not decrypt request object': withDetail(
    'the request object cannot be decrypted with a key of jwks_uri',
  ),
  'unsupported signed request alg':
    'the alg of the request object is not among request_object_signing_alg_values_supported',
  'the preregistered alg must be used in request or request_uri':
    'the alg of the request object is not the request_object_signing_alg that this client is registered with',
  'Pushed Authorization Request must be used':
    'Pushed Authorization Request must be used: send the parameters to pushed_authorization_request_endpoint, then come with client_id and the request_uri from there',
  'Request Object must be used by this client':
    'Request Object must be used by this client: sign the parameters as a JWT and send it as request',
  'request_uri is invalid, expired, or was already used':
    'request_uri is invalid, expired, or was already used: push the request again, each serves once and for a minute',
  'invalid request_uri': 'request_uri is not one that the pushed authorization request endpoint gave',
  'DPoP proof key thumbprint does not match dpop_jkt':
    'dpop_jkt is not the SHA-256 thumbprint (RFC 7638) of the key in the DPoP proof',
  'resource indicator is missing, or unknown':
    'resource is missing, or not one that this client is registered for and was granted',
  'multiple proof-of-possession mechanisms are not allowed':
    'send a DPoP proof or a client certificate, not both',
  'could not parse the authorization_details parameter JSON': 'authorization_details is not valid JSON',
  'client JSON Web Key Set failed to be refreshed':
    'the key set at the jwks_uri of this client cannot be fetched: it has to answer 200 with JSON, on the public network, without redirects',
  'client_id metadata document fetch failed':
    'the document at the client_id cannot be fetched: it has to answer 200 with JSON, on the public network, without redirects',
  'client is not allowed': DOCUMENTS_REFUSED,
  'client_id metadata document fetch not allowed': DOCUMENTS_REFUSED,
  'no access token provided': ({ oidc }) =>
    oidc.route === 'registration'
      ? REGISTRATION_CLOSED
      : 'no access token: send Authorization, with Bearer or DPoP and the token',
  'access tokens must not be provided via query parameter':
    'the access token is not read from the address: send it as Authorization: Bearer',
  'authorization header scheme must be `Bearer`':
    'Authorization takes Bearer with an access token, or DPoP with one and a DPoP proof',
  'authorization header scheme must be `DPoP` when DPoP is used':
    'with a DPoP proof, send the access token as Authorization: DPoP',
  '`DPoP` header not provided': 'Authorization: DPoP needs a proof in the DPoP header (RFC 9449 section 7.1)',
  'invalid token provided': (ctx, { error_detail: detail }) => tokenRefused(ctx, detail),
  'access token missing openid scope':
    'the access token lacks the scope openid: ask for it when it is issued',
  'DPoP proof htm mismatch': (ctx) => `DPoP proof htm has to be ${ctx.method}, the method of the request`,
  'DPoP proof htu mismatch': (ctx) =>
    `DPoP proof htu has to be the address of the endpoint, ${ctx.oidc.urlFor(ctx.oidc.route)}${gotProofAddress(ctx)}`,
  'DPoP proof ath mismatch': 'DPoP proof ath has to be the base64url of the SHA-256 of the access token',
  'DPoP proof iat is not recent enough, use a DPoP nonce instead':
    'DPoP proof iat is too old: make a new proof for each request and check the clock, or use the nonce of the DPoP-Nonce header',
  'invalid DPoP key binding': withDetail(
    'the DPoP proof is not one: it takes typ dpop+jwt, a public jwk in its header and an alg of dpop_signing_alg_values_supported',
  ),
  'nonce is required in the DPoP proof': BY_CODE['use_dpop_nonce'] ?? '',
  'invalid nonce in DPoP proof': `the nonce in the DPoP proof is not valid any more: ${BY_CODE['use_dpop_nonce']}`,
  'you are polling too quickly and should back off at a reasonable rate':
    'asked too early: from now on wait 5 seconds longer between two requests (RFC 8628 section 3.5)',
  "authorization request is still pending as the end-user hasn't yet completed the user interaction steps":
    'the person has not answered yet: ask again, at the earliest after interval seconds',
  'device code is expired': 'the device_code has expired: begin again at the device authorization endpoint',
  'backchannel authentication request is expired':
    'the auth_req_id has expired: begin again at the backchannel authentication endpoint',
  'could not identify end-user':
    'the hint names nobody who can be asked: send the e-mail address of an account',
  'missing one of required parameters login_hint_token, id_token_hint, or login_hint':
    'the request does not say who is asked: send login_hint, an e-mail address, or id_token_hint',
  'only one of required parameters login_hint_token, id_token_hint, or login_hint must be provided':
    'send only one of login_hint and id_token_hint',
}

/** Replaces sentences of the library that contain a value. */
export const BY_PATTERN: readonly (readonly [RegExp, Words])[] = [
  [/^only (\S+) content-type bodies are supported/, (ctx, refusal) => wrongType(ctx, refusal)],
  [/^missing required parameters? /, (ctx, { error_description: text }) => `${text}${lostParameters(ctx)}`],
  [
    /^urn:\S+ is not allowed for this client$/,
    (_ctx, { error_description: text = '' }) =>
      `this client is not registered for the grant type ${text.split(' ')[0]}: add it to its grant_types`,
  ],
  [
    /^refresh token missing requested scopes?$/,
    (_ctx, { scope }) =>
      `the refresh token does not have the scope ${shownNames(scope ?? '')}: leave it out, or ask the person anew`,
  ],
  [
    /^no suitable encryption key found/,
    (_ctx, { error_description: text }) => `${text}: the jwks or jwks_uri of this client has to hold one`,
  ],
  [
    /^authorization details type '[^]*' is not allowed for this client$/,
    'this client is not registered for a type of these authorization_details: see its authorization_details_types',
  ],
  [
    /^origin \S* not allowed for client: /,
    'pages of this origin may not call for this client: add the origin to its cors_origins',
  ],
]

/** Sentences for which the standards have another error code than the library: RFC 6749 §4.1.2.1 and §5.2, CIBA §13. */
const FOR_OTHERS: readonly RegExp[] = [
  /^requested grant type is not allowed for this client$/,
  /^requested response_type is not allowed for this client$/,
  /^urn:\S+ is not allowed for this client$/,
]

/** True for a client that asks for something it is not registered for, which is `unauthorized_client`. */
export function isForOthers({ error_description: sentence = '' }: Refusal): boolean {
  return FOR_OTHERS.some((pattern) => pattern.test(sentence))
}

/** The description of a refusal. `undefined` when its own is clear enough. */
export function descriptionOf(ctx: KoaContextWithOIDC, refusal: Refusal): string | undefined {
  const { error_description: sentence } = refusal
  if (sentence === undefined) return BY_CODE[refusal.message]
  if (UNASKED.has(refusal.message)) return `${sentence}: ${ASK}`
  const words = Object.hasOwn(BY_SENTENCE, sentence)
    ? BY_SENTENCE[sentence]
    : BY_PATTERN.find(([pattern]) => pattern.test(sentence))?.[1]
  return typeof words === 'function' ? words(ctx, refusal) : words
}

function wrongType(ctx: KoaContextWithOIDC, { error_description: sentence = '' }: Refusal): string {
  const [, type = ''] = sentence.split(' ')
  const name = type === 'application/json' ? 'JSON' : 'a form'
  return `the body has to be ${name}, sent as Content-Type: ${type}${gotType(ctx)}`
}

const BODY_LIMIT = '56 KiB'

function unreadable(ctx: KoaContextWithOIDC, detail = ''): string {
  if (/too large/.test(detail)) return `the body is larger than ${BODY_LIMIT}`
  if (/content length/.test(detail)) return 'the body has another length than Content-Length says'
  return ctx.is('application/json') ? 'the body is not valid JSON' : 'the body cannot be read as a form'
}

/** Mistakes in a JWT that the app made itself. */
const ABOUT_JWT =
  /^(jwt |invalid \w+ value|Invalid (Compact JWS|JWT|Token)|no applicable key|signature verification|"?(alg|typ)|unexpected "(typ|alg)|payload is not)/i

function withDetail(words: string): Words {
  return (_ctx, { error_detail: detail = '' }) => (ABOUT_JWT.test(detail) ? `${words} (${detail})` : words)
}

function aboutClaims(ctx: KoaContextWithOIDC, refusal: Refusal): string | undefined {
  const words = 'the claims of the request object are not valid'
  const mistakes = clockMistakes(ctx.oidc.params?.['request'], Math.floor(Date.now() / SECOND_MS))
  if (mistakes.length > 0) return `${words}: ${mistakes.join(', ')}`
  const described = withDetail(words)
  return typeof described === 'function' ? described(ctx, refusal) : described
}

const OF_TOKEN: Record<string, string> = {
  'token audience prevents accessing the userinfo endpoint':
    'the access token is for a resource server: userinfo takes one that was asked for without resource',
  'access token is not sender-constrained but proof of possession was provided':
    'the access token is not bound to a key: send it as Authorization: Bearer, without DPoP',
  'DPoP proof JWT Replay detected': 'the DPoP proof was used before: make a new one for each request',
}

function tokenRefused({ oidc }: KoaContextWithOIDC, detail = ''): string {
  if (oidc.route.startsWith('client'))
    return 'the registration_access_token is unknown, used up or for another client: take the one of the last answer'
  if (oidc.route === 'registration')
    return 'the initial access token is unknown, expired, revoked or used up: ask the operator for one'
  const words = 'the access token is unknown, expired or revoked, or its key or certificate was not shown'
  return OF_TOKEN[detail] ?? words
}

/**
 * The facts that an operator needs to help the developer of a refused app: what was sent, and what is registered. They
 * are in the log, under the id that is on the page or in `X-Request-Id`. When the issuer is on loopback, the error page
 * shows them too. Elsewhere a stranger learns no more than RFC 6749 allows.
 */
import { decodeProtectedHeader } from 'jose'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { CLIENT_SIGNING_ALGS } from '../../platform/algorithms.ts'
import { presentedCertificate } from '../library/library.ts'
import { unverifiedClaims } from '../../platform/unverified-claims.ts'
import type { Refusal } from './descriptions.ts'
import { authenticationOf, parameterOf, shownParameter } from './sent.ts'
import type { AuthenticationMethod } from './sent.ts'
import { shownAddress, shownChoice, shownId, shownNames } from '../../platform/shown.ts'

type Client = NonNullable<KoaContextWithOIDC['oidc']['client']>
export type RefusalFacts = { got?: string | undefined; registered?: unknown }

const LONGEST = 300

/** The parameter that was compared, by the words of the error that name it. */
const COMPARED: [RegExp, parameter: string, (client: Client) => unknown][] = [
  [/post_logout_redirect_uri/, 'post_logout_redirect_uri', (client) => client.postLogoutRedirectUris],
  [/redirect_uri/, 'redirect_uri', (client) => client.redirectUris],
  [/grant type|grant_type/, 'grant_type', (client) => client.grantTypes],
  [/response_type/, 'response_type', (client) => client.responseTypes],
  [/response_mode/, 'response_mode', (client) => client['responseModes']],
  [/code_challenge/, 'code_challenge_method', () => 'S256'],
  [/scope/, 'scope', (client) => client.scope],
  [/prompt/, 'prompt', () => undefined],
  [/cors_origins/, 'origin', (client) => client['cors_origins']],
  [/request object/, 'request_object_signing_alg', (client) => client['requestObjectSigningAlg']],
  [/resource|target/, 'resource', (client) => client['allowed_resources']],
]

export function refusalFacts(ctx: KoaContextWithOIDC, refusal: Refusal): RefusalFacts {
  const { client } = ctx.oidc
  if (refusal.message === 'invalid_client') return client ? methodsOf(ctx, client) : { got: strangerOf(ctx) }
  if (!client) return {}
  const { message, error_description: sentence = '', error_detail: detail = '' } = refusal
  // The public description of an invalid_grant lists every possible reason, so the detail decides.
  const words = message === 'invalid_grant' ? detail : `${message} ${sentence}`
  const found = COMPARED.find(([pattern]) => pattern.test(words))
  if (!found) return {}
  const [, parameter, registeredOf] = found
  const came = parameter === 'origin' ? ctx.get('Origin') : ctx.oidc.params?.[parameter]
  const registered = registeredOf(client)
  return { got: shown(ctx, parameter, textOf(came), registered), registered }
}

const ADDRESSES = new Set(['post_logout_redirect_uri', 'redirect_uri', 'origin', 'resource'])

function shown(ctx: KoaContextWithOIDC, parameter: string, came: string | undefined, registered: unknown) {
  if (came === undefined) return undefined
  const known = [registered].flat().filter((one) => typeof one === 'string')
  if (ADDRESSES.has(parameter)) return shownAddress(came, known)
  return parameter === 'scope'
    ? shownNames(came, known.join(' ').split(' '))
    : shownParameter(ctx, parameter, came)
}

const METHODS: Record<AuthenticationMethod, string> = {
  basic: 'client_secret_basic',
  post: 'client_secret_post',
  assertion: 'client_assertion',
  certificate: 'a client certificate',
  none: 'client_id alone',
}

function methodsOf(ctx: KoaContextWithOIDC, client: Client): RefusalFacts {
  const method = authenticationOf(ctx)
  const shown = method === 'assertion' ? assertionOf(ctx) : certificateOf(ctx, method)
  return {
    got: [METHODS[method], ...shown].join(' ').slice(0, 2 * LONGEST),
    registered: registrationOf(client),
  }
}

/** Everything in an assertion that is checked and that proves nothing by itself. */
function assertionOf(ctx: KoaContextWithOIDC): string[] {
  const jwt = parameterOf(ctx, 'client_assertion')
  const claims = unverifiedClaims(jwt)
  const { alg, kid } = headerOf(jwt)
  const [iss, sub] = [claims['iss'], claims['sub']].map((id) => ifText(id, shownId))
  const aud = ifText(claims['aud'], (text) =>
    text
      .split(' ')
      .map((one) => shownAddress(one))
      .join(' '),
  )
  const [iat, exp, nbf] = [claims['iat'], claims['exp'], claims['nbf']].map((time) =>
    typeof time === 'number' ? String(time) : undefined,
  )
  const shownAlg = ifText(alg, (text) => shownChoice(text, [...CLIENT_SIGNING_ALGS, 'HS256', 'none']))
  const parts = Object.entries({ alg: shownAlg, kid: kidOf(ctx, kid), iss, sub, aud, iat, nbf, exp })
  return parts.filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${value}`)
}

function ifText(value: unknown, show: (text: string) => string): string | undefined {
  const text = textOf(value)
  return text === undefined ? undefined : show(text)
}

/** The id of a key is often its thumbprint, which looks like a token. A registered key id is shown. */
function kidOf({ oidc }: KoaContextWithOIDC, kid: unknown): string | undefined {
  const registered = (oidc.client?.jwks?.keys ?? []).map((key) => key.kid)
  return registered.includes(String(kid)) ? String(kid) : ifText(kid, (text) => shownNames(text))
}

function headerOf(jwt: string | undefined): { alg?: unknown; kid?: unknown } {
  try {
    const { alg, kid } = decodeProtectedHeader(jwt ?? '')
    return { alg, kid }
  } catch {
    return {}
  }
}

function certificateOf(ctx: KoaContextWithOIDC, method: AuthenticationMethod): string[] {
  const certificate = method === 'certificate' ? presentedCertificate(ctx) : undefined
  return certificate ? [certificate.subject.replaceAll('\n', ', '), `until ${certificate.validTo}`] : []
}

const SUBJECTS = [
  'tlsClientAuthSubjectDn',
  'tlsClientAuthSanDns',
  'tlsClientAuthSanIp',
  'tlsClientAuthSanEmail',
  'tlsClientAuthSanUri',
]

function registrationOf(client: Client): string {
  const fields = ['tokenEndpointAuthSigningAlg', ...SUBJECTS].map((name) => textOf(client[name]))
  return [client.clientAuthMethod, ...fields].filter(Boolean).join(' ')
}

/** The client_id in the request, when no such client is registered. */
function strangerOf(ctx: KoaContextWithOIDC): string | undefined {
  const id = clientIdOf(ctx)
  return id === undefined ? undefined : shownId(id.slice(0, LONGEST))
}

function clientIdOf(ctx: KoaContextWithOIDC): string | undefined {
  const [scheme = '', value = ''] = (ctx.headers.authorization ?? '').split(' ')
  if (scheme.toLowerCase() !== 'basic') return parameterOf(ctx, 'client_id') ?? issuerOf(ctx)
  return Buffer.from(value, 'base64').toString().split(':')[0]
}

function issuerOf(ctx: KoaContextWithOIDC): string | undefined {
  const { iss } = unverifiedClaims(parameterOf(ctx, 'client_assertion'))
  return typeof iss === 'string' ? iss : undefined
}

function textOf(value: unknown): string | undefined {
  const text = Array.isArray(value) ? value.join(' ') : value
  return typeof text === 'string' ? text.slice(0, LONGEST) : undefined
}

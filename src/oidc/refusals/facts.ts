/**
 * What an operator needs to help the developer of an app that was refused: what came, and what is registered. It stands
 * in the log alone, under the id that the page shows or the answer carries in `X-Request-Id`; a stranger learns no more
 * than RFC 6749 allows.
 */
import { decodeProtectedHeader } from 'jose'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { presentedCertificate } from '../library/library.ts'
import { unverifiedClaims } from '../unverified-claims.ts'
import type { Refusal } from './descriptions.ts'
import { authenticationOf, parameterOf } from './sent.ts'
import type { AuthenticationMethod } from './sent.ts'

type Client = NonNullable<KoaContextWithOIDC['oidc']['client']>
export type RefusalFacts = { got?: string | undefined; registered?: unknown }

const LONGEST = 300
/** A client identifier that is longer is a web address, or somebody's secret in the wrong place. */
const LONGEST_ID = 36

/** What was compared, by the part of the error's words that names it. */
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
  const { message, error_description: told = '', error_detail: detail = '' } = refusal
  // What an invalid_grant says in public names everything that it could have been.
  const said = message === 'invalid_grant' ? detail : `${message} ${told}`
  const found = COMPARED.find(([words]) => words.test(said))
  if (!found) return {}
  const [, parameter, registeredOf] = found
  const came = parameter === 'origin' ? ctx.get('Origin') : ctx.oidc.params?.[parameter]
  return { got: textOf(came), registered: registeredOf(client) }
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

/** All of an assertion that its checks look at and that is no proof by itself. */
function assertionOf(ctx: KoaContextWithOIDC): string[] {
  const jwt = parameterOf(ctx, 'client_assertion')
  const { iss, sub, aud, iat, exp } = unverifiedClaims(jwt)
  const given = Object.entries({ ...headerOf(jwt), iss, sub, aud: textOf(aud), iat, exp })
  return given.filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${String(value)}`)
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

/** Who it says it is, when nobody by that name is registered. */
function strangerOf(ctx: KoaContextWithOIDC): string | undefined {
  const id = clientIdOf(ctx)
  if (id === undefined) return undefined
  return id.length <= LONGEST_ID || URL.canParse(id) ? id.slice(0, LONGEST) : `${id.slice(0, 6)}...`
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

/** The clients of a Keycloak realm. Each of them is an app here; what an app cannot be, the report names. */
import { z } from 'zod'
import { DEVICE_GRANT } from '../../clients/client-choices.ts'
import type { LeftOut } from '../incoming.ts'
import { NotReadable, parsed } from '../incoming.ts'
import { askedOnce, exactAddresses, given } from '../incoming-client.ts'
import type { IncomingClient } from '../incoming-client.ts'
import { claimsFrom, mapper } from './keycloak-mappers.ts'

const client = z.looseObject({
  clientId: z.string(),
  name: z.string().nullish(),
  rootUrl: z.string().nullish(),
  baseUrl: z.string().nullish(),
  enabled: z.boolean().default(true),
  protocol: z.string().default('openid-connect'),
  publicClient: z.boolean().default(false),
  bearerOnly: z.boolean().default(false),
  consentRequired: z.boolean().default(false),
  clientAuthenticatorType: z.string().default('client-secret'),
  secret: z.string().nullish(),
  redirectUris: z.array(z.string()).default([]),
  webOrigins: z.array(z.string()).default([]),
  standardFlowEnabled: z.boolean().default(true),
  implicitFlowEnabled: z.boolean().default(false),
  directAccessGrantsEnabled: z.boolean().default(false),
  serviceAccountsEnabled: z.boolean().default(false),
  attributes: z.record(z.string(), z.unknown()).default({}),
  protocolMappers: z.array(mapper).default([]),
  authorizationSettings: z.unknown().optional(),
})

type Client = z.output<typeof client>

/** Every realm has these: its own pages and administration. */
const BUILT_IN = new Set([
  'account',
  'account-console',
  'admin-cli',
  'broker',
  'realm-management',
  'security-admin-console',
])

/** @throws NotReadable for what is no app here */
export function keycloakClient(value: Readonly<Record<string, unknown>>): IncomingClient {
  const data = parsed(client, value)
  const { clientId } = data
  if (BUILT_IN.has(clientId))
    throw new NotReadable(`${clientId} belongs to Keycloak itself`, 'client_built_in')
  if (data.protocol !== 'openid-connect')
    throw new NotReadable(`${clientId} speaks ${data.protocol}, not OpenID Connect`, 'client_protocol')
  if (data.bearerOnly)
    throw new NotReadable(
      `${clientId} only takes tokens: register it with resource create`,
      'client_bearer_only',
    )
  const { redirects, signedOut, origins } = addressesOf(data)
  const hidden = data.secret && /^\*+$/.test(data.secret)
  return {
    clientId,
    // `${client_account}` is the name of a translation.
    name: data.name && !data.name.startsWith('${') ? data.name : clientId,
    secret: hidden ? undefined : (data.secret ?? undefined),
    disabled: !data.enabled,
    metadata: given({
      redirect_uris: redirects.kept,
      post_logout_redirect_uris: signedOut.kept,
      grant_types: grantsOf(data),
      token_endpoint_auth_method: methodOf(data),
      ...keysOf(data),
      client_uri: siteOf(data),
      // Keycloak signs with it unless it is asked for another one.
      id_token_signed_response_alg: attribute(data, 'id.token.signed.response.alg') ?? 'RS256',
      require_pkce: attribute(data, 'pkce.code.challenge.method') === 'S256' ? true : undefined,
      cors_origins: origins.kept,
      custom_claims: claimsFrom(data.protocolMappers).claims,
      backchannel_logout_uri: attribute(data, 'backchannel.logout.url'),
    }),
    leftOut: [...redirects.leftOut, ...signedOut.leftOut, ...origins.leftOut, ...leftOutOf(data)],
  }
}

function attribute({ attributes }: Client, name: string): string | undefined {
  const value = attributes[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function absolute({ rootUrl }: Client, address: string): string {
  return rootUrl && address.startsWith('/') ? rootUrl.replace(/\/$/, '') + address : address
}

function addressesOf(data: Client) {
  const addresses = data.redirectUris.map((address) => absolute(data, address))
  const redirects = exactAddresses('redirect', addresses)
  return {
    redirects,
    signedOut: exactAddresses('logout redirect', signedOutOf(data, redirects.kept)),
    origins: exactAddresses('origin', originsOf(data, redirects.kept)),
  }
}

/** In Keycloak’s list, `+` means all redirect addresses, and `-` means none. */
function signedOutOf(data: Client, redirects: readonly string[]): string[] {
  const named = attribute(data, 'post.logout.redirect.uris')?.split('##') ?? []
  return named.flatMap((one) => (one === '+' ? redirects : one === '-' ? [] : [absolute(data, one)]))
}

function grantsOf(data: Client): string[] {
  const device = attribute(data, 'oauth2.device.authorization.grant.enabled') === 'true'
  const signsIn = data.standardFlowEnabled || device
  return [
    ...(data.standardFlowEnabled ? ['authorization_code'] : []),
    ...(device ? [DEVICE_GRANT] : []),
    ...(signsIn ? ['refresh_token'] : []),
    ...(data.serviceAccountsEnabled ? ['client_credentials'] : []),
  ]
}

const METHODS: Readonly<Record<string, string>> = {
  'client-secret': 'client_secret_basic',
  'client-secret-jwt': 'client_secret_jwt',
  'client-jwt': 'private_key_jwt',
  'client-x509': 'tls_client_auth',
}

function methodOf({ publicClient, clientAuthenticatorType: type }: Client): string | undefined {
  return publicClient ? 'none' : (METHODS[type] ?? type)
}

function keysOf(data: Client) {
  const method = methodOf(data)
  return {
    jwks_uri: method === 'private_key_jwt' ? attribute(data, 'jwks.url') : undefined,
    tls_client_auth_subject_dn: method === 'tls_client_auth' ? attribute(data, 'x509.subjectdn') : undefined,
  }
}

function siteOf(data: Client): string | undefined {
  const address = data.baseUrl ? absolute(data, data.baseUrl) : data.rootUrl
  return address && /^https?:\/\/[^$*]+$/.test(address) ? address : undefined
}

function originsOf({ webOrigins }: Client, redirects: readonly string[]): string[] {
  const own = redirects.flatMap((address) => URL.parse(address)?.origin ?? [])
  return webOrigins.flatMap((origin) => (origin === '+' ? own.filter((one) => one !== 'null') : origin))
}

function leftOutOf(data: Client): LeftOut[] {
  const all: [boolean, LeftOut][] = [
    [data.directAccessGrantsEnabled, { code: 'grant password', why: 'apps never see a password here' }],
    [data.implicitFlowEnabled, { code: 'grant implicit', why: 'apps use codes with PKCE here' }],
    [!data.consentRequired && data.standardFlowEnabled, askedOnce],
    [
      data.authorizationSettings !== undefined,
      { code: 'authorization settings', why: 'rules of an app stay in the app' },
    ],
  ]
  return [
    ...all.filter(([applies]) => applies).map(([, one]) => one),
    ...claimsFrom(data.protocolMappers).leftOut,
  ]
}

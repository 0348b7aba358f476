/** Apps of Auth0 (`GET /api/v2/clients`) and Logto (rows of its table `applications`), recognised by their fields. */
import { z } from 'zod'
import { GRANT_TYPES } from '../../clients/client-choices.ts'
import { NotReadable, parsed } from '../incoming.ts'
import { askedOnce, exactAddresses, given, knownGrants } from '../incoming-client.ts'
import type { IncomingClient } from '../incoming-client.ts'

type Value = Readonly<Record<string, unknown>>

const texts = z.array(z.string()).nullish()

const auth0Shape = z.looseObject({
  client_id: z.string(),
  name: z.string(),
  client_secret: z.string().optional(),
  callbacks: texts,
  allowed_logout_urls: texts,
  web_origins: texts,
  grant_types: texts,
  token_endpoint_auth_method: z.string().optional(),
  app_type: z.string().optional(),
  is_first_party: z.boolean().optional(),
  logo_uri: z.string().optional(),
  global: z.boolean().default(false),
  jwt_configuration: z.looseObject({ alg: z.string().optional() }).optional(),
})

/** Undefined for a person. */
export function auth0Client(value: Value): IncomingClient | undefined {
  if (!('client_id' in value) || 'email' in value) return undefined
  const data = parsed(auth0Shape, value)
  if (data.global) throw new NotReadable('it belongs to Auth0 itself', 'client_built_in')
  const redirects = exactAddresses('redirect', data.callbacks ?? [])
  const signedOut = exactAddresses('logout redirect', data.allowed_logout_urls ?? [])
  const origins = exactAddresses('origin', data.web_origins ?? [])
  const grants = knownGrants(data.grant_types ?? ['authorization_code', 'refresh_token'], GRANT_TYPES)
  const { alg = 'RS256' } = data.jwt_configuration ?? {}
  const symmetric = alg.startsWith('HS')
  return {
    clientId: data.client_id,
    name: data.name,
    secret: data.client_secret,
    disabled: false,
    metadata: given({
      redirect_uris: redirects.kept,
      post_logout_redirect_uris: signedOut.kept,
      cors_origins: origins.kept,
      grant_types: grants.kept,
      token_endpoint_auth_method:
        data.token_endpoint_auth_method ?? (data.client_secret ? 'client_secret_post' : 'none'),
      id_token_signed_response_alg: symmetric ? 'RS256' : alg,
      logo_uri: data.logo_uri,
    }),
    leftOut: [
      ...redirects.leftOut,
      ...signedOut.leftOut,
      ...origins.leftOut,
      ...grants.leftOut,
      ...(symmetric ? [{ code: `alg ${alg}`, why: 'ID tokens are signed with RS256 instead' }] : []),
      ...(data.is_first_party ? [askedOnce] : []),
    ],
  }
}

const logtoShape = z.looseObject({
  id: z.string(),
  name: z.string(),
  secret: z.string().optional(),
  type: z.enum(['Native', 'SPA', 'Traditional', 'MachineToMachine', 'Protected', 'SAML']),
  oidc_client_metadata: z.looseObject({ redirectUris: texts, postLogoutRedirectUris: texts }),
  custom_client_metadata: z.looseObject({ corsAllowedOrigins: texts }).nullish(),
  is_third_party: z.boolean().default(false),
})

/** Undefined for a person. The management API writes the same in camel case. */
export function logtoClient(value: Value): IncomingClient | undefined {
  const oidc = value['oidc_client_metadata'] ?? value['oidcClientMetadata']
  if (oidc === undefined) return undefined
  const custom = value['custom_client_metadata'] ?? value['customClientMetadata']
  const third = value['is_third_party'] ?? value['isThirdParty']
  const data = parsed(logtoShape, {
    ...value,
    oidc_client_metadata: oidc,
    custom_client_metadata: custom,
    is_third_party: third ?? false,
  })
  if (data.type === 'SAML' || data.type === 'Protected')
    throw new NotReadable(`it is an app of the type ${data.type}`, 'client_protocol')
  const { redirectUris, postLogoutRedirectUris } = data.oidc_client_metadata
  const redirects = exactAddresses('redirect', redirectUris ?? [])
  const signedOut = exactAddresses('logout redirect', postLogoutRedirectUris ?? [])
  const origins = exactAddresses('origin', data.custom_client_metadata?.corsAllowedOrigins ?? [])
  const isPublic = data.type === 'SPA' || data.type === 'Native'
  return {
    clientId: data.id,
    name: data.name,
    secret: isPublic ? undefined : data.secret,
    disabled: false,
    metadata: given({
      redirect_uris: redirects.kept,
      post_logout_redirect_uris: signedOut.kept,
      cors_origins: origins.kept,
      grant_types:
        data.type === 'MachineToMachine' ? ['client_credentials'] : ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: isPublic ? 'none' : 'client_secret_basic',
    }),
    leftOut: [
      ...redirects.leftOut,
      ...signedOut.leftOut,
      ...origins.leftOut,
      ...(data.is_third_party || data.type === 'MachineToMachine' ? [] : [askedOnce]),
    ],
  }
}

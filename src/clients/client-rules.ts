/** Which fields of a client's metadata go together, and which never do. Checked once, here, for everybody who registers. */
import type { z } from 'zod'
import { AppError } from '../platform/errors.ts'
import { checkExceptions } from './client-exceptions.ts'
import { CIBA_GRANT, DEVICE_GRANT } from './client-choices.ts'
import { clientInput, complete } from './client-metadata.ts'
import type { ClientMetadata } from './client-metadata.ts'
import { redirectUriFault } from './addresses/client-uri.ts'
import { shownAddress } from '../platform/shown.ts'
import { checkProfile, withProfileFields } from './profiles.ts'
import { checkResponseEncryption } from './response-encryption.ts'

const clientMetadata = clientInput.transform(complete).superRefine(checkTogether)

/**
 * Checks and completes what a client registers.
 * @throws AppError 400 `invalid_redirect_uri` or `invalid_client_metadata` (RFC 7591 §3.2.2) naming every mistake
 */
export function parseClientMetadata(input: unknown): ClientMetadata {
  const result = clientMetadata.safeParse(withProfileFields(input))
  if (result.success) return result.data
  const { issues } = result.error
  const onlyRedirects = issues.every(({ path }) => path[0] === 'redirect_uris')
  throw new AppError(
    onlyRedirects ? 'invalid_redirect_uri' : 'invalid_client_metadata',
    400,
    issues.map(({ path, message }) => `${path.join('.') || 'client'}: ${message}`).join('; '),
  )
}

function checkTogether(client: ClientMetadata, ctx: z.RefinementCtx): void {
  const refuse = (path: (string | number)[], message: string) =>
    ctx.addIssue({ code: 'custom', path, message })
  const code = client.grant_types.includes('authorization_code')
  checkRedirects(client, refuse)
  if (code && client.redirect_uris.length === 0) {
    refuse(['redirect_uris'], 'at least one is needed for the authorization_code grant')
  }
  if (code !== client.response_types.length > 0) {
    refuse(['response_types'], "is ['code'] with the authorization_code grant and empty without it")
  }
  const signsIn = client.grant_types.some((type) => type !== 'refresh_token' && type !== 'client_credentials')
  if (!signsIn && client.grant_types.includes('refresh_token')) {
    refuse(['grant_types'], 'refresh_token is of use only beside authorization_code')
  }
  checkAuthentication(client, refuse)
  checkKeys(client, refuse)
  checkBinding(client, refuse)
  checkCiba(client, refuse)
  checkSector(client, refuse)
  checkFrontchannelLogout(client, refuse)
  checkProfile(client, refuse)
  checkExceptions(client, refuse)
}

type Refuse = (path: (string | number)[], message: string) => void

function checkRedirects(client: ClientMetadata, refuse: Refuse): void {
  const anyScheme = client.profile === 'mcp'
  for (const field of ['redirect_uris', 'post_logout_redirect_uris'] as const) {
    client[field].forEach((value, index) => {
      const fault = redirectUriFault(value, client.application_type, { anyScheme })
      if (fault) refuse([field, index], `"${shownAddress(value)}": ${fault}`)
    })
  }
}

function checkAuthentication(client: ClientMetadata, refuse: Refuse): void {
  const method = client.token_endpoint_auth_method
  if (method === 'none' && client.grant_types.includes('client_credentials')) {
    refuse(['grant_types'], 'client_credentials needs a client that authenticates; this one is public')
  }
  const alg = client.token_endpoint_auth_signing_alg
  const wanted = { client_secret_jwt: true, private_key_jwt: false }[method as string]
  if (alg && wanted === undefined) {
    refuse(['token_endpoint_auth_signing_alg'], 'is of use only with private_key_jwt or client_secret_jwt')
  } else if (alg && alg.startsWith('HS') !== wanted) {
    refuse(['token_endpoint_auth_signing_alg'], `${alg} does not go with ${method}`)
  }
  const names = CERTIFICATE_NAMES.filter((field) => client[field] !== undefined)
  if (method === 'tls_client_auth' && names.length !== 1) {
    refuse(['tls_client_auth_subject_dn'], `tls_client_auth needs one of ${CERTIFICATE_NAMES.join(', ')}`)
  } else if (method !== 'tls_client_auth' && names[0]) {
    refuse([names[0]], 'is of use only with tls_client_auth')
  }
}

const CERTIFICATE_NAMES = [
  'tls_client_auth_subject_dn',
  'tls_client_auth_san_dns',
  'tls_client_auth_san_uri',
  'tls_client_auth_san_ip',
  'tls_client_auth_san_email',
] as const

function checkKeys(client: ClientMetadata, refuse: Refuse): void {
  if (client.jwks && client.jwks_uri) refuse(['jwks_uri'], 'give either jwks or jwks_uri, not both')
  const hasKeys = client.jwks || client.jwks_uri
  const method = client.token_endpoint_auth_method
  if (!hasKeys && (method === 'private_key_jwt' || method === 'self_signed_tls_client_auth')) {
    refuse(['jwks_uri'], `${method} needs the public keys, as jwks or jwks_uri`)
  }
  if (
    !hasKeys &&
    (client.request_object_signing_alg || client.backchannel_authentication_request_signing_alg)
  ) {
    refuse(['jwks_uri'], 'signed requests need the public keys, as jwks or jwks_uri')
  }
  checkResponseEncryption(client, refuse)
}

function checkBinding(client: ClientMetadata, refuse: Refuse): void {
  if (client.dpop_bound_access_tokens && client.tls_client_certificate_bound_access_tokens) {
    refuse(['dpop_bound_access_tokens'], 'tokens are bound by DPoP or by a certificate, not by both')
  }
}

// A browser is sent there with a session id: nowhere but where it is sent with codes (Front-Channel Logout 1.0 §2).
function checkFrontchannelLogout(client: ClientMetadata, refuse: Refuse): void {
  const { frontchannel_logout_uri: address, redirect_uris: redirects } = client
  const origin = address === undefined ? undefined : URL.parse(address)?.origin
  if (origin !== undefined && !redirects.some((uri) => URL.parse(uri)?.origin === origin)) {
    refuse(['frontchannel_logout_uri'], 'must have the scheme, host and port of one of the redirect_uris')
  }
}

function checkCiba(client: ClientMetadata, refuse: Refuse): void {
  if (!client.grant_types.includes(CIBA_GRANT)) return
  if (client.token_endpoint_auth_method === 'none') {
    refuse(['grant_types'], 'the CIBA grant needs a client that authenticates; this one is public')
  }
  if (client.backchannel_user_code_parameter) {
    refuse(['backchannel_user_code_parameter'], 'user codes are not supported here')
  }
  const mode = client.backchannel_token_delivery_mode
  if (!mode) refuse(['backchannel_token_delivery_mode'], 'the CIBA grant needs poll or ping')
  if (mode === 'ping' && !client.backchannel_client_notification_endpoint) {
    refuse(['backchannel_client_notification_endpoint'], 'ping needs the address to be notified at')
  }
}

// CIBA Core §4; the library applies the same to the device grant. The keys at that host prove that the client belongs
// to the sector.
function checkSector(client: ClientMetadata, refuse: Refuse): void {
  const elsewhere = [CIBA_GRANT, DEVICE_GRANT].some((type) => client.grant_types.some((one) => one === type))
  if (client.subject_type !== 'pairwise' || !elsewhere) return
  if (!client.jwks_uri) {
    refuse(['jwks_uri'], 'pairwise subjects of the CIBA and device grants need it: its host is the sector')
  }
  if (!PROVES_KEYS.has(client.token_endpoint_auth_method)) {
    const methods = [...PROVES_KEYS].join(' or ')
    refuse(['token_endpoint_auth_method'], `takes ${methods} with pairwise subjects and CIBA or devices`)
  }
  if (client.response_types.length > 0 && !client.sector_identifier_uri) {
    refuse(['sector_identifier_uri'], 'is needed for pairwise subjects with redirects beside CIBA or devices')
  }
}

const PROVES_KEYS: ReadonlySet<string> = new Set(['private_key_jwt', 'self_signed_tls_client_auth'])

/**
 * Mutual TLS (RFC 8705): clients that authenticate by certificate, tokens that are bound to one, and the addresses of
 * the endpoints that request one.
 */
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import type { X509Certificate } from 'node:crypto'
import { requestState } from '../../http/request/request-state.ts'
import type { Clock } from '../../platform/clock.ts'
import { CLIENT_AUTH_METHODS } from '../../clients/client-choices.ts'
import type { ClientAuthMethod } from '../../clients/client-choices.ts'
import { isIssuedBy, readCertificate } from '../../http/request/client-certificate.ts'
import { subjectMatches } from './certificate-subject.ts'
import type { SubjectField } from './certificate-subject.ts'
import { addressOfProof } from './dpop.ts'

/** How certificates reach the server. `undefined` means that a setting is missing. */
export type MtlsSettings = {
  /** Lower-case name of the header in which trusted proxies pass the certificate on. */
  certificateHeader?: string | undefined
  /** The authorities that issue the certificates of `tls_client_auth`. Without any, the method is not offered. */
  authorities: readonly X509Certificate[]
  /** Origin of the endpoints that request a certificate, when it is not the issuer's. */
  origin?: string | undefined
}

/**
 * The client authentication methods that the settings allow. Those by certificate need a way for certificates to reach
 * the server.
 */
export function authenticationMethods(mtls: MtlsSettings | undefined): ClientAuthMethod[] {
  const allowed: Partial<Record<ClientAuthMethod, boolean>> = {
    tls_client_auth: mtls !== undefined && mtls.authorities.length > 0,
    self_signed_tls_client_auth: mtls !== undefined,
  }
  return CLIENT_AUTH_METHODS.filter((method) => allowed[method] ?? true)
}

export function mtlsFeature(mtls: MtlsSettings | undefined, clock: Clock) {
  if (!mtls) return { enabled: false }
  const presented = new WeakMap<KoaContextWithOIDC, X509Certificate | false>()
  const find = (ctx: KoaContextWithOIDC) => {
    const known = presented.get(ctx) ?? (certificateFor(ctx, mtls) || false)
    presented.set(ctx, known)
    return known || undefined
  }
  return {
    enabled: true,
    certificateBoundAccessTokens: true,
    selfSignedTlsClientAuth: true,
    tlsClientAuth: mtls.authorities.length > 0,
    getCertificate: find,
    certificateAuthorized: (ctx: KoaContextWithOIDC) => {
      const certificate = find(ctx)
      return certificate !== undefined && isIssuedBy(certificate, mtls.authorities, clock())
    },
    certificateSubjectMatches: (ctx: KoaContextWithOIDC, field: string, value: string) => {
      const certificate = find(ctx)
      return certificate !== undefined && subjectMatches(certificate, field as SubjectField, value)
    },
  } as NonNullable<Configuration['features']>['mTLS']
}

/** Reads the header from trusted proxies only. Certificates are public, so anybody else could send any of them. */
function certificateFor(ctx: KoaContextWithOIDC, { certificateHeader }: MtlsSettings) {
  return readCertificate(ctx.req, requestState(ctx).viaTrustedProxy ? certificateHeader : undefined)
}

/** The endpoints where a client authenticates or presents a bound token. */
const ALIASED = new Set([
  'token_endpoint',
  'revocation_endpoint',
  'introspection_endpoint',
  'userinfo_endpoint',
  'pushed_authorization_request_endpoint',
  'authorization_challenge_endpoint',
  'device_authorization_endpoint',
  'backchannel_authentication_endpoint',
])

/** Adds `mtls_endpoint_aliases` (RFC 8705 §5) for those of the endpoints that the metadata names. */
export function withMtlsAliases(
  metadata: object,
  { issuer, mtls }: { issuer: string; mtls: MtlsSettings | undefined },
): object {
  const { origin } = mtls ?? {}
  if (!origin) return metadata
  // The library leaves out what is switched off by an empty value.
  const aliases = Object.entries(metadata as Record<string, unknown>).flatMap(([name, address]) =>
    ALIASED.has(name) && typeof address === 'string' ? [[name, origin + address.slice(issuer.length)]] : [],
  )
  return { ...metadata, mtls_endpoint_aliases: Object.fromEntries(aliases) }
}

/**
 * The address that answers this request: the endpoint's own, or its alias where a DPoP proof names that. Both are
 * configured addresses of this server.
 */
export function provenAddress(
  ctx: Pick<KoaContextWithOIDC, 'get'>,
  address: string,
  { issuer, mtls }: { issuer: string; mtls: MtlsSettings | undefined },
): string {
  const { origin } = mtls ?? {}
  if (!origin) return address
  const proven = addressOfProof(ctx.get('DPoP'))
  const forAlias = proven !== undefined && URL.parse(proven)?.origin === origin
  return forAlias ? origin + address.slice(issuer.length) : address
}

/**
 * Mutual TLS (RFC 8705): clients that authenticate by a certificate, tokens that are bound to one, and the addresses of
 * the endpoints where a certificate is asked for.
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

/** How certificates reach us; `undefined` where a setting is not given. */
export type MtlsSettings = {
  /** Lower-case name of the header in which trusted proxies pass the certificate on. */
  certificateHeader?: string | undefined
  /** Issue the certificates of `tls_client_auth`; without them the method is not offered. */
  authorities: readonly X509Certificate[]
  /** Where the endpoints that ask for a certificate are reached, when not at the issuer. */
  origin?: string | undefined
}

export type MtlsNeeds = { mtls: MtlsSettings | undefined; clock: Clock }

/** The client authentication methods that the settings allow: by certificate only where certificates reach us. */
export function authenticationMethods({ mtls }: Pick<MtlsNeeds, 'mtls'>): ClientAuthMethod[] {
  const allowed: Partial<Record<ClientAuthMethod, boolean>> = {
    tls_client_auth: mtls !== undefined && mtls.authorities.length > 0,
    self_signed_tls_client_auth: mtls !== undefined,
  }
  return CLIENT_AUTH_METHODS.filter((method) => allowed[method] ?? true)
}

export function mtlsFeature({ mtls, clock }: MtlsNeeds) {
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

/** A header counts only from a trusted proxy: anybody else could put anybody's certificate, which is public, into it. */
function certificateFor(ctx: KoaContextWithOIDC, { certificateHeader }: MtlsSettings) {
  return readCertificate(ctx.req, requestState(ctx).viaTrustedProxy ? certificateHeader : undefined)
}

/** The endpoints that a client authenticates at or shows a bound token to. */
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

/** `mtls_endpoint_aliases` (RFC 8705 §5) of those endpoints that the metadata names. */
export function withMtlsAliases(
  metadata: object,
  { issuer, mtls }: { issuer: string; mtls: MtlsSettings | undefined },
): object {
  const { origin } = mtls ?? {}
  if (!origin) return metadata
  const named = Object.entries(metadata).filter(([name]) => ALIASED.has(name))
  const aliases = named.map(([name, address]) => [name, origin + String(address).slice(issuer.length)])
  return { ...metadata, mtls_endpoint_aliases: Object.fromEntries(aliases) }
}

/**
 * The address at which this request is answered: the endpoint's own, or its alias where a DPoP proof names that. Both are
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

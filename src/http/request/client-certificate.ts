/**
 * The certificate that a client presented (RFC 8705), on its own TLS connection to us or to a trusted proxy. The proxy
 * passes it on in a header. Owns reading it, its names and its issuer; not the binding of tokens to it.
 */
import { createHash, X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'

/**
 * The certificate of the peer. `header` is the name of the header to read, only for a trusted proxy. The header has
 * precedence, because the proxy's own certificate is not the client's.
 */
export function readCertificate(
  request: IncomingMessage,
  header: string | undefined,
): X509Certificate | undefined {
  const passedOn = header ? request.headers[header] : undefined
  if (passedOn !== undefined) return typeof passedOn === 'string' ? parseHeader(passedOn) : undefined
  const { socket } = request
  return socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
}

/** The thumbprint of a certificate for `cnf` (RFC 8705 §3.1). */
export function thumbprintOf({ raw }: Pick<X509Certificate, 'raw'>): string {
  return createHash('sha256').update(raw).digest('base64url')
}

/** RFC 9440 `Client-Cert: :base64:` (Caddy, Envoy), or URL-encoded PEM (nginx `$ssl_client_escaped_cert`). */
function parseHeader(value: string): X509Certificate | undefined {
  const der = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(value)?.[1]
  try {
    return new X509Certificate(der ? Buffer.from(der, 'base64') : decodeURIComponent(value))
  } catch {
    return undefined
  }
}

/** OID of id-kp-clientAuth (RFC 5280 §4.2.1.12). */
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'

/**
 * True when one of `authorities` issued the certificate, for clients, and both are in force. An intermediate authority
 * has to be in `authorities` itself: a header passes on no chain, and a listener asks for none.
 */
export function isIssuedBy(
  certificate: X509Certificate,
  authorities: readonly X509Certificate[],
  nowMs: number,
): boolean {
  // Node leaves the list undefined when the certificate is not limited to any use.
  const uses = certificate.keyUsage as string[] | undefined
  if (!isInForce(certificate, nowMs) || (uses !== undefined && !uses.includes(CLIENT_AUTH))) return false
  return authorities.some(
    (authority) =>
      authority.ca &&
      isInForce(authority, nowMs) &&
      certificate.checkIssued(authority) &&
      certificate.verify(authority.publicKey),
  )
}

function isInForce({ validFrom, validTo }: X509Certificate, nowMs: number): boolean {
  return Date.parse(validFrom) <= nowMs && nowMs <= Date.parse(validTo)
}

const BEGIN = '-----BEGIN CERTIFICATE-----'
const END = '-----END CERTIFICATE-----'

/** Every certificate of a PEM file. @throws Error when one cannot be read */
export function readAuthorities(pem: string): X509Certificate[] {
  const blocks = pem.split(BEGIN).slice(1)
  return blocks.map((block) => new X509Certificate(`${BEGIN}${block.split(END, 1)[0]}${END}`))
}

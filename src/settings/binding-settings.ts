/** The settings of sender-constraining: DPoP nonces, and the two ways in which client certificates reach the server. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { readAuthorities } from '../http/request/client-certificate.ts'
import { flag, integer, isIssuer } from './kinds/setting-kinds.ts'

const GROUP = 'Sender-constraining'

const pem = (takes: string, isReadable: (text: string) => boolean) =>
  z.string().refine(isReadable).meta({ takes })

export const bindingSettings = {
  dpop_nonce_required: flag().default(false).meta({
    group: GROUP,
    description: 'Asks every DPoP proof for a nonce, not only those of FAPI clients.',
  }),
  mtls_port: integer(1, 65535).optional().meta({
    group: GROUP,
    description: 'Port of a TLS listener of its own, on HOST, that asks for client certificates.',
  }),
  mtls_cert: pem('certificates in PEM, mostly as MTLS_CERT_FILE', holdsCertificates)
    .optional()
    .meta({ group: GROUP, description: "That listener's certificate with its chain." }),
  mtls_key: pem('a private key in PEM, mostly as MTLS_KEY_FILE', isPrivateKey)
    .optional()
    .meta({ group: GROUP, secret: true, description: 'Private key of that certificate.' }),
  mtls_client_ca: pem('certificates in PEM, mostly as MTLS_CLIENT_CA_FILE', holdsCertificates)
    .optional()
    .meta({
      group: GROUP,
      fallback: 'tls_client_auth is not offered',
      description: 'Authorities of the certificates that tls_client_auth accepts.',
    }),
  mtls_certificate_header: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/)
    .transform((name) => name.toLowerCase())
    .optional()
    .meta({
      group: GROUP,
      takes: 'the name of a header',
      description:
        'Header in which TRUSTED_PROXIES pass the client certificate on, as URL-encoded PEM or as RFC 9440 has it.',
    }),
  mtls_issuer: z
    .string()
    .refine((value) => isIssuer(value) && value.startsWith('https:'))
    .optional()
    .meta({
      group: GROUP,
      takes: 'an https URL without path, query or trailing slash',
      fallback: '<issuer host>:<MTLS_PORT> where that is set',
      description: 'Where endpoints that ask for a certificate are reached (mtls_endpoint_aliases).',
    }),
} satisfies Record<string, z.ZodType>

type BindingSettings = {
  [Name in keyof typeof bindingSettings]: z.output<(typeof bindingSettings)[Name]>
} & {
  trusted_proxies: string[]
  port: number
}

/** Settings that need one another. */
export function bindingProblems(settings: Partial<BindingSettings>): string[] {
  const listener = ['mtls_port', 'mtls_cert', 'mtls_key'] as const
  const there = listener.filter((name) => settings[name] !== undefined)
  const missing = there.length > 0 ? listener.filter((name) => settings[name] === undefined) : []
  const problems = missing.map(
    (name) => `${upper(name)} is missing; it is required with ${upper(there[0] ?? 'mtls_port')}`,
  )
  const { mtls_cert: cert, mtls_key: key } = settings
  if (cert && key && !new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
    problems.push(`${upper('mtls_key')} is not the key of the certificate in ${upper('mtls_cert')}`)
  if (settings.mtls_port !== undefined && settings.mtls_port === settings.port)
    problems.push(`${upper('mtls_port')}: got "${settings.port}", takes another port than ${upper('port')}`)
  const certificates = settings.mtls_port !== undefined || settings.mtls_certificate_header !== undefined
  if (settings.mtls_certificate_header && settings.trusted_proxies?.length === 0)
    problems.push(`${upper('trusted_proxies')} is missing; it is required with a certificate header`)
  for (const name of ['mtls_client_ca', 'mtls_issuer'] as const)
    if (settings[name] !== undefined && !certificates)
      problems.push(`${upper(name)} needs ${upper('mtls_port')} or ${upper('mtls_certificate_header')}`)
  return problems
}

/** The part of the configuration for certificates; empty if no certificate can reach the server. */
export function bindingConfig(settings: BindingSettings, issuer: string) {
  const { mtls_port: port, mtls_cert: cert, mtls_key: key, mtls_client_ca: ca } = settings
  const listener = port && cert && key ? { port, cert, key } : undefined
  const origin = settings.mtls_issuer ?? (listener && `https://${new URL(issuer).hostname}:${listener.port}`)
  const header = settings.mtls_certificate_header
  return {
    dpopNonceRequired: settings.dpop_nonce_required,
    listener,
    mtls:
      listener || header
        ? { certificateHeader: header, authorities: readAuthorities(ca ?? ''), origin }
        : undefined,
  }
}

const upper = (name: string) => `ACCOUNT_SERVER_${name.toUpperCase()}`

function holdsCertificates(text: string): boolean {
  try {
    return readAuthorities(text).length > 0
  } catch {
    return false
  }
}

function isPrivateKey(text: string): boolean {
  try {
    return createPrivateKey(text).type === 'private'
  } catch {
    return false
  }
}

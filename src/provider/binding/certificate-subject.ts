/** Checks that a certificate names the client as registered (RFC 8705 §2.1.2), by subject or by alternative name. */
import type { X509Certificate } from 'node:crypto'

export type SubjectField =
  | 'tls_client_auth_subject_dn'
  | 'tls_client_auth_san_dns'
  | 'tls_client_auth_san_uri'
  | 'tls_client_auth_san_ip'
  | 'tls_client_auth_san_email'

export function subjectMatches(certificate: X509Certificate, field: SubjectField, value: string): boolean {
  switch (field) {
    case 'tls_client_auth_subject_dn':
      return isSameName(certificate.subject, value)
    case 'tls_client_auth_san_dns':
      return namesOf(certificate, 'DNS').some((name) => name.toLowerCase() === value.toLowerCase())
    case 'tls_client_auth_san_uri':
      return namesOf(certificate, 'URI').includes(value)
    case 'tls_client_auth_san_ip':
      return certificate.checkIP(value) !== undefined
    case 'tls_client_auth_san_email':
      return namesOf(certificate, 'email').includes(value)
  }
}

// `DNS:a.example, URI:"…"`: Node quotes a value as JSON when it could be mistaken for another name.
const ALTERNATIVE_NAME = /([^:,"]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/gy

function namesOf({ subjectAltName = '' }: X509Certificate, kind: string): string[] {
  const names = [...subjectAltName.matchAll(ALTERNATIVE_NAME)].filter(([, type]) => type === kind)
  return names.map(([, , name = '']) => (name.startsWith('"') ? String(JSON.parse(name)) : name))
}

/**
 * `subject` is in Node's form, one line for each part. `registered` is in RFC 4514 form: commas, the last part first.
 */
function isSameName(subject: string, registered: string): boolean {
  const held = subject.split('\n').map(partOf).reverse()
  const wanted = splitUnescaped(registered, ',').map(partOf)
  return held.length > 0 && held.length === wanted.length && held.every((part, at) => part === wanted[at])
}

/** One part in a comparable form. It may hold several attributes; their order has no meaning. */
function partOf(part: string): string {
  return splitUnescaped(part, '+').map(attributeOf).sort().join('\n')
}

const TYPES: Record<string, string> = {
  '2.5.4.3': 'CN',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.5': 'SERIALNUMBER',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'EMAILADDRESS',
  S: 'ST',
  E: 'EMAILADDRESS',
}

function attributeOf(attribute: string): string {
  const at = attribute.indexOf('=')
  const type = attribute
    .slice(0, at)
    .trim()
    .toUpperCase()
    .replace(/^OID\./, '')
  return `${TYPES[type] ?? type}=${unescaped(attribute.slice(at + 1).trim())}`
}

/** RFC 4514 §2.4: a backslash escapes one character, or the two hexadecimal digits of a byte. */
function unescaped(value: string): string {
  const bytes: Buffer[] = []
  for (const [, hex, character, plain = ''] of value.matchAll(/\\([0-9a-fA-F]{2})|\\(.)|([^\\]+)/gsu))
    bytes.push(hex ? Buffer.from(hex, 'hex') : Buffer.from(character ?? plain))
  return Buffer.concat(bytes).toString()
}

function splitUnescaped(text: string, separator: ',' | '+'): string[] {
  const parts = separator === ',' ? /(?:\\.|[^\\,])+/gsu : /(?:\\.|[^\\+])+/gsu
  return text.match(parts) ?? []
}

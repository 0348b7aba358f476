/**
 * X.509 certificates as a test needs them, written byte for byte (RFC 5280 in DER): Node reads certificates but makes
 * none, and this way every name, date and use can be bent without a further package or program.
 */
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

export type Certificate = {
  /** PEM. */
  cert: string
  /** PEM, PKCS 8. */
  key: string
  der: Buffer
  publicKey: KeyObject
  subject: Name
}

/** Parts of a name from the outermost: each a list of attributes, mostly of one. */
type Name = [type: keyof typeof ATTRIBUTES, value: string][][]

type Options = {
  subject?: Name
  /** Self-signed unless given. */
  issuer?: Certificate
  names?: { dns?: string[]; uri?: string[]; ip?: string[]; email?: string[] }
  authority?: boolean
  uses?: (keyof typeof USES)[]
  /** EC P-256 and new unless given. */
  pair?: { publicKey: KeyObject; privateKey: KeyObject }
  /** Milliseconds since the epoch. */
  validFrom?: number
  validTo?: number
}

const ATTRIBUTES = { CN: '2.5.4.3', O: '2.5.4.10', OU: '2.5.4.11', C: '2.5.4.6', E: '1.2.840.113549.1.9.1' }
const USES = { client: '1.3.6.1.5.5.7.3.2', server: '1.3.6.1.5.5.7.3.1' }
const DAY_MS = 86_400_000

export function makeCertificate(options: Options = {}): Certificate {
  const { subject = [[['CN', 'Somebody']]], issuer } = options
  const { publicKey, privateKey } = options.pair ?? generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const signer = issuer ? createPrivateKey(issuer.key) : privateKey
  const algorithm =
    signer.asymmetricKeyType === 'ec'
      ? sequence(oid('1.2.840.10045.4.3.2'))
      : sequence(oid('1.2.840.113549.1.1.11'), tlv(0x05))
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.of(2))),
    tlv(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    algorithm,
    nameOf(issuer?.subject ?? subject),
    sequence(time(options.validFrom ?? Date.now() - DAY_MS), time(options.validTo ?? Date.now() + DAY_MS)),
    nameOf(subject),
    publicKey.export({ format: 'der', type: 'spki' }),
    tlv(0xa3, sequence(...extensions(options))),
  )
  const signature = sign('sha256', body, signer)
  const der = sequence(body, algorithm, tlv(0x03, Buffer.of(0), signature))
  return {
    cert: pemOf(der),
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    der,
    publicKey,
    subject,
  }
}

/** The certificate's key as a JWK that carries the certificate, for `self_signed_tls_client_auth`. */
export function jwkOf({ publicKey, der }: Certificate) {
  return { ...publicKey.export({ format: 'jwk' }), kty: 'EC' as const, x5c: [der.toString('base64')] }
}

function pemOf(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

function extensions({ names = {}, authority, uses }: Options): Buffer[] {
  const context = (number: number) => (value: string) => tlv(0x80 | number, Buffer.from(value))
  const { dns = [], uri = [], ip = [], email = [] } = names
  const alternatives = [
    ...email.map(context(1)),
    ...dns.map(context(2)),
    ...uri.map(context(6)),
    ...ip.map((address) => tlv(0x87, Buffer.from(address.split('.').map(Number)))),
  ]
  return [
    ...(alternatives.length > 0 ? [extension('2.5.29.17', sequence(...alternatives))] : []),
    ...(authority ? [extension('2.5.29.19', sequence(tlv(0x01, Buffer.of(0xff))))] : []),
    ...(uses ? [extension('2.5.29.37', sequence(...uses.map((use) => oid(USES[use]))))] : []),
    // Its own number, so that the list is never empty.
    extension('2.5.29.14', tlv(0x04, randomBytes(20))),
  ]
}

const extension = (id: string, value: Buffer) => sequence(oid(id), tlv(0x04, value))

function nameOf(name: Name): Buffer {
  const attribute = ([type, value]: Name[number][number]) =>
    sequence(oid(ATTRIBUTES[type]), tlv(0x0c, Buffer.from(value)))
  return sequence(...name.map((part) => tlv(0x31, ...part.map(attribute))))
}

function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '')
  // RFC 5280 §4.1.2.5: two digits of the year up to 2049.
  return ms < Date.UTC(2050) ? tlv(0x17, Buffer.from(text.slice(2))) : tlv(0x18, Buffer.from(text))
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return tlv(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(inSevens)]))
}

function inSevens(number: number): number[] {
  const digits = [number & 0x7f]
  for (let left = number >>> 7; left > 0; left >>>= 7) digits.unshift(0x80 | (left & 0x7f))
  return digits
}

const sequence = (...parts: Buffer[]) => tlv(0x30, ...parts)

function tlv(tag: number, ...parts: Buffer[]): Buffer {
  const { length } = Buffer.concat(parts)
  const bytes =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...bytes), ...parts])
}

/**
 * What the suite's clients hold: a signing key and a self-signed certificate each. RSA throughout, for the suite reads no
 * other certificates and plays its modules about RS256 with RSA keys alone.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

const DAYS = 365
const DAY_MS = 86_400_000

/** The halves to give away and to keep. `certificate`, `cert` and `key` are PEM. */
export function makeKeys(name: string) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const about = { kid: name, use: 'sig', alg: 'PS256' }
  const { cert, key } = makeCertificate(name)
  return {
    given: { jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), ...about }] }, certificate: cert },
    kept: { jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), ...about }] }, cert, key },
  }
}

/** Self-signed (RFC 5280), with the name as its only one. */
function makeCertificate(name: string): { cert: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  // sha256WithRSAEncryption
  const algorithm = sequence(tlv(0x06, Buffer.from('2a864886f70d01010b', 'hex')), tlv(0x05))
  const commonName = sequence(tlv(0x06, Buffer.from('550403', 'hex')), tlv(0x0c, Buffer.from(name)))
  const subject = sequence(tlv(0x31, commonName))
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.of(2))),
    tlv(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    algorithm,
    subject,
    sequence(time(Date.now() - DAY_MS), time(Date.now() + DAYS * DAY_MS)),
    subject,
    publicKey.export({ format: 'der', type: 'spki' }),
  )
  const der = sequence(body, algorithm, tlv(0x03, Buffer.of(0), sign('sha256', body, privateKey)))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return {
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  }
}

/** UTCTime, which reaches to 2049 (RFC 5280 §4.1.2.5). */
function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  return tlv(0x17, Buffer.from(text.slice(2)))
}

const sequence = (...parts: Buffer[]) => tlv(0x30, ...parts)

function tlv(tag: number, ...parts: Buffer[]): Buffer {
  const { length } = Buffer.concat(parts)
  const long = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...(length < 0x80 ? [length] : long)), ...parts])
}

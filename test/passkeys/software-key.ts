/** An authenticator in a few lines: it makes and uses passkeys as a browser with a security key does, and bends its answers where asked. */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { CreationOptions, RequestOptions } from '../../src/passkeys/options.ts'

export type KeyOptions = {
  origin: string
  /** Another relying party than the one that asks. */
  rpId?: string
  /** True: the key can be copied to other devices. */
  synced?: boolean
  /** False: the authenticator has no PIN. */
  verifies?: boolean
  /** False: it does not count. */
  counts?: boolean
  aaguid?: string
}

export type SoftwareKey = ReturnType<typeof softwareKey>

const FLAGS = { present: 1, verified: 4, eligible: 8, backedUp: 16, attested: 64 }

export function softwareKey(options: KeyOptions) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = randomBytes(32)
  let userHandle = ''
  let counter = 0

  function authenticatorData(rpId: string, extra = 0): Buffer {
    const { verifies = true, synced = false, counts = true } = options
    const flags =
      FLAGS.present | (verifies ? FLAGS.verified : 0) | (synced ? FLAGS.eligible | FLAGS.backedUp : 0) | extra
    const count = Buffer.alloc(4)
    if (counts) count.writeUInt32BE((counter += 1))
    return Buffer.concat([sha256(options.rpId ?? rpId), Buffer.from([flags]), count])
  }
  const clientData = (type: string, challenge: string) =>
    Buffer.from(JSON.stringify({ type, challenge, origin: options.origin, crossOrigin: false }))

  return {
    id: id.toString('base64url'),
    options,
    /** As if it were a copy that has signed less often. */
    setCounter: (value: number) => void (counter = value),
    /** The answer of `navigator.credentials.create`, as JSON. */
    create({ options: asked }: Pick<CreationOptions, 'options'>): string {
      userHandle = asked.user.id
      const aaguid = Buffer.from((options.aaguid ?? '0'.repeat(32)).replaceAll('-', ''), 'hex')
      const length = Buffer.alloc(2)
      length.writeUInt16BE(id.length)
      const head = authenticatorData(asked.rp.id, FLAGS.attested)
      const authData = Buffer.concat([head, aaguid, length, id, coseKey(publicKey)])
      const attestation = Buffer.concat([
        Buffer.from([0xa3]),
        cborText('fmt'),
        cborText('none'),
        cborText('attStmt'),
        Buffer.from([0xa0]),
        cborText('authData'),
        cborBytes(authData),
      ])
      return answer({
        clientDataJSON: clientData('webauthn.create', asked.challenge),
        attestationObject: attestation,
      })
    },
    /** The answer of `navigator.credentials.get`, as JSON. */
    get(asked: RequestOptions, handle = userHandle): string {
      const data = authenticatorData(asked.rpId)
      const client = clientData('webauthn.get', asked.challenge)
      const signature = sign('sha256', Buffer.concat([data, sha256(client)]), privateKey)
      return answer({
        clientDataJSON: client,
        authenticatorData: data,
        signature,
        userHandle: Buffer.from(handle, 'base64url'),
      })
    },
  }

  function answer(response: Record<string, Buffer>): string {
    const encoded = Object.entries(response).map(([name, value]) => [name, value.toString('base64url')])
    const name = id.toString('base64url')
    return JSON.stringify({
      id: name,
      rawId: name,
      type: 'public-key',
      clientExtensionResults: {},
      response: { ...Object.fromEntries(encoded), transports: ['usb'] },
    })
  }
}

function sha256(value: string | Buffer): Buffer {
  return createHash('sha256').update(value).digest()
}

/** ES256 as COSE (RFC 9053 §7.1.1). */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  const [left, right] = [x, y].map((part) => cborBytes(Buffer.from(part, 'base64url')))
  return Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
    left!,
    Buffer.from([0x22]),
    right!,
  ])
}

function cborBytes(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x58, bytes.length]), bytes])
}

function cborText(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 + text.length]), Buffer.from(text)])
}

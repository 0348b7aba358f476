import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { CONTENT_ENCRYPTIONS, DECRYPTION_ALGS, ENCRYPTION_ALGS } from '../../src/platform/algorithms.ts'
import { parseClientMetadata } from '../../src/clients/client-rules.ts'

const APP = { client_name: 'App', redirect_uris: ['https://app.example.com/callback'] }
const RSA = { kty: 'RSA' as const, n: 'AQAB', e: 'AQAB' }
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })

const register = (input: object) => parseClientMetadata({ ...APP, ...input })
const faultOf = (input: object): string => {
  try {
    register(input)
    return ''
  } catch (error) {
    expect(error, JSON.stringify(input)).to.include({ code: 'invalid_client_metadata', status: 400 })
    return (error as Error).message
  }
}

describe('encryption of responses, at registration', () => {
  it('takes a key that fits, or an address where one will be', () => {
    const alg = 'id_token_encrypted_response_alg'
    expect(register({ [alg]: 'RSA-OAEP-256', jwks: { keys: [EC, RSA] } })).to.include({
      [alg]: 'RSA-OAEP-256',
    })
    expect(
      register({ [alg]: 'ECDH-ES', jwks: { keys: [{ ...EC, use: 'enc', alg: 'ECDH-ES' }] } }),
    ).to.include({
      [alg]: 'ECDH-ES',
    })
    expect(register({ [alg]: 'ECDH-ES', jwks_uri: 'https://app.example.com/keys' })).to.include({
      [alg]: 'ECDH-ES',
    })
  })

  const cases: [what: string, input: object, fault: RegExp][] = [
    ['no key', { id_token_encrypted_response_alg: 'ECDH-ES' }, /needs the public keys, as jwks or jwks_uri/],
    [
      'a key of another type',
      { id_token_encrypted_response_alg: 'RSA-OAEP-256', jwks: { keys: [EC] } },
      /jwks holds no key for RSA-OAEP-256: it takes an RSA key, with "use" "enc" or none/,
    ],
    [
      'a key that only signs',
      { id_token_encrypted_response_alg: 'ECDH-ES', jwks: { keys: [{ ...EC, use: 'sig' }] } },
      /jwks holds no key for ECDH-ES/,
    ],
    [
      'a key for another algorithm',
      { id_token_encrypted_response_alg: 'ECDH-ES', jwks: { keys: [{ ...EC, alg: 'ECDH-ES+A256KW' }] } },
      /jwks holds no key for ECDH-ES/,
    ],
    [
      'userinfo that is not signed',
      { userinfo_encrypted_response_alg: 'RSA-OAEP-256', jwks: { keys: [RSA] } },
      /userinfo_signed_response_alg: is needed beside userinfo_encrypted_response_alg/,
    ],
    [
      'a content encryption alone',
      { introspection_encrypted_response_enc: 'A256GCM' },
      /needs introspection_encrypted_response_alg beside it/,
    ],
    [
      'the secret of a client whose secret is only a digest',
      { id_token_encrypted_response_alg: 'dir' },
      /only client_secret_jwt keeps readable; use a public key/,
    ],
  ]
  for (const [what, input, fault] of cases)
    it(`refuses ${what}, and says what is needed`, () => expect(faultOf(input)).to.match(fault))

  it('refuses what is broken or not offered, and names what is', () => {
    for (const alg of ['RSA1_5', 'RSA-OAEP', 'A128GCMKW', 'PBES2-HS256+A128KW'])
      for (const response of ['id_token', 'userinfo', 'introspection', 'authorization'])
        expect(faultOf({ [`${response}_encrypted_response_alg`]: alg }), response).to.contain(
          `takes ${ENCRYPTION_ALGS.join(', ')}`,
        )
    expect(faultOf({ id_token_encrypted_response_enc: 'A192GCM' })).to.contain(CONTENT_ENCRYPTIONS.join(', '))
    for (const alg of ['dir', 'A256KW', 'RSA1_5'])
      expect(faultOf({ request_object_encryption_alg: alg }), alg).to.contain(
        `takes ${DECRYPTION_ALGS.join(', ')}`,
      )
  })
})

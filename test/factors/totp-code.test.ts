import { expect } from 'chai'
import {
  decodeBase32,
  encodeBase32,
  matchingStep,
  newTotpSecret,
  OWN_TOTP,
  totpCode,
  totpStep,
  totpUri,
} from '../../src/factors/totp-code.ts'
import { SECOND_MS } from '../../src/platform/clock.ts'

/** RFC 6238, appendix B. The secrets have the length of the hash (erratum 2866). */
const SECRETS = { SHA1: 20, SHA256: 32, SHA512: 64 }
const VECTORS: [number, Record<keyof typeof SECRETS, string>][] = [
  [59, { SHA1: '94287082', SHA256: '46119246', SHA512: '90693936' }],
  [1111111109, { SHA1: '07081804', SHA256: '68084774', SHA512: '25091201' }],
  [1111111111, { SHA1: '14050471', SHA256: '67062674', SHA512: '99943326' }],
  [1234567890, { SHA1: '89005924', SHA256: '91819424', SHA512: '93441116' }],
  [2000000000, { SHA1: '69279037', SHA256: '90698825', SHA512: '38618901' }],
  [20000000000, { SHA1: '65353130', SHA256: '77737706', SHA512: '47863826' }],
]

describe('time-based one-time passwords', () => {
  for (const algorithm of ['SHA1', 'SHA256', 'SHA512'] as const)
    it(`are those of RFC 6238 with ${algorithm}`, () => {
      const secret = Buffer.from('1234567890'.repeat(7).slice(0, SECRETS[algorithm]))
      const settings = { algorithm, digits: 8, periodSeconds: 30 } as const
      for (const [seconds, codes] of VECTORS)
        expect(totpCode(secret, settings, totpStep(settings, seconds * SECOND_MS)), `${seconds}`).to.equal(
          codes[algorithm],
        )
    })

  it('are taken one step early and late, not two', () => {
    const secret = newTotpSecret()
    const nowMs = 1_000_000 * 30 * SECOND_MS
    const found = [-2, -1, 0, 1, 2].map((drift) =>
      matchingStep(secret, OWN_TOTP, totpCode(secret, OWN_TOTP, 1_000_000 + drift), nowMs),
    )
    expect(found).to.deep.equal([undefined, 999_999, 1_000_000, 1_000_001, undefined])
  })

  it('have secrets of 160 bits, and never the same', () => {
    expect(newTotpSecret()).to.have.length(20)
    expect(newTotpSecret().equals(newTotpSecret())).to.equal(false)
  })
})

describe('Base32', () => {
  // RFC 4648 §10
  const VALUES = {
    f: 'MY',
    fo: 'MZXQ',
    foo: 'MZXW6',
    foob: 'MZXW6YQ',
    fooba: 'MZXW6YTB',
    foobar: 'MZXW6YTBOI',
  }

  for (const [plain, text] of Object.entries(VALUES))
    it(`of ${plain} is ${text}`, () => {
      expect(encodeBase32(Buffer.from(plain))).to.equal(text)
      expect(decodeBase32(text)?.toString()).to.equal(plain)
    })

  it('is read in any case, with padding, blanks and hyphens', () => {
    expect(decodeBase32('mzxw 6ytb-oi======')?.toString()).to.equal('foobar')
  })

  it('with another character, or nothing in it, is refused', () => {
    for (const text of ['MZXW1', 'MZXW0', 'é', '', '====', 'A'])
      expect(decodeBase32(text), text).to.equal(undefined)
  })
})

describe('the address of a QR code', () => {
  it('names the service and the account, and has blanks and colons encoded', () => {
    const uri = totpUri(Buffer.from('foobar'), OWN_TOTP, {
      issuer: 'Team: Accounts',
      account: 'ada+1@example.org',
    })
    expect(uri).to.equal(
      'otpauth://totp/Team%20%20Accounts:ada%2B1%40example.org' +
        '?secret=MZXW6YTBOI&issuer=Team%20%20Accounts&algorithm=SHA1&digits=6&period=30',
    )
  })
})

import { expect } from 'chai'
import { qrCode } from '../../../src/pages/security/qr-code.ts'
import type { QrCode } from '../../../src/pages/security/qr-code.ts'
import { readQrCode } from '../../support/qr-reader.ts'

const drawn = ({ size, path }: QrCode) =>
  `<svg class="qr" viewBox="0 0 ${size} ${size}"><path d="${path}"/></svg>`

describe('a QR code', () => {
  for (const text of [
    'otpauth://totp/Example:ann%40example.org?secret=JBSWY3DPEHPK3PXP&issuer=Example',
    `otpauth://totp/${encodeURIComponent('Konto für Größe'.repeat(20))}`,
    '账户',
  ])
    it(`is read by another library: ${text.slice(0, 30)}`, () => {
      expect(readQrCode(drawn(qrCode(text)!))).to.equal(text)
    })

  it('is not made of a text that is too long for one', () => {
    expect(qrCode('x'.repeat(2331))).to.have.property('size', 185)
    expect(qrCode('x'.repeat(2332))).to.equal(undefined)
  })

  it('has four light modules on every side', () => {
    const { size, path } = qrCode('x')!
    const runs = [...path.matchAll(/M(\d+) (\d+)h(\d+)/g)].map(([, ...numbers]) => numbers.map(Number))
    expect(Math.min(...runs.map(([x = 0]) => x))).to.equal(4)
    expect(Math.max(...runs.map(([x = 0, , width = 0]) => x + width))).to.equal(size - 4)
    expect(Math.min(...runs.map(([, y = 0]) => y))).to.equal(4)
    expect(Math.max(...runs.map(([, y = 0]) => y + 1))).to.equal(size - 4)
  })
})

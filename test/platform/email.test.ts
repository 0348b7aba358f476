import { expect } from 'chai'
import { lookupEmail, parseEmail } from '../../src/platform/email.ts'

describe('E-mail addresses', () => {
  const same = [
    ['Ada@Example.COM', 'ada@example.com'],
    ['  ada@example.com ', 'ada@example.com'],
    ['ada@BÜCHER.example', 'ada@xn--bcher-kva.example'],
    ['ada@xn--bcher-kva.example', 'ada@xn--bcher-kva.example'],
    ['jose\u0301@example.com', 'jos\u00e9@example.com'],
    ['JOS\u00c9@example.com', 'jos\u00e9@example.com'],
    ['ada+news@example.com', 'ada+news@example.com'],
    ["o'neil@example.com", "o'neil@example.com"],
    ['admin@localhost', 'admin@localhost'],
  ]
  for (const [typed = '', canonical] of same) {
    it(`takes ${JSON.stringify(typed)} for ${canonical} [S-2.53]`, () => {
      const parsed = parseEmail(typed)
      expect(parsed.ok && parsed.email.canonical).to.equal(canonical)
      expect(lookupEmail(typed)).to.equal(canonical)
    })
  }

  it('keeps the address as typed beside the canonical one', () => {
    expect(parseEmail(' Ada@Example.COM ')).to.deep.equal({
      ok: true,
      email: { typed: 'Ada@Example.COM', canonical: 'ada@example.com' },
    })
  })

  const refused: [string, string][] = [
    ['', 'missing'],
    ['   ', 'missing'],
    ['ada', 'malformed'],
    ['@example.com', 'malformed'],
    ['ada@', 'malformed'],
    ['ada@example', 'malformed'],
    ['ada@@example.com', 'malformed'],
    ['ada b@example.com', 'malformed'],
    ['.ada@example.com', 'malformed'],
    ['ada..b@example.com', 'malformed'],
    ['ada@example..com', 'malformed'],
    ['ada@example.com.', 'malformed'],
    ['ada@-example.com', 'malformed'],
    ['ada@127.0.0.1', 'malformed'],
    ['ada@0x7f.1', 'malformed'],
    ['ada@[127.0.0.1]', 'malformed'],
    ['ada@example.com/x', 'malformed'],
    ['ada@ex%61mple.com', 'malformed'],
    ['"ada"@example.com', 'malformed'],
    ['<ada@example.com>', 'malformed'],
    ['ada@example.com,eve@example.com', 'malformed'],
    ['ada@example.com\r\nBcc: eve@example.com', 'control_character'],
    ['ada@example.com\n', 'control_character'],
    ['a\u0000da@example.com', 'control_character'],
    ['ada\u202e@example.com', 'control_character'],
    [`${'a'.repeat(65)}@example.com`, 'too_long'],
    [`${'é'.repeat(33)}@example.com`, 'too_long'],
    [
      `a@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}.${'f'.repeat(10)}.com`,
      'too_long',
    ],
  ]
  for (const [typed, problem] of refused) {
    it(`refuses ${JSON.stringify(typed.slice(0, 40))} as ${problem}`, () => {
      expect(parseEmail(typed)).to.deep.equal({ ok: false, problem })
    })
  }

  it('gives one stable look-up key to text that is no address', () => {
    expect(lookupEmail(' Not An Address ')).to.equal(lookupEmail('not an address'))
    expect(lookupEmail('x'.repeat(10_000))).to.have.lengthOf(254)
  })
})

/** Amounts as people write and read them. */

export type Money = {
  /**
   * `12,50` and `12.50` alike; nothing for what is no amount, and infinity for more than can be counted. Zero and less are
   * not refused here.
   */
  parse: (text: string) => number | undefined
  format: (minor: number) => string
  /** With a plus or a minus, for a change. */
  formatChange: (minor: number) => string
  example: string
}

export function createMoney(currency: string): Money {
  const options = { style: 'currency', currency } as const
  const plain = new Intl.NumberFormat('en', options)
  const signed = new Intl.NumberFormat('en', { ...options, signDisplay: 'exceptZero' })
  const digits = plain.resolvedOptions().maximumFractionDigits ?? 2
  return {
    parse: (text) => parse(text.trim(), digits),
    // As text, because a large amount has more digits than a fraction can hold.
    format: (minor) => plain.format(toDecimal(minor, digits)),
    formatChange: (minor) => signed.format(toDecimal(minor, digits)),
    example: toDecimal(12_50, digits),
  }
}

function parse(text: string, digits: number): number | undefined {
  const [, sign = '', whole = '', , fraction = ''] = /^(-?)(\d+)([.,](\d+))?$/.exec(text) ?? []
  if (whole === '' || fraction.length > digits) return undefined
  const minor = Number(`${sign}${whole}${fraction.padEnd(digits, '0')}`)
  return Number.isSafeInteger(minor) ? minor : minor * Infinity
}

function toDecimal(minor: number, digits: number): `${number}` {
  const text = String(Math.abs(minor)).padStart(digits + 1, '0')
  const at = text.length - digits
  return `${minor < 0 ? '-' : ''}${text.slice(0, at)}${digits > 0 ? '.' : ''}${text.slice(at)}` as `${number}`
}

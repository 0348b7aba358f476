/** Texts that make their reader slow: each repeats what is hard for some pattern, parser or normalisation. */

/** In characters, before encoding. */
const FULL = 64 * 1024

const UNITS: Readonly<Record<string, [unit: string, around?: [string, string]]>> = {
  letters: ['a'],
  spaces: [' '],
  'inner spaces': [' ', ['a', 'a']],
  'inner tabs': ['\t', ['a', 'a']],
  'spaces and letters': ['a '],
  'line breaks': ['\r\n'],
  'at signs': ['@', ['a', 'b.example']],
  'at signs and letters': ['a@'],
  dots: ['.', ['a@a', 'a']],
  'dots and letters': ['a.', ['', '!@a']],
  hyphens: ['-', ['a', 'a']],
  'combining marks': ['\u0301', ['a', '']],
  'composed letters': ['\u1e9b\u0323'],
  'wide ligatures': ['\ufdfa'],
  surrogates: ['\ud83d\ude00'],
  'invisible marks': ['\u200d\u202e'],
  'opened brackets': ['['],
  'opened braces': ['{"a":'],
  'nested brackets': ['[[]]'],
  parentheses: ['(('],
  'angle brackets': ['<a <'],
  'percent signs': ['%', ['', '2']],
  'escaped percents': ['%25'],
  commas: [',', ['a', 'a']],
  'commas and spaces': [', '],
  semicolons: ['; ', ['a', '=']],
  quotes: ['"', ['a="', '']],
  apostrophes: ["'"],
  'quoted strings': ['\\"', ['"', '']],
  backslashes: ['\\'],
  digits: ['9'],
  'signed digits': ['-9.9e9,'],
  slashes: ['/', ['https://a.example', '']],
  colons: [':', ['urn', '']],
  'equal signs': ['=', ['a', '!']],
  ampersands: ['&amp;'],
  'dollar signs': ['$', ['$argon2id', '']],
  'words of base64': ['eyJhbGciOiJub25lIn0.'],
  repetitions: ['ab', ['', 'c']],
  hyphenated: ['a-', ['', '!']],
}

export const SHAPES = Object.keys(UNITS)

/** One for each kind of reader: trimming, patterns, normalisation, nesting, decoding, lists, quoting, addresses. */
const TELLING = [
  'inner spaces',
  'dots and letters',
  'hyphenated',
  'combining marks',
  'wide ligatures',
  'opened braces',
  'percent signs',
  'commas',
  'quoted strings',
  'slashes',
]
const OTHERS = SHAPES.filter((shape) => !TELLING.includes(shape))
const OTHERS_AT_ONCE = 2

/** For where all would take too long: the shapes that find most, and of the others the next two with each turn. */
export function shapesOfTurn(turn: number): string[] {
  const first = turn * OTHERS_AT_ONCE
  const others = Array.from({ length: OTHERS_AT_ONCE }, (_, at) => OTHERS[(first + at) % OTHERS.length]!)
  return [...TELLING, ...others]
}

/** A text of that shape; with `bytes`, the longest one with a form encoding that is no larger. */
export function hostileText(shape: string, bytes = Number.POSITIVE_INFINITY): string {
  const [unit, [before, after] = ['', '']] = UNITS[shape]!
  const encoded = (text: string) => new URLSearchParams({ '': text }).toString().length
  const room = Math.min(
    FULL / unit.length,
    (bytes - encoded(before + after)) / Math.max(encoded(unit) - 1, 1),
  )
  return before + unit.repeat(Math.max(Math.floor(room), 1)) + after
}

/** The same as far as a header may carry it. */
export function hostileHeader(shape: string, length: number): string {
  return hostileText(shape, 4 * length)
    .replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '~')
    .slice(0, length)
}

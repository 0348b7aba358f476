// Solves a puzzle: for each part, the first number whose SHA-256 with the base of the part begins with enough zero bits.
// Its own SHA-256 (FIPS 180-4), because crypto.subtle answers too slowly for many small texts.
const K = new Int32Array(64)
const START = new Int32Array(8)
fillConstants()

addEventListener('message', ({ data: { puzzle, parts, bits, address } }) => {
  const numbers = []
  for (let part = 0; part < parts; part += 1) numbers.push(firstNumber(`${puzzle}:${address}:${part}`, bits))
  postMessage(`${puzzle}:${numbers.join('.')}`)
})

/** The base has 43 characters, and with its dot it fills eleven words; the number follows in the same block. */
function firstNumber(text, bits) {
  const words = new Int32Array(64)
  const block = new Uint8Array(64)
  const base = `${base64url(sha256(new TextEncoder().encode(text)))}.`
  for (let at = 0; at < base.length; at += 1) block[at] = base.charCodeAt(at)
  const view = new DataView(block.buffer)
  for (let number = 0; ; number += 1) {
    const digits = String(number)
    block.fill(0, 44)
    for (let at = 0; at < digits.length; at += 1) block[44 + at] = digits.charCodeAt(at)
    block[44 + digits.length] = 0x80
    view.setUint32(60, (44 + digits.length) * 8)
    for (let at = 0; at < 16; at += 1) words[at] = view.getInt32(at * 4)
    const state = START.slice()
    compress(state, words)
    if (state[0] >>> (32 - bits) === 0) return number
  }
}

function sha256(bytes) {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 4, bytes.length * 8)
  const state = START.slice()
  const words = new Int32Array(64)
  for (let from = 0; from < padded.length; from += 64) {
    for (let at = 0; at < 16; at += 1) words[at] = view.getInt32(from + at * 4)
    compress(state, words)
  }
  const sum = new Uint8Array(32)
  for (let at = 0; at < 8; at += 1) new DataView(sum.buffer).setInt32(at * 4, state[at])
  return sum
}

function compress(state, words) {
  for (let at = 16; at < 64; at += 1) {
    const early = words[at - 15]
    const late = words[at - 2]
    const small = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3)
    const large = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10)
    words[at] = (words[at - 16] + small + words[at - 7] + large) | 0
  }
  let [a, b, c, d, e, f, g, h] = state
  for (let at = 0; at < 64; at += 1) {
    const turnE = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const first = (h + turnE + ((e & f) ^ (~e & g)) + K[at] + words[at]) | 0
    const turnA = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const second = (turnA + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + second) | 0
  }
  const ends = [a, b, c, d, e, f, g, h]
  for (let at = 0; at < 8; at += 1) state[at] = (state[at] + ends[at]) | 0
}

/** The first 32 bits of the fractions of the roots of primes (FIPS 180-4, 4.2.2 and 5.3.3). */
function fillConstants() {
  const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) | 0
  let found = 0
  for (let number = 2; found < 64; number += 1) {
    let isPrime = true
    for (let by = 2; by * by <= number; by += 1) if (number % by === 0) isPrime = false
    if (!isPrime) continue
    K[found] = fraction(Math.cbrt(number))
    if (found < 8) START[found] = fraction(Math.sqrt(number))
    found += 1
  }
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/**
 * How a value of a request may appear in answers and in the log. A broken client puts its secrets anywhere: into other
 * parameters, joined by `;`, encoded twice. So a value is repeated only if it has a shape that no secret has. For other
 * values only the kind and the length are named.
 */

/** A word in the form of a name: `offline_access`, `User.Read`, `api2:read`. Tokens mix their characters otherwise. */
const PART = /^(?:(?:[A-Z]?[a-z]{1,20}|[A-Z]{2,3})\d{0,3}|\d{1,2})$/
/** Characters of parameters, passwords and encodings. */
const CARRIES = /[?;&=%@]/
/** A port, or text too short for a secret. */
const SHORT = /^(?:\d{1,5}|\w{1,2})$/
const LONGEST_WORDS = 300
const LONGEST_LABEL = 40
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const SAME_BEGINNING = 3
/** Shorter than any password or token of ours. */
const HARMLESS = /^[a-z]{1,6}$/
const NUMBER = /^-?[\d.]{1,8}[a-z]{0,3}$/
const SHORTEST_TOKEN = 12
/** Values that other servers accept. */
const ELSEWHERE = [
  'password',
  'implicit',
  'token',
  'id_token',
  'urn:ietf:params:oauth:grant-type:',
  'signup',
  'plain',
]

/** One of a few known values, or a misspelling of one. */
export function shownChoice(value: string, known: readonly string[]): string {
  const text = value.trim()
  const words = text.length <= LONGEST_WORDS ? text.split(/[ ,]+/) : []
  const fits = words.every((word) => known.includes(word) || HARMLESS.test(word) || isMistyped(word, known))
  return fits && words.length > 0 ? text : kindOf(value)
}

/** A number, also a wrong one. */
export function shownNumber(value: string): string {
  return NUMBER.test(value) || HARMLESS.test(value) ? value : kindOf(value)
}

/** Names that others choose, like scopes, one after another. */
export function shownNames(value: string, known: readonly string[] = []): string {
  const text = value.trim().slice(0, LONGEST_WORDS)
  const words = text.split(' ').filter(Boolean)
  return words.map((word) => (known.includes(word) ? word : shownName(word))).join(' ')
}

/** A client identifier: one that this server made, a name, or the address of a document. */
export function shownId(value: string): string {
  if (UUID.test(value)) return value
  return URL.canParse(value) ? shownAddress(value) : shownName(value)
}

/**
 * An address without query, fragment and password. Parts of the path that could be a token are left out, unless they
 * are in `registered` too.
 */
export function shownAddress(value: string, registered: readonly string[] = []): string {
  if (registered.includes(value) || isHarmlessAddress(value)) return value
  const url = value.length <= 2000 ? URL.parse(value) : null
  if (!url || !/^[a-z][a-z.+-]{1,40}:$/.test(url.protocol)) return shownName(value)
  const known = new Set(registered.flatMap((one) => one.split('/')))
  const path = url.pathname
    .split('/')
    .map((part) => (part === '' || known.has(part) ? part : shownName(part)))
    .join('/')
  const host = url.host && `//${url.host.split('.').map(shownLabel).join('.')}`
  const account = url.username || url.password ? ' with a user name or password' : ''
  const query = url.search ? ` with a query of ${url.search.length - 1} characters` : ''
  const fragment = url.hash ? ` with a fragment of ${url.hash.length - 1} characters` : ''
  return `${url.protocol}${host}${path}${account}${query}${fragment}`
}

/** Text of words only is repeated exactly, because one wrong letter may be the mistake. It need not be an address. */
function isHarmlessAddress(value: string): boolean {
  const runs = value.split(/[^A-Za-z0-9]+/).filter(Boolean)
  return value.length <= 200 && !CARRIES.test(value) && runs.every((run) => PART.test(run) || SHORT.test(run))
}

/** A sentence of the library, which may quote a value of the request. */
export function shownSentence(text: string): string {
  // Every second piece is quoted. The last one may lack its closing quote.
  const pieces = text.split('"')
  const shown = pieces.map((piece, at) => (at % 2 === 1 ? shownQuoted(piece) : piece))
  const unquoted = shown.join('"') + (pieces.length % 2 === 0 ? '"' : '')
  return unquoted.split(' ').map(shownInSentence).join(' ').slice(0, LONGEST_WORDS)
}

function shownQuoted(inner: string): string {
  return inner.split(' ').every((word) => shownName(word) === word) ? inner : '(masked)'
}

function shownInSentence(word: string): string {
  if (word.length < SHORTEST_TOKEN) return word
  const bare = withoutMarks(word)
  return shownName(bare) === bare || URL.canParse(bare) ? word.replace(bare, shownId(bare)) : '(masked)'
}

/** Without the punctuation around it. */
function withoutMarks(word: string): string {
  let end = word.length
  while (end > 0 && ',;:.)\'"'.includes(word[end - 1]!)) end -= 1
  return word.slice(0, end).replace(/^[('"]+/, '')
}

/** A name of at most eight words with `_`, `-`, `.`, `:` or `/` between them. */
function shownName(value: string): string {
  const parts = value.split(/[-_.:/]/)
  const isName = value.length <= 100 && parts.length <= 9 && parts.every((part) => !part || PART.test(part))
  return isName ? value : kindOf(value)
}

function isMistyped(word: string, known: readonly string[]): boolean {
  const beginning = lettersOf(word).slice(0, SAME_BEGINNING)
  const resembles = [...known, ...ELSEWHERE].some((one) => lettersOf(one).startsWith(beginning))
  return beginning.length === SAME_BEGINNING && resembles && shownName(word) === word
}

function lettersOf(word: string): string {
  return word.toLowerCase().replace(/[^a-z]/g, '')
}

function shownLabel(label: string): string {
  return label.length <= LONGEST_LABEL && /^[a-z0-9[\]:-]*$/.test(label) && !isLongMix(label)
    ? label
    : '(masked)'
}

/** One long run of letters and digits: a token, not the name of a machine. */
function isLongMix(label: string): boolean {
  return label.split('-').some((run) => run.length > 12 && /\d/.test(run) && /[a-z]/.test(run))
}

/** The description of a value that is not repeated. */
export function kindOf(value: string): string {
  return `(masked: ${value.length} characters${hintOf(value)})`
}

// These help developers: such mistakes move secrets into other parameters.
function hintOf(value: string): string {
  const [, ...following] = value.split(/[;&]/)
  if (following.some((part) => /^\s*\w+=/.test(part)))
    return ' with other parameters in them, which belong apart with &'
  if (/%[0-9a-f]{2}/i.test(value)) return ', percent-encoded once too often'
  if (/^[\w-]+\.[\w-]+\.[\w-]*$/.test(value)) return ' that look like a JWT'
  return ''
}

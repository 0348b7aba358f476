/**
 * E-mail addresses. Each is canonicalised once, here: trim, NFC, IDNA domain (ASCII form), lower case. Plus-tags stay
 * distinct. One unique index on the canonical form keeps aliases of one address from becoming two accounts.
 */
import { domainToASCII } from 'node:url'
import { isIP } from 'node:net'

export type EmailProblem = 'missing' | 'control_character' | 'malformed' | 'too_long'

export type ParsedEmail =
  | { ok: true; email: { typed: string; canonical: string } }
  | { ok: false; problem: EmailProblem }

/** The whole address (RFC 5321 §4.5.3.1.3, less the angle brackets) and its local part, in octets. */
const MAX_ADDRESS = 254
const MAX_LOCAL = 64
/** The longest input, in characters with blanks around it. Longer input is refused unread. */
const MAX_INPUT = 1000

// Line breaks, NUL and direction marks: they could start a mail header or disguise the address.
const CONTROL = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/u
// An atom (RFC 5322 §3.2.3) with letters from any script (RFC 6531). Dots join several.
const ATOM = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+$/u
const DOMAIN_TYPED = /^[\p{L}\p{M}\p{N}.-]+$/u
const DOMAIN_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

/** Reads what a person typed: the address as typed (trimmed, NFC) and its canonical form, or what is wrong with it. */
export function parseEmail(input: string): ParsedEmail {
  if (input.length > MAX_INPUT) return { ok: false, problem: 'too_long' }
  if (CONTROL.test(withoutBlanks(input))) return { ok: false, problem: 'control_character' }
  const typed = input.trim().normalize('NFC')
  if (typed === '') return { ok: false, problem: 'missing' }
  if (typed.length > MAX_ADDRESS) return { ok: false, problem: 'too_long' }
  const at = typed.lastIndexOf('@')
  const local = typed.slice(0, at).toLowerCase().normalize('NFC')
  const domain = canonicalDomain(typed.slice(at + 1))
  if (at < 1 || domain === undefined || !isDotAtom(local)) return { ok: false, problem: 'malformed' }
  const canonical = `${local}@${domain}`
  if (Buffer.byteLength(local) > MAX_LOCAL || Buffer.byteLength(canonical) > MAX_ADDRESS)
    return { ok: false, problem: 'too_long' }
  return { ok: true, email: { typed, canonical } }
}

/**
 * The canonical form for a look-up or a limiter, of any input. Text that is not an address also gives one stable
 * string. It then takes the same path as an unknown address.
 */
export function lookupEmail(input: string): string {
  const parsed = parseEmail(input)
  return parsed.ok
    ? parsed.email.canonical
    : input.slice(0, MAX_INPUT).trim().normalize('NFC').toLowerCase().slice(0, MAX_ADDRESS)
}

/** What a page says of each problem. */
export const emailProblemMessage: Record<EmailProblem, string> = {
  missing: 'problem-email-missing',
  control_character: 'problem-email-control-character',
  malformed: 'problem-email-malformed',
  too_long: 'problem-email-too-long',
}

/** An English sentence for each problem, for programs and operators. */
export const emailProblemText: Record<EmailProblem, string> = {
  missing: 'Enter an e-mail address.',
  control_character: 'The e-mail address contains characters that are not allowed.',
  malformed: 'This is not a complete e-mail address; it looks like name@example.com.',
  too_long: 'The e-mail address is too long.',
}

/** Removes tabs and spaces at both ends. A regular expression for the end would try every blank inside the text too. */
function withoutBlanks(input: string): string {
  let [from, to] = [0, input.length]
  while (from < to && '\t '.includes(input[from]!)) from += 1
  while (from < to && '\t '.includes(input[to - 1]!)) to -= 1
  return input.slice(from, to)
}

function isDotAtom(local: string): boolean {
  return local.split('.').every((atom) => ATOM.test(atom))
}

function canonicalDomain(typed: string): string | undefined {
  // domainToASCII parses a URL's host. Characters that end a host must be refused before.
  if (!DOMAIN_TYPED.test(typed)) return undefined
  const domain = domainToASCII(typed)
  const labels = domain.split('.')
  if (isIP(domain) !== 0 || !labels.every((label) => DOMAIN_LABEL.test(label))) return undefined
  // A name without a dot is deliverable on this machine at most.
  return labels.length > 1 || domain === 'localhost' ? domain : undefined
}

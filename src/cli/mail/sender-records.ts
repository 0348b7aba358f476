/** What the domain of the sender publishes about its mails: SPF, DKIM and DMARC, read by DNS. */
import { createPublicKey } from 'node:crypto'
import { Resolver } from 'node:dns/promises'
import { SECOND_MS } from '../../platform/clock.ts'
import type { Fault, Finding } from './faults.ts'

type Asked = {
  domain: string
  /** The name that the mail server signs with. */
  selector?: string | undefined
  /** Asked instead of the system's. */
  nameServer?: string | undefined
}

/** @throws TypeError for a name server that is no address */
export async function senderRecords({ domain, selector, nameServer }: Asked): Promise<Finding[]> {
  const resolver = new Resolver({ timeout: 3 * SECOND_MS, tries: 2 })
  if (nameServer !== undefined) resolver.setServers([nameServer])
  const texts = textsFrom(resolver)
  return [
    await checked('SPF', () => spf(texts, domain)),
    await checked('DKIM', () => dkim(texts, domain, selector)),
    await checked('DMARC', () => dmarc(texts, domain)),
  ]
}

/** The text records of a name. None where the name does not exist. */
type Texts = (name: string) => Promise<string[]>

class Silent extends Error {}

const NO_RECORD = new Set(['ENOTFOUND', 'ENODATA'])

function textsFrom(resolver: Resolver): Texts {
  return async (name) => {
    try {
      return (await resolver.resolveTxt(name)).map((parts) => parts.join(''))
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
      if (NO_RECORD.has(code)) return []
      throw new Silent(`${name}: ${code}`, { cause: error })
    }
  }
}

type Found = { state: 'ok' | 'warning' | 'skipped'; found: string } | { fault: Fault; found: string }

async function checked(check: string, look: () => Promise<Found>): Promise<Finding> {
  try {
    const found = await look()
    return 'fault' in found ? { check, state: 'fault', ...found } : { check, ...found }
  } catch (error) {
    if (!(error instanceof Silent)) throw error
    return { check, state: 'fault', fault: 'dns_silent', found: error.message }
  }
}

/** RFC 7208 §4.6.4: a receiver gives up after ten look-ups. */
const MOST_LOOKUPS = 10

async function spf(texts: Texts, domain: string): Promise<Found> {
  const records = await spfRecords(texts, domain)
  const [record] = records
  if (record === undefined) return { fault: 'spf', found: `${domain} has no SPF record` }
  // RFC 7208 §4.5
  if (records.length > 1)
    return { fault: 'spf', found: `${domain} has ${records.length} SPF records: receivers use none` }
  const lookups = await lookupsOf(texts, record)
  if (lookups > MOST_LOOKUPS)
    return { fault: 'spf', found: `more than ${MOST_LOOKUPS} look-ups: receivers use none: ${record}` }
  const terms = termsOf(record)
  if (terms.includes('all') || terms.includes('+all'))
    return { fault: 'spf', found: `it lets everybody send: ${record}` }
  const strict = terms.some((term) => term === '-all' || term === '~all' || term.startsWith('redirect='))
  return { state: strict ? 'ok' : 'warning', found: strict ? record : `it refuses nobody: ${record}` }
}

function termsOf(record: string): string[] {
  return record.toLowerCase().split(/\s+/)
}

async function spfRecords(texts: Texts, domain: string): Promise<string[]> {
  return (await texts(domain)).filter((text) => /^v=spf1(?:\s|$)/i.test(text))
}

const ASKS_DNS = new Set(['include', 'redirect', 'a', 'mx', 'ptr', 'exists'])
const LEADS_ON = new Set(['include', 'redirect'])

/** Counts no further than the limit. Macros need a mail, and count as one. */
async function lookupsOf(texts: Texts, record: string, before = 0): Promise<number> {
  let count = before
  for (const term of termsOf(record)) {
    const mechanism = term.replace(/^[-+~?]/, '')
    const [name = ''] = mechanism.split(/[:=/]/, 1)
    if (!ASKS_DNS.has(name)) continue
    count += 1
    if (count > MOST_LOOKUPS) return count
    const target = mechanism.slice(name.length + 1)
    if (!LEADS_ON.has(name) || target.includes('%')) continue
    const [next] = await spfRecords(texts, target)
    if (next !== undefined) count = await lookupsOf(texts, next, count)
  }
  return count
}

async function dkim(texts: Texts, domain: string, selector: string | undefined): Promise<Found> {
  if (selector === undefined) return { state: 'skipped', found: 'name the selector: --dkim-selector' }
  const name = `${selector}._domainkey.${domain}`
  const record = (await texts(name)).find((text) => tagsOf(text).has('p'))
  if (record === undefined) return { fault: 'dkim', found: `${name} has no key` }
  const tags = tagsOf(record)
  const encoded = (tags.get('p') ?? '').replace(/\s/g, '')
  if (encoded === '') return { fault: 'dkim', found: `the key of ${name} is revoked` }
  return keyFound(name, tags.get('k') ?? 'rsa', Buffer.from(encoded, 'base64'))
}

/** RFC 8301 §3.2: at least 1024 bits, and 2048 should be used. */
function keyFound(name: string, type: string, key: Buffer): Found {
  // RFC 8463 §4.2: the bare key.
  if (type === 'ed25519' && key.length === 32) return { state: 'ok', found: `${name}: Ed25519` }
  const bits = bitsOf(key)
  if (type !== 'rsa' || bits === undefined)
    return { fault: 'dkim', found: `the key of ${name} cannot be read` }
  const found = `${name}: RSA with ${bits} bits`
  if (bits < 1024) return { fault: 'dkim', found: `${found}, which receivers refuse` }
  return { state: bits < 2048 ? 'warning' : 'ok', found }
}

function bitsOf(key: Buffer): number | undefined {
  try {
    return createPublicKey({ key, format: 'der', type: 'spki' }).asymmetricKeyDetails?.modulusLength
  } catch {
    return undefined
  }
}

/** A domain without a policy has that of the nearest domain above it. */
async function dmarc(texts: Texts, domain: string): Promise<Found> {
  const labels = domain.split('.')
  for (let at = 0; at === 0 || at <= labels.length - 2; at += 1) {
    const name = `_dmarc.${labels.slice(at).join('.')}`
    const records = (await texts(name)).filter((text) => /^v=DMARC1(?:\s|;|$)/i.test(text))
    const [record] = records
    if (record === undefined) continue
    // RFC 7489 §6.6.3
    if (records.length > 1)
      return { fault: 'dmarc', found: `${name} has ${records.length} policies: receivers use none` }
    return policyFound(name, record, at > 0)
  }
  return { fault: 'dmarc', found: `_dmarc.${domain} has no policy` }
}

function policyFound(name: string, record: string, inherited: boolean): Found {
  const tags = tagsOf(record)
  const policy = ((inherited ? tags.get('sp') : undefined) ?? tags.get('p') ?? '').toLowerCase()
  if (policy === 'none') return { state: 'warning', found: `${name}: none, which only watches: ${record}` }
  if (policy === 'quarantine' || policy === 'reject') return { state: 'ok', found: `${name}: ${record}` }
  return { fault: 'dmarc', found: `${name} names no policy: ${record}` }
}

/** `name=value; …` (RFC 6376 §3.2). */
function tagsOf(record: string): Map<string, string> {
  const pairs = record.split(';').map((tag) => tag.split('='))
  return new Map(pairs.map(([name = '', ...value]) => [name.trim().toLowerCase(), value.join('=').trim()]))
}

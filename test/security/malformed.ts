/** Requests as no browser sends them, from a seed: names, values, headers, bodies and paths, mostly wrong, all repeatable. */
import { encode } from '../provider/send.ts'
import type { Sent } from '../provider/send.ts'
import type { Route } from './routes.ts'

/** What a well-formed request would carry, so that many get past the first check. */
export type Known = {
  cookie: string
  csrf: string
  origin: string
  clientId: string
  redirectUri: string
  auth: Record<string, string>
}

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'PROPFIND']

/** One more or less broken request to the route. */
export function malformed({ pick, chance, below }: Random, { method, path }: Route, known: Known): Sent {
  const { cookie, origin, clientId, redirectUri } = known
  const headers: Record<string, string> = {
    ...(chance(0.6) && { cookie, origin }),
    ...(chance(0.4) && known.auth),
  }
  const fields: Record<string, string | string[]> = {
    ...(chance(0.7) && { _csrf: known.csrf }),
    ...(chance(0.5) && { client_id: clientId, redirect_uri: redirectUri }),
    ...(chance(0.5) && {
      grant_type: pick(['authorization_code', 'refresh_token', 'client_credentials', 'x']),
    }),
  }
  for (let count = below(4); count >= 0; count -= 1)
    fields[pick(NAMES)] = chance(0.2) ? [pick(VALUES), pick(VALUES)] : pick(VALUES)
  if (chance(0.3)) headers[pick(HEADERS)] = pick(HEADER_VALUES)
  const query = chance(0.5) ? `?${pick([encode(fields), ...QUERIES])}` : ''
  const used = chance(0.85) ? method : pick(METHODS)
  const to = path + (chance(0.1) ? pick(PATH_ENDS) : '') + query
  if (used === 'GET' || used === 'HEAD') return { method: used, to, headers }
  if (chance(0.55)) return { method: used, to, headers, form: fields }
  const body = pick([...BODIES, encode(fields)])
  return { method: used, to, body, headers: { 'content-type': pick(TYPES), ...headers } }
}

export type Random = ReturnType<typeof randomFrom>

/** Park–Miller: small, and the same everywhere for the same seed. */
export function randomFrom(seed: number) {
  let state = (seed % 2_147_483_646) + 1
  const next = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    below,
    chance: (probability: number) => next() < probability,
    pick: <T>(list: readonly T[]): T => list[below(list.length)]!,
  }
}

export const NAMES =
  'client_id redirect_uri response_type scope state code code_verifier code_challenge code_challenge_method refresh_token token client_secret client_assertion client_assertion_type resource prompt max_age id_token_hint login_hint ui_locales claims acr_values nonce response_mode request request_uri email password name username newPassword currentPassword id clientId decision next mode to restart xsrf logout post_logout_redirect_uri __proto__ constructor toString hasOwnProperty length'.split(
    ' ',
  )
export const VALUES = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\r\nSet-Cookie: x=1',
  '%00',
  '%',
  '%ff',
  '😀',
  '\u202E',
  'ÿ'.repeat(200),
  'a'.repeat(5000),
  '-1',
  '1e999',
  'NaN',
  'null',
  'undefined',
  '[]',
  '{}',
  '{"userinfo":{"a":1}}',
  '{"id_token":{"sub":{"value":1}}}',
  '<script>alert(1)</script>',
  "' OR 1=1 --",
  '../../etc/passwd',
  'https://evil.example',
  '//evil.example',
  'javascript:alert(1)',
  'consent login none',
  'create',
  'select_account',
  'openid',
  'fragment',
  'form_post',
  'jwt',
  'web_message',
  'eyJhbGciOiJub25lIn0.e30.',
  'a.b.c',
  'yes',
  'allow',
  '0',
  '9'.repeat(400),
  'a@b',
  'person@example.com',
  'xn--a@xn--a',
  '\ud800',
]
export const HEADERS = [
  'authorization',
  'content-encoding',
  'transfer-encoding',
  'accept',
  'accept-language',
  'cookie',
  'origin',
  'sec-fetch-site',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-request-id',
  'if-none-match',
  'range',
  'expect-ct',
  'dpop',
  'user-agent',
  'x-csrf-token',
  'x-http-method-override',
  'referer',
  'accept-encoding',
  'content-language',
]
export const HEADER_VALUES = [
  '',
  'x',
  'Basic',
  'Basic ====',
  'Basic Og==',
  'Basic JTAwOiUwMA==',
  'Bearer',
  'Bearer ,',
  'DPoP a',
  'Negotiate x',
  'gzip',
  'identity',
  '*/*',
  'application/json',
  'text/html;q=x',
  ';;;',
  'session=%00; session.sig=%',
  'interaction=a; interaction.sig=b',
  'csrf=x; browser=y; device=a.b.c.d',
  'a=b=c;;=;',
  '__proto__=1',
  'null',
  'https://evil.example',
  'cross-site',
  '1.2.3.4, , x',
  '::1%lo',
  'bytes=0-99999',
  'ÿ'.repeat(20),
  'x'.repeat(6000),
  'TRACE',
]
const QUERIES = [
  '%',
  '%ff',
  '%00',
  'a=%',
  '&&&==',
  'a[b]=c&a[b]=d',
  'client_id[]=x',
  '?',
  '__proto__[x]=1',
  'a='.repeat(500),
  `restart=${'A'.repeat(2000)}`,
  'restart=%00',
  'token=%00',
  'token=a&token=b',
  'next=//evil.example',
  'x=\u{e4}',
].map((query) => query.replace(/[^\x21-\x7e]/g, encodeURIComponent))
export const PATH_ENDS = [
  '/',
  '//',
  '/..',
  '/%2e%2e',
  '/%00',
  '%',
  '/%ff',
  ';x=1',
  '/unknown',
  '.json',
  '%2f',
  '/a/b/c',
  `/${'x'.repeat(3000)}`,
]
export const TYPES = [
  '',
  'application/json',
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded; charset=utf-16',
  'application/x-www-form-urlencoded;',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  'text/plain',
  'text/xml',
  'application/jwt',
  'x',
  ';',
  'application/x-www-form-urlencoded, application/json',
]
const BODIES = [
  '',
  '\0',
  '{',
  '{"a":',
  'null',
  '[]',
  '"x"',
  '{"__proto__":{"x":1}}',
  '<x/>',
  '%',
  '%ff%fe',
  'a=%zz',
  '&',
  '=',
  'a',
  '--x\r\n\r\n--x--',
  'email=a&email=b',
  'client_id=a&client_id=b',
  'a=b&'.repeat(300),
  'x'.repeat(70_000),
  `password=${'p'.repeat(60_000)}`,
]

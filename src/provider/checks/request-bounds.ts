/**
 * Size limits for each part of a protocol request. A part that is too large is refused before its content is read. The
 * library limits the whole body to 56 KiB; Node limits a query, with all headers, to 16 KiB.
 */
import { errors } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'

/** In characters, for parameters that are not in the table below. */
const LONGEST = 4096
/** How often one parameter may be repeated, such as `resource` (RFC 8707 §2). */
const MOST_VALUES = 50
const JWT = 16_384

const LONGEST_OF: Readonly<Record<string, number>> = {
  request: 32_768,
  client_assertion: JWT,
  id_token_hint: JWT,
  login_hint_token: JWT,
  token: JWT,
  access_token: JWT,
  subject_token: JWT,
  actor_token: JWT,
  assertion: JWT,
  authorization_details: JWT,
  // The sign-out request that one of our pages repeats, with its hint.
  again: JWT,
  // Some frameworks keep all their state in it.
  state: 8192,
  claims: 8192,
  login_hint: 1000,
  idp_hint: 100,
  kc_idp_hint: 100,
  domain_hint: 300,
  logout_hint: 1000,
  username: 1000,
  binding_message: 1000,
  ui_locales: 1000,
  claims_locales: 1000,
  acr_values: 1000,
  user_code: 100,
  prompt: 200,
  display: 100,
  grant_type: 200,
  response_type: 200,
  response_mode: 100,
  code_challenge: 200,
  code_challenge_method: 100,
  code_verifier: 200,
  max_age: 20,
  requested_expiry: 20,
}

/** Limits of client metadata (RFC 7591): its depth, its number of values, and the length of each. */
const DEEPEST = 8
const MOST_PARTS = 2000
const LONGEST_METADATA: Readonly<Record<string, number>> = { software_statement: JWT }

/** @throws errors.InvalidRequest that names the part and its limit */
export function refuseOversized(ctx: KoaContextWithOIDC): void {
  const { body } = ctx.oidc as { body?: unknown }
  const parameters = ctx.method === 'GET' || ctx.method === 'HEAD' ? ctx.query : body
  if (typeof parameters !== 'object' || parameters === null) return
  if (ctx.is('application/json')) return refuseOversizedJson(parameters)
  for (const [name, value] of Object.entries(parameters as Record<string, unknown>)) {
    const values = [value].flat()
    if (values.length > MOST_VALUES) throw tooLarge(name, `was sent ${values.length} times`, MOST_VALUES)
    const longest = Math.max(...values.map((one) => (typeof one === 'string' ? one.length : 0)))
    const allowed = limitOf(LONGEST_OF, name)
    if (longest > allowed) throw tooLarge(name, `has ${longest} characters`, allowed)
  }
}

/**
 * Checks client metadata, registered or fetched. It does not recurse, because the input may be nested 30,000 levels
 * deep.
 * @throws errors.InvalidRequest
 */
export function refuseOversizedJson(metadata: object): void {
  const open: { name: string; value: unknown; depth: number }[] = [{ name: '', value: metadata, depth: 0 }]
  for (let seen = 0; open.length > 0; seen += 1) {
    const { name, value, depth } = open.pop()!
    if (seen > MOST_PARTS) throw new errors.InvalidRequest(`the body has more than ${MOST_PARTS} values`)
    if (typeof value === 'string' && value.length > limitOf(LONGEST_METADATA, name))
      throw tooLarge(name, `has ${value.length} characters`, limitOf(LONGEST_METADATA, name))
    if (typeof value !== 'object' || value === null) continue
    if (depth > DEEPEST) throw new errors.InvalidRequest(`the body is nested more than ${DEEPEST} times`)
    for (const [inner, part] of Object.entries(value))
      open.push({ name: name || inner, value: part, depth: depth + 1 })
  }
}

function limitOf(table: Readonly<Record<string, number>>, name: string): number {
  return Object.hasOwn(table, name) ? (table[name] ?? LONGEST) : LONGEST
}

function tooLarge(name: string, what: string, allowed: number): Error {
  return new errors.InvalidRequest(`${name.slice(0, 60)} ${what}, takes at most ${allowed}`)
}

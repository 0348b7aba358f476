/** What the conditions of the FAPI-CIBA plan ask of an answer. */
import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { decodeProtectedHeader } from 'jose'
import type { JWTPayload } from 'jose'
import type { Answered, Holder, Played, World } from './ciba-world.ts'

/** RFC 6749 §5.2: no quotes, backslashes, line ends or anything beyond ASCII. */
const ERROR_TEXT = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/

/** `performValidateAuthorizationResponse`. Answers the `auth_req_id`. */
export function acknowledged({ status, headers, json, text }: Answered): string {
  expect(status, text).to.equal(200)
  expect(headers.get('content-type')).to.match(/^application\/json/)
  const { auth_req_id: id, expires_in: life, interval } = json
  expect(id)
    .to.be.a('string')
    .that.matches(/^[A-Za-z0-9._-]+$/)
  expect(bitsOf(String(id))).to.be.above(160)
  expect(life).to.satisfy((value: unknown) => Number.isInteger(value) && Number(value) > 0)
  expect(interval).to.satisfy((value: unknown) => Number.isInteger(value) && Number(value) > 0)
  return String(id)
}

/** Nothing but the error's own members, in their characters. */
function wellFormed({ headers, json, text }: Answered): void {
  expect(headers.get('content-type'), text).to.match(/^application\/json/)
  expect(Object.keys(json), text).to.include('error')
  expect(['error', 'error_description', 'error_uri'], text).to.include.members(Object.keys(json))
  for (const [name, value] of Object.entries(json)) expect(value, name).to.match(ERROR_TEXT)
}

/** `CheckErrorFromBackchannelAuthenticationEndpointErrorInvalidRequest`, with 400. */
export function refusedRequest(answer: Answered): void {
  wellFormed(answer)
  expect([answer.status, answer.json['error']], answer.text).to.eql([400, 'invalid_request'])
}

/** The client failed to authenticate: `CheckBackchannelAuthenticationEndpointErrorHttpStatus` and its like at the token endpoint. */
export function refusedClient(answer: Answered): void {
  wellFormed(answer)
  expect([answer.status, answer.json['error']], answer.text).to.eql([401, 'invalid_client'])
}

/** `checkStatusCode400AndValidateErrorFromTokenEndpointResponse` with one of these errors. */
export function tokenError(answer: Answered, ...errors: string[]): void {
  wellFormed(answer)
  expect(answer.status, answer.text).to.equal(400)
  expect(answer.json['error'], answer.text).to.be.oneOf(errors)
}

export type Tokens = { access_token: string; refresh_token?: string; id_token: string }

/** `handleSuccessfulTokenEndpointResponse`. */
export async function receivedTokens(
  world: World,
  { actors }: Played,
  answer: Answered,
  holder: Holder = 'client',
): Promise<Tokens & { claims: JWTPayload }> {
  const { status, headers, json, text } = answer
  expect(status, `${holder}: ${text}`).to.equal(200)
  expect(headers.get('content-type'), holder).to.match(/^application\/json/)
  expect(headers.get('cache-control'), holder).to.contain('no-store')
  expect(json, holder).to.include({ token_type: 'Bearer' })
  expect(json['expires_in'], holder).to.be.above(0)
  const tokens = json as Tokens
  for (const one of [tokens.access_token, tokens.refresh_token ?? tokens.access_token])
    expect(bitsOf(one), one).to.be.above(128)
  const { alg } = decodeProtectedHeader(tokens.id_token)
  expect(alg, holder).to.be.oneOf(['PS256', 'ES256'])
  const claims = await world.verify(tokens.id_token, actors[holder].client.client_id)
  expect(claims, holder).not.to.have.any.keys('c_hash', 's_hash')
  if (claims['at_hash']) expect(claims['at_hash'], holder).to.equal(halfOf(tokens.access_token))
  return { ...tokens, claims }
}

/** `requestProtectedResource`; only the first client sends an interaction id and the date of the sign-in. */
export async function reachedResource({ resource }: Played, token: string, by: Holder = 'client') {
  const interaction = 'c770aef3-6784-41f7-8e0e-ff5f97bddb3a'
  const first = {
    'x-fapi-interaction-id': interaction,
    'x-fapi-auth-date': 'Sun, 10 Sep 2017 19:43:31 GMT',
    'x-fapi-customer-ip-address': '2001:db8::1893:25c8:1946',
  }
  const answer = await resource(token, { by, headers: by === 'client' ? first : {} })
  expect(answer.status, `${by}: ${answer.text}`).to.equal(200)
  expect(answer.headers.get('content-type'), by).to.match(/^application\/json/)
  expect(answer.headers.get('date'), by).to.be.a('string')
  const named = answer.headers.get('x-fapi-interaction-id')
  expect(named, by).to.match(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  if (by === 'client') expect(named).to.equal(interaction)
}

/** Shannon's measure over the characters, as the suite estimates it. */
function bitsOf(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  const each = [...counts.values()].map((count) => -Math.log2(count / text.length) * (count / text.length))
  return each.reduce((sum, bits) => sum + bits, 0) * text.length
}

const halfOf = (token: string) =>
  createHash('sha256').update(token).digest().subarray(0, 16).toString('base64url')

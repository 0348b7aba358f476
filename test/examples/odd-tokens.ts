/** What an API is sent in place of a good token. */
const long = (length: number) => 'x'.repeat(length)
const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Values of the `Authorization` header, by what is odd about them. None of them is valid. */
export const ODD_AUTHORIZATIONS: Readonly<Record<string, string>> = {
  'no scheme': 'forged',
  'another scheme': 'Basic YTpi',
  'no token': 'Bearer',
  'an empty token': 'Bearer ',
  'two tokens': 'Bearer a b',
  'a token of separators': 'Bearer ...',
  'binary garbage': 'Bearer \u00ff\u00fe\u0080\u00a0',
  'signs of a form': 'Bearer a&token=b%00%ff',
  'a long token': `Bearer ${long(12_000)}`,
  'a long token of three parts': `Bearer ${long(4000)}.${long(4000)}.${long(4000)}`,
  'parts that are no JSON': 'Bearer AAAA.BBBB.CCCC',
  'a token that is null': `Bearer ${b64(null)}.${b64(null)}.`,
  'an unsigned JWT': `Bearer ${b64({ alg: 'none', typ: 'at+jwt' })}.${b64({ sub: 'root' })}.`,
  'a JWT signed with a secret': `Bearer ${b64({ alg: 'HS256', typ: 'at+jwt' })}.${b64({ sub: 'root' })}.AAAA`,
  'a JWT of an unknown key': `Bearer ${b64({ alg: 'ES256', kid: 'x', typ: 'at+jwt' })}.${b64({})}.${long(86)}`,
  'a key id that is no text': `Bearer ${b64({ alg: 'ES256', kid: {}, typ: 'at+jwt' })}.${b64({})}.${long(86)}`,
  'five parts': `Bearer ${b64({ alg: 'dir', enc: 'A256GCM' })}..AAAA.BBBB.CCCC`,
}

/** Names the methods of a sign-in in the words that people know. */

const WORDS: Readonly<Record<string, string>> = { pwd: 'password', otp: 'authenticator app' }

/** "password and recovery code", from methods with a blank between (RFC 8176). Nothing where they are not known. */
export function methodWords(amr: string | null): string | undefined {
  const methods = amr?.split(' ') ?? []
  const named = methods.flatMap((method) => WORDS[method] ?? [])
  // A recovery code has no method of its own: it is a second factor without another one.
  const all = methods.includes('mfa') && named.length === 1 ? [...named, 'recovery code'] : named
  return all.length > 0 ? all.join(' and ') : undefined
}

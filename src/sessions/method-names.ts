/** Names the methods of a sign-in in the words that people know. */

const NAMES: Readonly<Record<string, string>> = { pwd: 'sessions-method-pwd', otp: 'sessions-method-otp' }

/** Messages of the catalogue, from methods with a blank between (RFC 8176). None where they are not known. */
export function methodNames(amr: string | null): readonly string[] {
  const methods = amr?.split(' ') ?? []
  const named = methods.flatMap((method) => NAMES[method] ?? [])
  // A recovery code has no method of its own: it is a second factor without another one.
  return methods.includes('mfa') && named.length === 1 ? [...named, 'sessions-method-recovery'] : named
}

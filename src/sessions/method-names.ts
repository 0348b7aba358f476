/** Names the methods of a sign-in in the words that people know. */

const NAMES: Readonly<Record<string, string>> = {
  pwd: 'sessions-method-pwd',
  fed: 'sessions-method-fed',
  otp: 'sessions-method-otp',
  pop: 'sessions-method-passkey',
}

/** Messages of the catalogue, from methods with a blank between (RFC 8176). None where they are not known. */
export function methodNames(amr: string | null): readonly string[] {
  const methods = amr?.split(' ') ?? []
  if (isByMail(methods)) return methods.includes('mfa') ? [MAIL, 'sessions-method-otp'] : [MAIL]
  if (methods.join(' ') === 'pwd otp') return ['sessions-method-pwd', MAIL]
  const named = methods.flatMap((method) => NAMES[method] ?? [])
  // A recovery code has no method of its own: it is a second factor without another one.
  const second = methods.includes('fed') ? 'sessions-method-second' : 'sessions-method-recovery'
  return methods.includes('mfa') && !methods.includes('pop') && named.length === 1
    ? [...named, second]
    : named
}

const MAIL = 'sessions-method-mail'

/** A one-time password in place of the password comes by mail. */
function isByMail(methods: readonly string[]): boolean {
  const others = ['pwd', 'fed', 'pop']
  return methods.includes('otp') && !others.some((one) => methods.includes(one))
}

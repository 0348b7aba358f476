/** What an upstream says of a person, in our words. Only what the definition trusts is passed on. */
import { z } from 'zod'
import { profileSchema } from '../accounts/profile.ts'
import { parseEmail } from '../platform/email.ts'
import type { MappedField, Upstream } from './upstream.ts'

export const identitySchema = z.object({
  /** Never changes at the provider. The only thing that a person is recognized by. */
  subject: z.string(),
  /** As the provider spells it; absent when it sends none. */
  email: z.string().optional(),
  /** True only when the provider says so and the definition believes it. */
  emailVerified: z.boolean(),
  name: z.string().optional(),
  givenName: z.string().optional(),
  familyName: z.string().optional(),
  locale: z.string().optional(),
  zoneinfo: z.string().optional(),
  /** For the person to recognize: an address, a user name, or the subject. */
  shownAs: z.string(),
  /** Methods of this sign-in, for the session here (RFC 8176; `fed`: at another provider). */
  amr: z.array(z.string()),
  /** When the person last proved who they are at the provider, where it says so. */
  authTimeSeconds: z.number().optional(),
})

export type UpstreamIdentity = z.infer<typeof identitySchema>

type Claims = Record<string, unknown>
/** An entry of the list of addresses, as GitHub answers it. */
const listedEmails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }))

/** Of a sign-in at another provider; RFC 8176 has no word for it, and Microsoft's is this one. */
export const FEDERATED = 'fed'

/** `undefined` when the answer has no usable subject. `emails`: the separate list of addresses, where there is one. */
export function identityFrom(
  upstream: Upstream,
  claims: Claims,
  emails?: unknown,
): UpstreamIdentity | undefined {
  const subject = subjectOf(read(upstream, claims, 'subject'))
  if (subject === undefined) return undefined
  const { email, verified } = addressOf(upstream, claims, emails)
  const username = textOf(read(upstream, claims, 'username'))
  const profile = profileOf({
    name: textOf(read(upstream, claims, 'name')),
    givenName: textOf(read(upstream, claims, 'given_name')),
    familyName: textOf(read(upstream, claims, 'family_name')),
    locale: textOf(read(upstream, claims, 'locale')),
    zoneinfo: textOf(read(upstream, claims, 'zoneinfo')),
  })
  const authTime = claims['auth_time']
  return {
    subject,
    email,
    emailVerified: verified,
    ...profile,
    shownAs: shortened(username ?? email ?? subject),
    amr: amrOf(upstream, claims),
    ...(typeof authTime === 'number' && { authTimeSeconds: authTime }),
  }
}

/** OpenID Connect Core §5.1 names, unless the definition maps a field. */
const STANDARD: Record<MappedField, string> = {
  subject: 'sub',
  email: 'email',
  email_verified: 'email_verified',
  name: 'name',
  given_name: 'given_name',
  family_name: 'family_name',
  locale: 'locale',
  zoneinfo: 'zoneinfo',
  username: 'preferred_username',
}

function read({ mapping }: Upstream, claims: Claims, field: MappedField): unknown {
  let found: unknown = claims
  for (const name of (mapping[field] ?? STANDARD[field]).split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined
    found = (found as Claims)[name]
  }
  return found
}

/** GitHub and others name people by numbers. */
function subjectOf(value: unknown): string | undefined {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
  return typeof text === 'string' && text.length > 0 && text.length <= 255 ? text : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' && value.length <= 1000 ? value.trim() : undefined
}

function addressOf(upstream: Upstream, claims: Claims, emails: unknown) {
  const listed = listedEmails.safeParse(emails).data?.find(({ primary }) => primary)
  const typed = listed?.email ?? textOf(read(upstream, claims, 'email'))
  const parsed = typed === undefined ? undefined : parseEmail(typed)
  if (!parsed?.ok) return { email: undefined, verified: false }
  const said = listed ? listed.verified : read(upstream, claims, 'email_verified')
  return { email: parsed.email.typed, verified: isBelieved(upstream, said) }
}

function isBelieved({ emailTrust }: Upstream, said: unknown): boolean {
  // Some providers send the text (Apple, AWS Cognito).
  return emailTrust === 'always' || (emailTrust === 'claim' && (said === true || said === 'true'))
}

function amrOf({ trustMfa, mfaLevels }: Upstream, { amr, acr }: Claims): string[] {
  const said = Array.isArray(amr) && amr.includes('mfa')
  const level = typeof acr === 'string' && mfaLevels.includes(acr)
  return trustMfa && (said || level) ? [FEDERATED, 'mfa'] : [FEDERATED]
}

/** Names from outside follow our own rules; one that does not is left out. */
function profileOf<Fields extends Record<string, string | undefined>>(given: Fields): Partial<Fields> {
  const fits = ([field, value]: [string, string | undefined]) =>
    value !== undefined && profileSchema.safeParse({ [field]: value }).success
  return Object.fromEntries(Object.entries(given).filter(fits)) as Partial<Fields>
}

function shortened(text: string): string {
  return Array.from(text).slice(0, 200).join('')
}

/**
 * Claims that an operator adds for one client, beside those of its scopes: a fixed value, a field of the profile, or what
 * the groups and roles of a person say. They are in its ID tokens and at userinfo.
 */
import { z } from 'zod'
import type { CachedAccount } from '../../account-cache/known-account.ts'
import { foldGroupName } from '../../groups/group-name.ts'
import { roleName } from '../../accounts/roles/role-name.ts'

const MOST = 30
const LONGEST = 1000
const LONGEST_NAME = 255

/** Their meaning is fixed by RFC 7519, OpenID Connect Core §2 and §5.1, or by the extensions that this server has. */
const RESERVED: ReadonlySet<string> = new Set(
  (
    'iss sub aud exp nbf iat jti nonce auth_time acr amr azp at_hash c_hash s_hash sid cnf act may_act scope client_id events status ' +
    'authorization_details _claim_names _claim_sources name given_name family_name preferred_username picture locale zoneinfo updated_at ' +
    'email email_verified groups'
  ).split(' '),
)

const FIELDS = {
  id: ({ id }) => id,
  email: ({ email }) => email,
  email_verified: ({ emailVerifiedAtMs }) => emailVerifiedAtMs !== null,
  name: ({ name }) => name || undefined,
  given_name: ({ givenName }) => givenName,
  family_name: ({ familyName }) => familyName,
  username: ({ username }) => username,
  locale: ({ locale }) => locale,
  zoneinfo: ({ zoneinfo }) => zoneinfo,
} as const satisfies Record<string, (account: CachedAccount) => unknown>

const field = z.enum(Object.keys(FIELDS) as [keyof typeof FIELDS, ...(keyof typeof FIELDS)[]])
const text = z.string().max(LONGEST)
const group = z.string().min(1).max(100)

/** One way to get a value. */
const source = z.union(
  [
    z.strictObject({ value: z.union([text, z.number(), z.boolean(), z.array(text).max(MOST)]) }),
    z.strictObject({ field }),
    /** True for members. */
    z.strictObject({ group }),
    /** True for people with the role. */
    z.strictObject({ role: roleName }),
    /** The names of a person's groups that begin with this text. */
    z.strictObject({ groups_with_prefix: z.string().max(100) }),
  ],
  {
    error: `takes one of value, field (${Object.keys(FIELDS).join(', ')}), group, role and groups_with_prefix`,
  },
)

export const customClaims = z.record(z.string(), source).superRefine((claims, ctx) => {
  const names = Object.keys(claims)
  const refuse = (message: string, path: string[] = []) => ctx.addIssue({ code: 'custom', path, message })
  if (names.length > MOST) refuse(`takes at most ${MOST} claims`)
  for (const name of names) {
    if (RESERVED.has(name)) refuse('is a claim with a fixed meaning; choose another name', [name])
    if (name === '' || name.length > LONGEST_NAME) refuse(`a name has 1 to ${LONGEST_NAME} characters`)
  }
})

export type CustomClaims = z.output<typeof customClaims>

/** What a client gets of this person. A field without a value is left out (OpenID Connect Core §5.3.2). */
export function customClaimsOf(claims: CustomClaims, account: CachedAccount): Record<string, unknown> {
  const values = Object.entries(claims).map(([claim, from]) => [claim, valueOf(from, account)] as const)
  return Object.fromEntries(values.filter(([, value]) => value !== null && value !== undefined))
}

function valueOf(from: CustomClaims[string], account: CachedAccount): unknown {
  if ('value' in from) return from.value
  if ('field' in from) return FIELDS[from.field](account)
  if ('group' in from) {
    const wanted = foldGroupName(from.group)
    return account.groups.some((one) => foldGroupName(one) === wanted)
  }
  if ('role' in from) return account.roles.includes(from.role)
  const prefix = foldGroupName(from.groups_with_prefix)
  return account.groups.filter((one) => foldGroupName(one).startsWith(prefix))
}

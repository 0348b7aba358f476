/** The protocol mappers of a Keycloak client: those that are claims of one app here, and what is left out of the others. */
import { z } from 'zod'
import { customClaims } from '../../clients/claims/custom-claims.ts'
import type { CustomClaims } from '../../clients/claims/custom-claims.ts'
import type { LeftOut } from '../incoming.ts'

export const mapper = z.looseObject({
  name: z.string().default(''),
  protocolMapper: z.string().default(''),
  config: z.record(z.string(), z.unknown()).default({}),
})

type Mapper = z.output<typeof mapper>

export function claimsFrom(mappers: readonly Mapper[]): {
  claims: CustomClaims | undefined
  leftOut: LeftOut[]
} {
  const claims: Record<string, unknown> = {}
  const leftOut: LeftOut[] = []
  for (const one of mappers) {
    const found = claimOf(one)
    const wanted = 'why' in found ? undefined : customClaims.safeParse({ [found.claim]: found.from })
    if (wanted?.success) Object.assign(claims, wanted.data)
    else
      leftOut.push({
        code: `mapper ${one.name}`,
        why: 'why' in found ? found.why : (wanted?.error?.issues[0]?.message ?? ''),
      })
  }
  const all = customClaims.safeParse(claims)
  return { claims: all.success && Object.keys(claims).length > 0 ? all.data : undefined, leftOut }
}

type Found = { claim: string; from: unknown } | { why: string }

/** By the names of Keycloak for attributes and properties of a user. */
const FIELDS: Readonly<Record<string, string>> = {
  id: 'id',
  username: 'username',
  email: 'email',
  emailVerified: 'email_verified',
  firstName: 'given_name',
  lastName: 'family_name',
  locale: 'locale',
  zoneinfo: 'zoneinfo',
}

function claimOf({ protocolMapper: kind, config }: Mapper): Found {
  const text = (name: string) => (typeof config[name] === 'string' ? config[name] : '')
  const claim = text('claim.name').replaceAll('\\.', '.')
  if (/(?<!\\)\./.test(text('claim.name'))) return { why: 'a claim within a claim has no place here' }
  if (kind === 'oidc-hardcoded-claim-mapper') return fixed(claim, text('claim.value'), text('jsonType.label'))
  if (kind === 'oidc-usermodel-property-mapper' || kind === 'oidc-usermodel-attribute-mapper') {
    const field = FIELDS[text('user.attribute')]
    return field === undefined
      ? { why: `accounts have no field ${text('user.attribute')}` }
      : { claim, from: { field } }
  }
  if (kind === 'oidc-group-membership-mapper')
    return { why: 'the scope groups gives them, without the first slash' }
  return { why: 'no such claim here; client update sets custom_claims' }
}

function fixed(claim: string, value: string, type: string): Found {
  if (type === 'boolean') return { claim, from: { value: value === 'true' } }
  if ((type === 'int' || type === 'long') && Number.isSafeInteger(Number(value)))
    return { claim, from: { value: Number(value) } }
  return type === 'JSON' ? { why: 'a fixed value of JSON has no place here' } : { claim, from: { value } }
}

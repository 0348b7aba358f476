/**
 * Authentication levels: the `acr` of a sign-in, which follows from its methods. Apps ask for one with `acr_values` or
 * the `acr` claim. After `insufficient_user_authentication` (RFC 9470) they do so in a new request.
 */
import { errors, interactionPolicy } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type Provider from 'oidc-provider'
import { replaceGetter } from '../library/members.ts'
import { levelOf, LEVELS, REACHABLE_LEVELS } from '../../accounts/levels.ts'

type Parameters = Record<string, unknown>
/**
 * At least one of these is required. `known` keeps only our own levels, because a voluntary request for a foreign one
 * may stay unmet.
 */
type Requirement = readonly string[]

/** Adds the level of the session's sign-in to ID tokens and codes of this provider. */
export function installLevels(provider: Provider): void {
  replaceGetter(provider, 'OIDCContext#acr', function (this: { session?: { amr?: string[] } }) {
    return levelOf(this.session?.amr)
  })
}

/** Whether the password of an account is not enough: it has a second factor. */
export type HasSecondFactor = (accountId: string) => Promise<boolean>

/**
 * Asks for a new sign-in when one can reach the required level. The app gets `unmet_authentication_requirements` when
 * none can (OpenID Connect Core Unmet Authentication Requirements 1.0). There is no loop: who has a second factor reaches
 * its level with the next sign-in, and who has none sets it up in a step of its own.
 */
export function authenticationLevel(hasSecondFactor: HasSecondFactor): interactionPolicy.Check {
  return new interactionPolicy.Check(
    'authentication_level',
    'a sign-in of a requested level is needed',
    'login_required',
    async (ctx) =>
      needsMoreThan(levelOfSession(ctx), ctx.oidc.params ?? {}) && !(await isSetUpDue(ctx, hasSecondFactor)),
  )
}

/** Asks a person without a second factor to set one up, when the app wants its level. */
export function setUpDue(hasSecondFactor: HasSecondFactor): interactionPolicy.Check {
  return new interactionPolicy.Check(
    'no_second_factor',
    'a second factor has to be set up for a requested level',
    'login_required',
    (ctx) => isSetUpDue(ctx, hasSecondFactor),
  )
}

/** True for a person who has signed in with the password, has no second factor, and needs one for the request. */
export async function isSetUpDue(
  ctx: KoaContextWithOIDC,
  hasSecondFactor: HasSecondFactor,
): Promise<boolean> {
  const accountId = ctx.oidc.session?.accountId
  const level = levelOfSession(ctx)
  if (accountId === undefined || level === undefined) return false
  return needsMoreThan(level, ctx.oidc.params ?? {}) && !(await hasSecondFactor(accountId))
}

function levelOfSession({ oidc }: KoaContextWithOIDC): string | undefined {
  return oidc.session?.accountId ? (oidc as { acr?: string }).acr : undefined
}

/**
 * True when a request requires more than this level.
 * @throws errors.OIDCProviderError `unmet_authentication_requirements` when no sign-in here could reach it
 */
export function needsMoreThan(level: string | undefined, params: Parameters): boolean {
  const unmet = requirements(params).filter((wanted) => !wanted.some((one) => meets(level, one)))
  if (unmet.some((wanted) => !wanted.some(isReachable))) throw unmetError()
  return unmet.length > 0
}

function unmetError(): errors.OIDCProviderError {
  const description = `no requested authentication level can be reached; here are ${REACHABLE_LEVELS.join(' ')}`
  return new errors.UnmetAuthenticationRequirements(description)
}

function meets(level: string | undefined, wanted: string): boolean {
  const [has, needed] = [LEVELS.findIndex((one) => one === level), LEVELS.findIndex((one) => one === wanted)]
  return needed >= 0 && has >= needed
}

function isReachable(wanted: string): boolean {
  return REACHABLE_LEVELS.some((level) => meets(level, wanted))
}

/** Read from the request itself, because `acr_values` would replace an essential `acr` claim. */
function requirements({ acr_values: acrValues, claims }: Parameters): Requirement[] {
  const voluntary = typeof acrValues === 'string' ? acrValues.split(' ') : []
  const { essential, values } = acrClaim(claims)
  const own = [voluntary, ...(essential ? [] : [values])].map((list) => list.filter(isLevel))
  return [...own, ...(essential ? [values] : [])].filter((list) => list.length > 0)
}

function isLevel(value: string): boolean {
  return LEVELS.some((level) => level === value)
}

function acrClaim(claims: unknown): { essential: boolean; values: string[] } {
  const parsed = typeof claims === 'string' ? (JSON.parse(claims) as ClaimsParameter) : undefined
  const { essential, value, values = value === undefined ? [] : [value] } = parsed?.id_token?.acr ?? {}
  if (!Array.isArray(values) || values.some((one) => typeof one !== 'string'))
    throw new errors.InvalidRequest('claims.id_token.acr takes value, a string, or values, a list of strings')
  return { essential: essential === true, values }
}

type ClaimsParameter = { id_token?: { acr?: AcrRequest | null } }
type AcrRequest = { essential?: unknown; value?: string; values?: string[] }

/**
 * When and how strongly the person signed in (RFC 9068 §2.2.1, RFC 9470 §6), for tokens that a resource server reads.
 */
export function signInClaims(ctx: KoaContextWithOIDC | undefined): Record<string, unknown> | undefined {
  const { AuthorizationCode, DeviceCode, BackchannelAuthenticationRequest, RefreshToken } =
    ctx?.oidc.entities ?? {}
  const source = AuthorizationCode ?? DeviceCode ?? BackchannelAuthenticationRequest ?? RefreshToken
  if (!source) return undefined
  const { acr, authTime } = source as { acr?: string; authTime?: number }
  return { ...(acr && { acr }), ...(authTime && { auth_time: authTime }) }
}

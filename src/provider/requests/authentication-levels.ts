/**
 * Authentication levels: what `acr` says about a sign-in, and what an app may ask for with `acr_values`, the `acr` claim or,
 * after `insufficient_user_authentication` (RFC 9470), in a new request. A level follows from the methods that were used.
 */
import { errors, interactionPolicy } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type Provider from 'oidc-provider'
import { replaceGetter } from '../library/members.ts'
import { levelOf, LEVELS, REACHABLE_LEVELS } from '../../accounts/levels.ts'

type Parameters = Record<string, unknown>
/** At least one of these; `known` keeps only our own levels, as a voluntary request for a foreign one may stay unmet. */
type Requirement = readonly string[]

/** Makes ID tokens and codes of this provider carry the level of the session's sign-in. */
export function installLevels(provider: Provider): void {
  replaceGetter(provider, 'OIDCContext#acr', function (this: { session?: { amr?: string[] } }) {
    return levelOf(this.session?.amr)
  })
}

/**
 * Asks for a new sign-in when one could meet what the app requires. When none could, or one just happened and did not,
 * the app is told `unmet_authentication_requirements` (OpenID Connect Core Unmet Authentication Requirements 1.0): asking
 * again would go round in circles.
 */
export const authenticationLevel = new interactionPolicy.Check(
  'authentication_level',
  'a sign-in of a requested level is needed',
  'login_required',
  ({ oidc }) => {
    const level = oidc.session?.accountId ? (oidc as { acr?: string }).acr : undefined
    if (!needsMoreThan(level, oidc.params ?? {})) return false
    if (oidc.result?.login) throw unmetError()
    return true
  },
)

/**
 * Whether a request requires more than this level.
 * @throws errors.OIDCProviderError `unmet_authentication_requirements` when no sign-in here could meet it
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

/** Read from the request itself: `acr_values` beside an essential `acr` claim would otherwise take its place. */
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

/** When and how strongly the person signed in (RFC 9068 §2.2.1, RFC 9470 §6): for tokens that a resource server reads. */
export function signInClaims(ctx: KoaContextWithOIDC | undefined): Record<string, unknown> | undefined {
  const { AuthorizationCode, DeviceCode, BackchannelAuthenticationRequest, RefreshToken } =
    ctx?.oidc.entities ?? {}
  const source = AuthorizationCode ?? DeviceCode ?? BackchannelAuthenticationRequest ?? RefreshToken
  if (!source) return undefined
  const { acr, authTime } = source as { acr?: string; authTime?: number }
  return { ...(acr && { acr }), ...(authTime && { auth_time: authTime }) }
}

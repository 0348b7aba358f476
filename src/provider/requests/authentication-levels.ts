/**
 * Authentication levels: the `acr` of a sign-in, which follows from its methods. Apps ask for one with `acr_values` or
 * the `acr` claim. After `insufficient_user_authentication` (RFC 9470) they do so in a new request.
 */
import { errors, interactionPolicy } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type Provider from 'oidc-provider'
import { replaceGetter } from '../library/members.ts'
import type { CachedAccount } from '../../account-cache/known-account.ts'
import { levelOf, LEVELS, meetsLevel, REACHABLE_LEVELS, reachableLevels } from '../../accounts/levels.ts'
import type { Level } from '../../accounts/levels.ts'

const [, SECOND_FACTOR] = LEVELS

type Parameters = Record<string, unknown>
type Client = Readonly<Record<string, unknown>> | undefined
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

/** What the protocol asks of `factors`. */
export type SecondFactors = {
  /** The strongest level that an account can sign in at, with the factors that it has. */
  strongest: (accountId: string) => Promise<Level>
  /** False where this server has no passkeys: nobody reaches their level then. */
  passkeys: boolean
  /** Whether the operator wants the account to have one. */
  isRequired: (account: CachedAccount) => Promise<boolean>
}

/**
 * Asks for a new sign-in when one can reach the required level. The app gets `unmet_authentication_requirements` when
 * none can (OpenID Connect Core Unmet Authentication Requirements 1.0). There is no loop: who has the factor reaches its
 * level with the next sign-in, and who has none sets it up in a step of its own.
 */
export function authenticationLevel(factors: SecondFactors): interactionPolicy.Check {
  return new interactionPolicy.Check(
    'authentication_level',
    'a sign-in of a requested level is needed',
    'login_required',
    async (ctx) => (await isTooWeak(ctx, levelOfSession(ctx), factors)) && !(await isSetUpDue(ctx, factors)),
  )
}

/**
 * Asks a person to set up the factor that the app or the operator wants, who does not have it. The person is signed in, so
 * `prompt=none` answers `interaction_required` (OpenID Connect Core §3.1.2.6).
 */
export function setUpDue(factors: SecondFactors): interactionPolicy.Check {
  return new interactionPolicy.Check(
    'no_second_factor',
    'a second factor has to be set up',
    'interaction_required',
    (ctx) => isSetUpDue(ctx, factors),
  )
}

/** True for a person who has signed in, and needs a factor for the request that the account does not have. */
export async function isSetUpDue(ctx: KoaContextWithOIDC, factors: SecondFactors): Promise<boolean> {
  const accountId = ctx.oidc.session?.accountId
  const level = levelOfSession(ctx)
  if (accountId === undefined || level === undefined) return false
  if (!(await isTooWeak(ctx, level, factors))) return false
  return isTooWeak(ctx, await factors.strongest(accountId), factors)
}

/** True when only a passkey reaches a level that the request requires. */
export function wantsPasskey(params: Parameters): boolean {
  return needsMoreThan(SECOND_FACTOR, params)
}

/** Whether the request needs more than this level: by its parameters, for its client, or for the signed-in account. */
async function isTooWeak(
  ctx: KoaContextWithOIDC,
  level: string | undefined,
  { isRequired, passkeys }: SecondFactors,
): Promise<boolean> {
  const params = ctx.oidc.params ?? {}
  if (needsMoreThan(level, params)) {
    if (!passkeys && wantsPasskey(params)) throw unmetError(reachableLevels(passkeys))
    return true
  }
  if (meetsLevel(level, SECOND_FACTOR)) return false
  if (requiresSecondFactor(ctx.oidc.client)) return true
  const { account } = (ctx.oidc.account ?? {}) as { account?: CachedAccount }
  return account !== undefined && (await isRequired(account))
}

/** Whether all users of this app need a second factor. */
export function requiresSecondFactor(client: Client): boolean {
  return client?.['require_second_factor'] === true
}

function levelOfSession({ oidc }: KoaContextWithOIDC): string | undefined {
  return oidc.session?.accountId ? (oidc as { acr?: string }).acr : undefined
}

/**
 * True when a request requires more than this level.
 * @throws errors.OIDCProviderError `unmet_authentication_requirements` when no sign-in here could reach it
 */
export function needsMoreThan(level: string | undefined, params: Parameters): boolean {
  const unmet = requirements(params).filter((wanted) => !wanted.some((one) => meetsLevel(level, one)))
  if (unmet.some((wanted) => !wanted.some(isReachable))) throw unmetError()
  return unmet.length > 0
}

/**
 * The level that the person's sign-in needs for a request, beside those of pages. Nothing where any sign-in is enough.
 * `reachable`: what this server has.
 * @throws errors.OIDCProviderError `unmet_authentication_requirements` when no sign-in here could reach it
 */
export function neededLevel(
  params: Parameters,
  client: Client,
  reachable: readonly Level[] = REACHABLE_LEVELS,
): Level | undefined {
  const weakest = LEVELS.find((level) => !needsMoreThan(level, params))
  if (weakest && !reachable.includes(weakest)) throw unmetError(reachable)
  const floor = requiresSecondFactor(client) && !meetsLevel(weakest, SECOND_FACTOR) ? SECOND_FACTOR : weakest
  return floor === LEVELS[0] ? undefined : floor
}

function unmetError(levels: readonly Level[] = REACHABLE_LEVELS): errors.OIDCProviderError {
  const description = `no requested authentication level can be reached; here are ${levels.join(' ')}`
  return new errors.UnmetAuthenticationRequirements(description)
}

function isReachable(wanted: string): boolean {
  return REACHABLE_LEVELS.some((level) => meetsLevel(level, wanted))
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

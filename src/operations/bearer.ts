/** Access tokens at the JSON API (RFC 6750, RFC 9449): which token counts, and what its caller may do. */
import { errors } from 'oidc-provider'
import type Provider from 'oidc-provider'
import type { AccountCache } from '../account-cache/account-cache.ts'
import type { Actor } from '../accounts/account-state.ts'
import type { CachedAccount, KnownAccount } from '../account-cache/known-account.ts'
import { clientActor } from '../events/actor.ts'
import type { AnyContext } from '../http/request/request-state.ts'
import { SECOND_MS } from '../platform/clock.ts'
import type { Clock } from '../platform/clock.ts'
import { AppError } from '../platform/errors.ts'
import type { Db } from '../platform/sql/database.ts'
import { assertHeld, heldAt } from '../provider/binding/held-token.ts'
import type { HeldToken } from '../provider/binding/held-token.ts'
import { explain } from '../provider/refusals/explain.ts'
import { isEnded } from '../provider/subjects/find-account.ts'
import { withIncluded } from '../accounts/roles/admin-scopes.ts'
import { scopesHeldBy } from '../accounts/roles/held-scopes.ts'
import { scopesOf } from './operation.ts'
import type { ApiRequest, ApiToken, Operation } from './operation.ts'
import type { ApiScope } from './scopes.ts'

export type BearerNeeds = {
  db: Db
  clock: Clock
  accountCache: AccountCache
  provider: () => Provider
  /** The API as tokens name it. */
  identifier: string
  /** The address that a request was sent to, as a DPoP proof has to name it. */
  addressOf: (ctx: AnyContext) => string
  /** How long after a sign-in an administrator's token counts. */
  adminSignInSeconds: number
}

export type PresentedToken = { token: ApiToken; held: HeldToken }

/** Does not check the key that the token may be bound to: `assertHolder` does. @throws AppError 401 `unauthorized`, `invalid_token` */
export async function readToken(needs: BearerNeeds, authorization: string): Promise<PresentedToken> {
  if (authorization === '')
    throw new AppError('unauthorized', 401, 'Send an access token in the header Authorization: Bearer …')
  const [, scheme = '', value] = /^(Bearer|DPoP) +([\w.~+/-]+=*)$/i.exec(authorization) ?? []
  if (value === undefined)
    throw invalid('The header Authorization takes the form: Bearer ACCESS_TOKEN, or DPoP ACCESS_TOKEN.')
  const provider = needs.provider()
  const found = (await provider.AccessToken.find(value)) ?? (await provider.ClientCredentials.find(value))
  if (!found?.isValid || found.clientId === undefined) throw unknown()
  if ([found.aud].flat()[0] !== needs.identifier)
    throw invalid(`The token is not for this API. Ask for one with resource=${needs.identifier}.`)
  const client = await provider.Client.find(found.clientId)
  if (!client) throw invalid('The client of the token is gone.')
  const { clientId, scopes, jkt, 'x5t#S256': x5t } = found
  const held = { value, scheme: schemeOf(scheme), client, jkt, 'x5t#S256': x5t }
  if (found.kind !== 'AccessToken') return { held, token: { clientId, scopes } }
  const { sessionUid, extra } = found
  const account = await liveAccount(needs.accountCache, found)
  return {
    held,
    token: { clientId, scopes, account, sessionUid, ...signInOf(extra) },
  }
}

/** RFC 9449 §7.1. @throws AppError 401 `invalid_token`, `invalid_dpop_proof`, `use_dpop_nonce` */
export async function assertHolder(
  needs: BearerNeeds,
  ctx: AnyContext,
  { held }: PresentedToken,
): Promise<void> {
  const asked = heldAt(needs.provider(), ctx, { address: needs.addressOf(ctx), client: held.client })
  try {
    await assertHeld(asked, held)
  } catch (error) {
    if (!(error instanceof errors.OIDCProviderError)) throw error
    explain(asked, error)
    throw new AppError(error.error, 401, error.error_description ?? error.message, { cause: error })
  }
}

/**
 * @throws AppError 403 `insufficient_scope` (RFC 6750 §3.1), `person_required`, `client_token_required`,
 * `administrator_required`, and 401 `insufficient_user_authentication` (RFC 9470 §3)
 */
export async function assertMayCall(
  needs: BearerNeeds,
  { caller, ...one }: Operation,
  token: ApiToken,
): Promise<void> {
  const held = withIncluded(token.scopes)
  const lacking = scopesOf(one).find((scope) => !held.has(scope))
  if (lacking) throw new AppError('insufficient_scope', 403, `The token lacks the scope ${lacking}.`)
  if (caller === 'person' && !token.account)
    throw new AppError('person_required', 403, 'This needs a token that a person gave, not a client’s own.')
  if (caller === 'program' && token.account)
    throw new AppError('client_token_required', 403, 'This needs a client’s own token (client_credentials).')
  if (caller === 'administrator' && token.account)
    await assertAdministrator(needs, scopesOf(one), token.account, token)
}

async function assertAdministrator(
  { db, clock, adminSignInSeconds }: BearerNeeds,
  scopes: readonly ApiScope[],
  { id }: KnownAccount,
  { signedInAtSeconds }: ApiToken,
): Promise<void> {
  const held = await scopesHeldBy(db, id)
  const lacking = scopes.find((scope) => !held.has(scope))
  if (lacking) throw new AppError('administrator_required', 403, `This takes a role that allows ${lacking}.`)
  const sinceSeconds = clock() / SECOND_MS - adminSignInSeconds
  if (signedInAtSeconds !== undefined && signedInAtSeconds >= sinceSeconds) return
  throw new AppError(
    'insufficient_user_authentication',
    401,
    `The sign-in is older than ${adminSignInSeconds} seconds. Ask for a token with max_age=${adminSignInSeconds}.`,
  )
}

/** For the audit trail and for events: the person, else the client that acts for itself. */
export function actorOf({ actor, account, clientId }: ApiToken): string {
  return actor ?? account?.id ?? clientActor(clientId)
}

/** For the audit trail, which takes the address from the request. A command on the database has none. */
export function byCaller({ token }: Pick<ApiRequest, 'token'>): Actor {
  return { actor: actorOf(token) }
}

/** When the person signed in, in seconds, and at which level (RFC 9068 §2.2.1). */
function signInOf(extra: Record<string, unknown> = {}): Pick<ApiToken, 'signedInAtSeconds' | 'level'> {
  const { auth_time: signedInAt, acr } = extra
  return {
    signedInAtSeconds: typeof signedInAt === 'number' ? signedInAt : undefined,
    level: typeof acr === 'string' ? acr : undefined,
  }
}

function schemeOf(scheme: string): HeldToken['scheme'] {
  return scheme.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer'
}

async function liveAccount(
  accountCache: AccountCache,
  { accountId, iat }: { accountId: string; iat: number },
): Promise<CachedAccount> {
  const account = await accountCache.find(accountId)
  if (!account || account.disabledAtMs !== null || isEnded(account, iat)) throw unknown()
  return account
}

function unknown(): AppError {
  return invalid('The token is unknown, expired or revoked.')
}

function invalid(message: string): AppError {
  return new AppError('invalid_token', 401, message)
}

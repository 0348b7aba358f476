/** Bearer tokens at the JSON API (RFC 6750): which token counts, and what its caller may do. */
import type Provider from 'oidc-provider'
import type { Client } from 'oidc-provider'
import { findAccountById } from '../accounts/account.ts'
import type { Account } from '../accounts/account.ts'
import { hasRole } from '../accounts/roles.ts'
import { AppError } from '../platform/errors.ts'
import type { Db } from '../platform/sql/database.ts'
import { isEnded } from '../provider/subjects/find-account.ts'
import type { ApiToken, Operation } from './operation.ts'

export type BearerNeeds = { db: Db; provider: () => Provider; identifier: string }

/** @throws AppError 401 `unauthorized` or `invalid_token` (RFC 6750 §3.1) */
export async function readToken(
  needs: BearerNeeds,
  authorization: string,
): Promise<{ token: ApiToken; client: Client }> {
  if (authorization === '')
    throw new AppError('unauthorized', 401, 'Send an access token in the header Authorization: Bearer …')
  const value = /^Bearer +([\w.~+/-]+=*)$/i.exec(authorization)?.[1]
  if (value === undefined) throw invalid('The header Authorization takes the form: Bearer ACCESS_TOKEN.')
  const provider = needs.provider()
  const found = (await provider.AccessToken.find(value)) ?? (await provider.ClientCredentials.find(value))
  if (!found?.isValid || found.clientId === undefined)
    throw invalid('The token is unknown, expired or revoked.')
  if ([found.aud].flat()[0] !== needs.identifier)
    throw invalid(`The token is not for this API. Ask for one with resource=${needs.identifier}.`)
  if (found.jkt !== undefined || found['x5t#S256'] !== undefined)
    throw invalid('The token is bound to a key. This API takes bearer tokens only.')
  const client = await provider.Client.find(found.clientId)
  if (!client) throw invalid('The client of the token is gone.')
  const account = found.kind === 'AccessToken' ? await liveAccount(needs.db, found) : undefined
  const sessionUid = found.kind === 'AccessToken' ? found.sessionUid : undefined
  return { client, token: { clientId: found.clientId, scopes: found.scopes, account, sessionUid } }
}

/**
 * @throws AppError 403 `insufficient_scope` (RFC 6750 §3.1), `person_required`, `client_token_required` or
 * `administrator_required`
 */
export async function assertMayCall(db: Db, { scope, caller }: Operation, token: ApiToken): Promise<void> {
  if (!token.scopes.has(scope))
    throw new AppError('insufficient_scope', 403, `The token lacks the scope ${scope}.`)
  if (caller === 'person' && !token.account)
    throw new AppError('person_required', 403, 'This needs a token that a person gave, not a client’s own.')
  if (caller === 'program' && token.account)
    throw new AppError('client_token_required', 403, 'This needs a client’s own token (client_credentials).')
  if (caller === 'administrator' && token.account && !(await hasRole(db, token.account.id, 'admin')))
    throw new AppError('administrator_required', 403, 'This needs the role admin.')
}

/** The header that goes with a refusal (RFC 6750 §3, RFC 9728 §5.1). */
export function challengeOf(
  { code, status }: { code: string; status: number },
  scope?: string,
): string | undefined {
  if (code === 'unauthorized') return 'Bearer'
  if (status === 401) return `Bearer error="invalid_token"`
  if (code === 'insufficient_scope') return `Bearer error="insufficient_scope", scope="${scope}"`
  return undefined
}

async function liveAccount(db: Db, { accountId, iat }: { accountId: string; iat: number }): Promise<Account> {
  const account = await findAccountById(db, accountId)
  if (!account || account.disabledAtMs !== null || isEnded(account, iat))
    throw invalid('The token is unknown, expired or revoked.')
  return account
}

function invalid(message: string): AppError {
  return new AppError('invalid_token', 401, message)
}

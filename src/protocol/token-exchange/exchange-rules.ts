/**
 * The rules of token exchange, in the table `token_exchange_rules`: which clients may exchange tokens, for which
 * resource servers and scopes, and in which manner. Without a rule a client may exchange nothing.
 */
import { isDeepStrictEqual } from 'node:util'
import { recordEvent } from '../../events/events.ts'
import { AppError } from '../../platform/errors.ts'
import { inTransaction } from '../../platform/sql/database.ts'
import type { Db, Sql } from '../../platform/sql/database.ts'
import type { MovedTable } from '../../platform/sql/moved-table.ts'
import { digest } from '../../platform/tokens.ts'
import { TOKEN_EXCHANGE_GRANT } from '../../clients/client-choices.ts'
import { clientNotFound } from '../../clients/client-rows.ts'
import { findClient, updateClient } from '../../clients/clients.ts'
import { findResource } from '../../resources/resources.ts'
import type { Services } from '../../services.ts'

export type ExchangeRule = {
  clientId: string
  /** Identifier of the resource server that the new token is for. */
  resource: string
  /** The most scopes that a new token may have, separated by spaces. */
  scopes: string
  /** The new token does not name an actor (RFC 8693 §1.1). */
  impersonation: boolean
  /** The new token names the actor in `act`. */
  delegation: boolean
}

const COLUMNS = ['clientId', 'resource', 'scopes', 'impersonation', 'delegation'] as const

/** As `export` and `import` move them. */
export const MOVED_EXCHANGE_RULES: MovedTable = {
  type: 'exchange_rule',
  plural: 'rules of token exchange',
  table: 'token_exchange_rules',
  key: 'ruleKey',
  fields: {
    ruleKey: { kind: 'text', max: 43 },
    clientId: { kind: 'text', max: 255 },
    resource: { kind: 'text', max: 512 },
    scopes: { kind: 'text' },
    impersonation: { kind: 'flag' },
    delegation: { kind: 'flag' },
    createdAtMs: { kind: 'moment' },
    updatedAtMs: { kind: 'moment' },
  },
  async arrived(sql, { clientId, resource, scopes }) {
    const data = () => ({ client_id: String(clientId), resource: String(resource), scopes: String(scopes) })
    await recordEvent(sql, { type: 'exchange_rule.set', subject: String(clientId), data })
  },
}

type NewRule = Omit<ExchangeRule, 'scopes'> & {
  /** The default is all scopes of the resource server. */
  scopes?: string | undefined
}

/**
 * Allows a client to exchange tokens for one resource server. Replaces its earlier rule for that server.
 * @throws AppError 404 `client_not_found`, `resource_not_found`; 400 `invalid_exchange_rule`
 */
export async function allowExchange(
  needs: Pick<Services, 'db' | 'clock' | 'sealer' | 'noteEnded'>,
  rule: NewRule,
): Promise<ExchangeRule> {
  const { db, clock } = needs
  await assertExchanger(needs, rule)
  const scopes = await scopesOf(db, rule)
  const nowMs = clock()
  const { clientId, resource, impersonation, delegation } = rule
  const after = { clientId, resource, scopes, impersonation, delegation }
  const key = { ruleKey: keyOf(clientId, resource) }
  await inTransaction(db, async (trx) => {
    const before: ExchangeRule | undefined = await trx('tokenExchangeRules')
      .where(key)
      .forUpdate()
      .first(...COLUMNS)
    if (before && isDeepStrictEqual(toRule(before), after)) return
    await trx('tokenExchangeRules')
      .insert({ ...key, ...after, createdAtMs: nowMs, updatedAtMs: nowMs })
      .onConflict('ruleKey')
      .merge(['scopes', 'impersonation', 'delegation', 'updatedAtMs'])
    const data = () => ({ client_id: clientId, resource, scopes })
    await recordEvent(trx, { type: 'exchange_rule.set', subject: clientId, data })
  })
  return after
}

/** False when there was no such rule. */
export async function forbidExchange(db: Db, clientId: string, resource: string): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    const removed = await trx('tokenExchangeRules')
      .where({ ruleKey: keyOf(clientId, resource) })
      .delete()
    if (removed === 0) return false
    const data = () => ({ client_id: clientId, resource })
    await recordEvent(trx, { type: 'exchange_rule.removed', subject: clientId, data })
    return true
  })
}

/** Ordered by resource server. */
export async function listExchangeRules(sql: Sql, clientId: string): Promise<ExchangeRule[]> {
  const rows = await sql<ExchangeRule>('tokenExchangeRules')
    .select(...COLUMNS)
    .where({ clientId })
    .orderBy('resource')
  return rows.map(toRule)
}

/** As the API and the command line show it. */
export function showExchangeRule({ clientId, resource, scopes, impersonation, delegation }: ExchangeRule) {
  return { client_id: clientId, resource, scope: scopes, impersonation, delegation }
}

export async function findExchangeRule(
  sql: Sql,
  clientId: string,
  resource: string,
): Promise<ExchangeRule | undefined> {
  const row = await sql<ExchangeRule & { ruleKey: string }>('tokenExchangeRules')
    .where({ ruleKey: keyOf(clientId, resource) })
    .first(...COLUMNS)
  return row && toRule(row)
}

async function assertExchanger(
  needs: Pick<Services, 'db' | 'clock' | 'sealer' | 'noteEnded'>,
  { clientId, impersonation, delegation }: NewRule,
): Promise<void> {
  if (!impersonation && !delegation) throw invalid('Allow impersonation, delegation, or both.')
  const client = await findClient(needs.db, clientId)
  if (!client) throw clientNotFound()
  const { token_endpoint_auth_method: method, grant_types: grantTypes } = client.metadata
  if (method === 'none') throw invalid('A public client cannot exchange tokens; it has to authenticate.')
  if (grantTypes.includes(TOKEN_EXCHANGE_GRANT)) return
  await updateClient(needs.db, clientId, { grant_types: [...grantTypes, TOKEN_EXCHANGE_GRANT] }, needs)
}

async function scopesOf(db: Db, { resource: identifier, scopes }: NewRule): Promise<string> {
  const resource = await findResource(db, identifier)
  if (!resource)
    throw new AppError(
      'resource_not_found',
      404,
      `There is no resource server with the identifier ${identifier}.`,
    )
  if (scopes === undefined) return resource.scopes
  const known = new Set(resource.scopes.split(' '))
  const foreign = scopes.split(' ').filter((scope) => scope !== '' && !known.has(scope))
  if (foreign.length > 0) throw invalid(`${identifier} has no scope ${foreign.join(', ')}.`)
  return scopes
}

function toRule(row: ExchangeRule): ExchangeRule {
  return { ...row, impersonation: Boolean(row.impersonation), delegation: Boolean(row.delegation) }
}

function keyOf(clientId: string, resource: string): string {
  return digest(`${clientId}\0${resource}`)
}

function invalid(message: string): AppError {
  return new AppError('invalid_exchange_rule', 400, message)
}

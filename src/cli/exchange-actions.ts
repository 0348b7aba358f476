/** What the commands about exchanged tokens do. */
import { AppError } from '../platform/errors.ts'
import {
  allowExchange,
  forbidExchange,
  listExchangeRules,
} from '../protocol/token-exchange/exchange-rules.ts'
import type { ExchangeRule } from '../protocol/token-exchange/exchange-rules.ts'
import type { Parts } from '../process/parts.ts'
import type { Answer } from './command.ts'
import { usageError } from './input.ts'
import type { Input } from './input.ts'
import { record } from './layout.ts'

/** What `client show` adds. */
export async function exchangeRulesOf({ db }: Parts, clientId: string) {
  const rules = await listExchangeRules(db, clientId)
  return rules.length > 0 ? { token_exchange: rules.map(toData) } : {}
}

export async function allow(input: Input, parts: Parts): Promise<Answer> {
  const [impersonation, delegation] = [input.flag('impersonation'), input.flag('delegation')]
  if (!impersonation && !delegation) throw usageError('give --impersonation, --delegation, or both')
  const data = toData(
    await allowExchange(parts, {
      clientId: input.operands[0] ?? '',
      resource: input.text('resource') ?? '',
      scopes: input.text('scope'),
      impersonation,
      delegation,
    }),
  )
  return { data, text: record(data) }
}

export async function forbid(input: Input, { db }: Parts): Promise<Answer> {
  const [clientId = ''] = input.operands
  const identifier = input.text('resource') ?? ''
  if (!(await forbidExchange(db, clientId, identifier)))
    throw new AppError('exchange_rule_not_found', 404, 'This client has no such rule; see client show.')
  const data = { client_id: clientId, resource: identifier, allowed: false }
  return { data, text: `${clientId} may no longer exchange tokens for ${identifier}.` }
}

function toData({ clientId, resource: identifier, scopes, impersonation, delegation }: ExchangeRule) {
  return { client_id: clientId, resource: identifier, scope: scopes, impersonation, delegation }
}

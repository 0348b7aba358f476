/** What the commands for token exchange do. */
import { AppError } from '../../platform/errors.ts'
import { allowExchange, forbidExchange, listExchangeRules } from './exchange-rules.ts'
import type { ExchangeRule } from './exchange-rules.ts'
import type { Services } from '../../services.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { record } from '../../command-line/layout.ts'

/** What `client show` adds. */
export async function rulesOf({ db }: Services, clientId: string) {
  const rules = await listExchangeRules(db, clientId)
  return rules.length > 0 ? { token_exchange: rules.map(toData) } : {}
}

export async function allow(input: Input, services: Services): Promise<Answer> {
  const [impersonation, delegation] = [input.flag('impersonation'), input.flag('delegation')]
  if (!impersonation && !delegation) throw usageError('give --impersonation, --delegation, or both')
  const data = toData(
    await allowExchange(services, {
      clientId: input.operands[0] ?? '',
      resource: input.text('resource') ?? '',
      scopes: input.text('scope'),
      impersonation,
      delegation,
    }),
  )
  return { data, text: record(data) }
}

export async function forbid(input: Input, { db }: Services): Promise<Answer> {
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

/** What the commands for token exchange do. */
import { z } from 'zod'
import { AppError } from '../../platform/errors.ts'
import { allowExchange, forbidExchange, showExchangeRule } from './exchange-rules.ts'
import type { Services } from '../../services.ts'
import type { Api } from '../../command-line/api.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { record } from '../../command-line/layout.ts'

const rules = z.object({ items: z.array(z.looseObject({ resource: z.string() })) })

/** What `client show` adds. A server without token exchange has none. */
export async function rulesOf(api: Api, client: Readonly<Record<string, unknown>>) {
  const found = await api.find('listClientExchangeRules', rules, {
    params: { client_id: String(client['client_id']) },
  })
  return found && found.items.length > 0 ? { token_exchange: found.items } : {}
}

export async function allow(input: Input, services: Services): Promise<Answer> {
  const [impersonation, delegation] = [input.flag('impersonation'), input.flag('delegation')]
  if (!impersonation && !delegation) throw usageError('give --impersonation, --delegation, or both')
  const data = showExchangeRule(
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

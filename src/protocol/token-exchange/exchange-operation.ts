/** The rules of token exchange over the API. Only an operator of the machine makes them: they give access. */
import { z } from 'zod'
import { clientNotFound } from '../../clients/client-rows.ts'
import { findClient } from '../../clients/clients.ts'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import type { Services } from '../../services.ts'
import { listExchangeRules, showExchangeRule } from './exchange-rules.ts'

const shownRule = z
  .object({
    client_id: z.string(),
    resource: z.string().describe('The resource server that the new token is for.'),
    scope: z.string().describe('The most scopes of a new token, separated by spaces.'),
    impersonation: z.boolean().describe('New tokens may leave out the actor.'),
    delegation: z.boolean().describe('New tokens may name an actor.'),
  })
  .meta({ title: 'Rule of token exchange' })

export function exchangeRulesOperation({ db }: Pick<Services, 'db'>): Operation {
  return operation({
    id: 'listClientExchangeRules',
    method: 'get',
    path: '/clients/{client_id}/exchange-rules',
    tag: 'Clients',
    caller: 'administrator',
    summary: 'List which tokens a client may exchange (RFC 8693), by resource server',
    scope: 'clients:read',
    params: z.strictObject({ client_id: z.string().max(255) }),
    answer: { status: 200, description: 'Its rules.', schema: z.object({ items: z.array(shownRule) }) },
    problems: {
      client_not_found: { status: 404, when: 'There is no client with this client_id.' },
    },
    async handle({ params: { client_id: id } }) {
      if (!(await findClient(db, id))) throw clientNotFound()
      return { body: { items: (await listExchangeRules(db, id)).map(showExchangeRule) } }
    },
  })
}

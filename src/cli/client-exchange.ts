/** `client allow-exchange` and `client forbid-exchange`: which tokens a client may exchange (RFC 8693). */
import { AppError } from '../platform/errors.ts'
import {
  allowExchange,
  forbidExchange,
  listExchangeRules,
} from '../protocol/token-exchange/exchange-rules.ts'
import type { ExchangeRule } from '../protocol/token-exchange/exchange-rules.ts'
import type { Parts } from '../process/parts.ts'
import type { Answer, Command, OptionSpec } from './command.ts'
import type { Input } from './input.ts'
import { record } from './layout.ts'
import { usageError } from './usage-error.ts'

const shared = { noun: 'client', opens: 'schema' } as const
const operand = { name: 'CLIENT_ID', about: 'The client that exchanges, often that of a resource server.' }
const resource: OptionSpec = {
  value: 'U',
  about: 'The resource server that the new token is for.',
  required: true,
}

export const exchangeCommands: Command[] = [
  {
    ...shared,
    verb: 'allow-exchange',
    operand,
    about: 'Lets a client exchange tokens issued to it, or for it, for tokens of another resource server.',
    options: {
      resource,
      scope: { value: '"S…"', about: 'The most a new token may carry (all scopes of the resource server).' },
      impersonation: { about: 'New tokens need not say who acts.' },
      delegation: { about: 'New tokens may name an actor, whose token is sent along.' },
    },
    notes: ['At least one of --impersonation and --delegation. A new rule replaces the one before it.'],
    examples: [
      'client allow-exchange 1c9bf04c --resource https://ledger.example.com/ --scope "ledger:read" --impersonation',
      'client allow-exchange 1c9bf04c --resource https://ledger.example.com/ --delegation --json',
    ],
    run: allow,
  },
  {
    ...shared,
    verb: 'forbid-exchange',
    operand,
    about:
      'Takes back what allow-exchange gave; tokens that were exchanged before live on until they expire.',
    options: { resource },
    examples: ['client forbid-exchange 1c9bf04c --resource https://ledger.example.com/'],
    run: forbid,
  },
]

/** What `client show` adds. */
export async function exchangeRulesOf({ db }: Parts, clientId: string) {
  const rules = await listExchangeRules(db, clientId)
  return rules.length > 0 ? { token_exchange: rules.map(toData) } : {}
}

async function allow(input: Input, parts: Parts): Promise<Answer> {
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

async function forbid(input: Input, { db }: Parts): Promise<Answer> {
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

/** The operations of the API, as data: the routes and the OpenAPI document are made from this one list. */
import type { z } from 'zod'
import type { Scope } from '../access/tokens.ts'
import type { RefusalCode } from '../books/refusal.ts'
import { balance, pageQuery, receipt, transactions, transferBody } from './schemas.ts'

export type OperationId = 'transfer' | 'transferAgain' | 'listTransactions' | 'readBalance'

export type Operation = {
  id: OperationId
  method: 'get' | 'post'
  path: string
  scope: Scope
  summary: string
  description?: string
  query?: z.ZodObject
  body?: z.ZodObject
  answer: { status: 200 | 201; schema: z.ZodObject; description: string }
  refusals: readonly RefusalCode[]
}

const ALWAYS = [
  'invalid_request',
  'unauthorized',
  'invalid_token',
  'insufficient_scope',
  'person_required',
  'server_error',
  'temporarily_unavailable',
] as const

export function operationsOf({ defaultLimit }: { defaultLimit: number }): Operation[] {
  return [
    sending('transfer', '/transfers'),
    sending('transferAgain', '/transfer'),
    {
      id: 'listTransactions',
      method: 'get',
      path: '/transactions',
      scope: 'ledger:read',
      summary: 'List your transactions, newest first',
      query: pageQuery(defaultLimit),
      answer: { status: 200, schema: transactions, description: 'A page of transactions.' },
      refusals: ALWAYS,
    },
    {
      id: 'readBalance',
      method: 'get',
      path: '/balance',
      scope: 'ledger:read',
      summary: 'Read your balance',
      answer: { status: 200, schema: balance, description: 'The balance.' },
      refusals: ALWAYS,
    },
  ]
}

function sending(id: OperationId, path: string): Operation {
  return {
    id,
    method: 'post',
    path,
    scope: 'ledger:send',
    summary: path === '/transfers' ? 'Send money' : 'Send money: another address of POST /transfers',
    description: 'A 201 and every 422 is kept for its Idempotency-Key and answered again.',
    body: transferBody,
    answer: { status: 201, schema: receipt, description: 'Booked.' },
    refusals: [
      ...ALWAYS,
      'idempotency_key_missing',
      'body_too_large',
      'unsupported_media_type',
      'recipient_unknown',
      'self_transfer',
      'insufficient_funds',
      'balance_overflow',
      'idempotency_key_reused',
    ],
  }
}

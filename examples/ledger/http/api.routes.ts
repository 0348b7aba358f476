/** The API: token, request, work, answer. */
import { Router } from '@koa/router'
import type { Context } from 'koa'
import type { CheckToken } from '../access/tokens.ts'
import { balanceOf, historyOf } from '../books/account.ts'
import { Refusal } from '../books/refusal.ts'
import { transfer } from '../books/transfer.ts'
import type { TransferNeeds } from '../books/transfer.ts'
import type { Log } from '../log.ts'
import { readJson } from './body.ts'
import { openApiDocument } from './openapi.ts'
import type { Operation, OperationId } from './operations.ts'
import { answerProblem, problemOf, PROBLEM_TYPE, refusalOf } from './problem.ts'
import { idempotencyKey, pageQuery, transferBody } from './schemas.ts'

export type ApiNeeds = TransferNeeds & {
  checkToken: CheckToken
  currency: string
  defaultLimit: number
  log: Log
  publicUrl: string
  issuer: string
}

type Handler = (ctx: Context, needs: ApiNeeds, sub: string) => Promise<void>

const HANDLERS: Record<OperationId, Handler> = {
  transfer: send,
  transferAgain: send,
  listTransactions: list,
  readBalance: read,
}

export function apiRoutes(needs: ApiNeeds, operations: readonly Operation[]): Router {
  const router = new Router()
  for (const { id, method, path, scope } of operations) {
    router[method](path, async (ctx) => {
      ctx.set('Cache-Control', 'no-store')
      try {
        await HANDLERS[id](ctx, needs, await needs.checkToken(ctx.req, scope))
      } catch (error) {
        const refusal = refusalOf(error)
        if (refusal.status >= 500) needs.log.error({ err: refusal.cause }, 'api.failed')
        answerProblem(ctx, refusal, scope)
      }
    })
  }
  const document = openApiDocument(needs, operations)
  router.get('/openapi.json', (ctx) => {
    ctx.set('Access-Control-Allow-Origin', '*')
    ctx.body = document
  })
  for (const path of new Set(operations.map((one) => one.path))) refuseOthers(router, path, operations)
  return router
}

function refuseOthers(router: Router, path: string, operations: readonly Operation[]): void {
  const allowed = operations.filter((one) => one.path === path).map(({ method }) => method.toUpperCase())
  router.all(path, (ctx) => {
    ctx.set('Allow', allowed.join(', '))
    answerProblem(ctx, new Refusal('method_not_allowed', `This address takes ${allowed.join(', ')}.`))
  })
}

async function send(ctx: Context, needs: ApiNeeds, sub: string): Promise<void> {
  const key = ctx.get('Idempotency-Key')
  if (key === '') throw new Refusal('idempotency_key_missing')
  const { recipient, amount_minor: amountMinor, note } = transferBody.parse(await readJson(ctx))
  const order = { sender: sub, recipient, amountMinor, note, idempotencyKey: idempotencyKey.parse(key) }
  const answer = await transfer(needs, order)
  ctx.status = answer.status
  if (answer.replayed) ctx.set('Idempotency-Replayed', 'true')
  if (!('code' in answer.body)) return void (ctx.body = answer.body)
  ctx.type = PROBLEM_TYPE
  ctx.body = JSON.stringify(problemOf(answer.body.code, answer.status, answer.body.detail))
}

async function list(ctx: Context, { db, defaultLimit }: ApiNeeds, sub: string): Promise<void> {
  const { skip, limit } = pageQuery(defaultLimit).parse(ctx.query)
  const items = await historyOf(db, sub, { skip, limit: limit + 1 })
  ctx.body = {
    items: items.slice(0, limit).map((one) => ({
      id: one.id,
      kind: one.kind,
      amount_minor: one.amountMinor,
      balance_minor: one.balanceMinor,
      counterparty: one.counterparty,
      note: one.note,
      created_at: new Date(one.createdAtMs).toISOString(),
    })),
    skip,
    limit,
    has_more: items.length > limit,
  }
}

async function read(
  ctx: Context,
  { db, startingBalanceMinor, currency }: ApiNeeds,
  sub: string,
): Promise<void> {
  ctx.body = { balance_minor: await balanceOf(db, sub, startingBalanceMinor), currency }
}

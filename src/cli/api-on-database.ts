/**
 * The JSON API without a server: the operations of every feature, called on the database. The operator of the machine may do
 * everything, and what is read is no entry of the audit trail.
 */
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { ADMIN_SCOPES } from '../accounts/roles/admin-scopes.ts'
import { apiOver, refusal } from '../command-line/api.ts'
import type { Api, Called } from '../command-line/api.ts'
import type { Site } from '../feature.ts'
import { validate } from '../http/request/validate.ts'
import type { Answer, ApiRequest, ApiToken, Operation } from '../operations/operation.ts'
import { faultsOf } from '../operations/problem.ts'
import { AppError } from '../platform/errors.ts'
import type { Parts } from '../process/start/parts.ts'

const OPERATOR: ApiToken = { actor: 'cli', clientId: '', scopes: new Set(ADMIN_SCOPES) }
const NO_QUERY = z.strictObject({})

export function apiOn({ features }: Pick<Parts, 'features'>, site: Site): Api {
  const operations = features.flatMap(({ api }) => api?.(site) ?? [])
  return apiOver(async (id, called) => {
    const one = operations.find((each) => each.id === id)
    if (!one) throw new Error(`there is no operation ${id}`)
    const handle = one.handle as (request: ApiRequest) => Promise<Answer<unknown>>
    const { body } = await inFaults(() => handle(requestOf(one, called)))
    return one.answer.streamed ? JSON.parse(await text(body as AsyncIterable<string>)) : asJson(body)
  })
}

/** Refusals name the faulty fields, as a problem of the API does. */
async function inFaults(work: () => Promise<Answer<unknown>>): Promise<Answer<unknown>> {
  try {
    return await work()
  } catch (error) {
    const faults = faultsOf(error)
    if (!(error instanceof AppError) || faults.length === 0) throw error
    throw refusal({ code: error.code, status: error.status, detail: error.message }, faults)
  }
}

function requestOf(one: Operation, { params, query = {}, body, file }: Called): ApiRequest {
  return {
    params: one.params && validate(one.params, params),
    query: validate(one.query ?? NO_QUERY, asJson(query)),
    body: one.body && validate(one.body, asJson(body)),
    upload: () => uploaded(one, file),
    token: OPERATOR,
    // No administrator's operation asks for it.
    ip: '',
    // A command names no state that it expects.
    assertMatches: () => undefined,
  }
}

/** @throws AppError 413 `body_too_large` */
async function uploaded({ upload }: Operation, file: Called['file']): Promise<Buffer> {
  const { bytes = Buffer.alloc(0) } = file ?? {}
  if (bytes.length <= (upload?.limitBytes ?? 0)) return bytes
  throw new AppError('body_too_large', 413, 'The body is too large.')
}

/** As it would be on the way: without what is undefined. */
function asJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}

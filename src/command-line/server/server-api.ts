/** The JSON API of a running server. Its refusals become the same errors that the nouns throw. */
import { z } from 'zod'
import { AppError } from '../../platform/errors.ts'
import { API_PATH, operationOf } from '../api-operations.ts'
import type { OperationId } from '../api-operations.ts'
import { apiOver, refusal } from '../api.ts'
import type { Api, Called } from '../api.ts'
import { signInNeeded } from './credentials.ts'
import type { Credentials } from './credentials.ts'
import { exchange } from './exchange.ts'
import type { Received, Sent } from './exchange.ts'

const problem = z.object({
  code: z.string(),
  detail: z.string(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).default([]),
})

export function serverApi(server: string, credentials: Credentials): Api {
  return apiOver(async (id, called) => {
    const received = await answerOf(server, credentials, id, called)
    if (received.status < 300) return received.body
    throw refusalOf(server, credentials, received)
  })
}

async function answerOf(
  server: string,
  credentials: Credentials,
  id: OperationId,
  called: Called,
): Promise<Received> {
  const { method, path } = operationOf(id)
  const address = new URL(`${server}${API_PATH}${filled(path, called.params)}`)
  for (const [name, value] of Object.entries(called.query ?? {}))
    if (value !== undefined) address.searchParams.set(name, String(value))
  const send = (token: string) => exchange(address.href, requestOf(method, token, called))
  const received = await send(await credentials.token())
  if (received.status !== 401 || codeOf(received) !== 'invalid_token') return received
  const other = await credentials.renewed()
  return other === undefined ? received : send(other)
}

function requestOf(method: string, token: string, { body, file }: Called): Sent {
  const authorization = `Bearer ${token}`
  if (file)
    return { method, headers: { authorization, 'content-type': file.type }, body: new Uint8Array(file.bytes) }
  const headers = { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) }
  return { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
}

function filled(path: string, params: Called['params'] = {}): string {
  return path.replaceAll(/\{(\w{1,40})\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
}

function codeOf({ body }: Received): string | undefined {
  return problem.safeParse(body).data?.code
}

function refusalOf(server: string, { toWiden }: Credentials, { status, body }: Received): AppError {
  const read = problem.safeParse(body)
  if (!read.success)
    return new AppError('not_an_account_server', 400, `${server} answers ${status} without a reason.`)
  const { code, detail, errors } = read.data
  if (code === 'insufficient_user_authentication')
    return signInNeeded(server, 'The sign-in is too old for this.')
  if (code === 'invalid_token') return signInNeeded(server, detail)
  if (code === 'insufficient_scope') return new AppError(code, status, `${detail} ${toWiden}`)
  return refusal({ code, status, detail }, errors)
}

/** The JSON API of a running server, as commands call it. Its refusals become the same errors that the nouns throw. */
import { z } from 'zod'
import { AppError } from '../../platform/errors.ts'
import { API_PATH, operationOf } from './api-operations.ts'
import type { OperationId } from './api-operations.ts'
import { signInNeeded } from './credentials.ts'
import type { Credentials } from './credentials.ts'
import { exchange } from './exchange.ts'
import type { Received, Sent } from './exchange.ts'

export type Called = {
  params?: Readonly<Record<string, string>>
  query?: Readonly<Record<string, string | number | undefined>>
  body?: object
}

export type ServerApi = {
  /** Parses the answer. @throws AppError with the code of the refusal */
  call: <Schema extends z.ZodType>(
    id: OperationId,
    schema: Schema,
    called?: Called,
  ) => Promise<z.output<Schema>>
  /** For an operation that answers nothing, or nothing of interest. */
  send: (id: OperationId, called?: Called) => Promise<void>
  /** Nothing where the answer is 404. */
  find: <Schema extends z.ZodType>(
    id: OperationId,
    schema: Schema,
    called?: Called,
  ) => Promise<z.output<Schema> | undefined>
}

const problem = z.object({
  code: z.string(),
  detail: z.string(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).default([]),
})

export function serverApi(server: string, credentials: Credentials): ServerApi {
  const call: ServerApi['call'] = async (id, schema, called = {}) => {
    const received = await answerOf(server, credentials, id, called)
    if (received.status < 300) return inOrderOf(received.body, schema.parse(received.body))
    throw refusalOf(server, received)
  }
  return {
    call,
    async send(id, called) {
      await call(id, z.unknown(), called)
    },
    async find(id, schema, called) {
      try {
        return await call(id, schema, called)
      } catch (error) {
        if (error instanceof AppError && error.status === 404) return undefined
        throw error
      }
    },
  }
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
  const send = (token: string) => exchange(address.href, requestOf(method, token, called.body))
  const received = await send(await credentials.token())
  if (received.status !== 401 || codeOf(received) !== 'invalid_token') return received
  const other = await credentials.renewed()
  return other === undefined ? received : send(other)
}

function requestOf(method: string, token: string, body: object | undefined): Sent {
  const headers = {
    authorization: `Bearer ${token}`,
    ...(body !== undefined && { 'content-type': 'application/json' }),
  }
  return { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
}

function filled(path: string, params: Called['params'] = {}): string {
  return path.replaceAll(/\{(\w{1,40})\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
}

function codeOf({ body }: Received): string | undefined {
  return problem.safeParse(body).data?.code
}

function refusalOf(server: string, { status, body }: Received): AppError {
  const read = problem.safeParse(body)
  if (!read.success)
    return new AppError('not_an_account_server', 400, `${server} answers ${status} without a reason.`)
  const { code, detail, errors } = read.data
  if (code === 'insufficient_user_authentication')
    return signInNeeded(server, 'The sign-in is too old for this.')
  if (code === 'invalid_token') return signInNeeded(server, detail)
  const faults = errors.map(({ field, message }) => `${field}: ${message}`)
  return new AppError(code, status, faults.length > 0 ? `${detail} ${faults.join('; ')}` : detail)
}

/** Fields are printed in the order in which the server has them. Parsing puts the known ones first. */
function inOrderOf<Parsed>(sent: unknown, parsed: Parsed): Parsed {
  if (Array.isArray(sent) && Array.isArray(parsed))
    return parsed.map((one: unknown, at) => inOrderOf(sent[at], one)) as Parsed
  if (!isRecord(sent) || !isRecord(parsed)) return parsed
  const names = [...Object.keys(sent), ...Object.keys(parsed)].filter((name) => Object.hasOwn(parsed, name))
  return Object.fromEntries(names.map((name) => [name, inOrderOf(sent[name], parsed[name])])) as Parsed
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** One request to a server and its answer as JSON: with a time limit, and never on to another address. */
import { AppError } from '../../platform/errors.ts'

const TIMEOUT_MS = 30_000

export type Sent = {
  method: string
  headers?: Record<string, string>
  body?: string | URLSearchParams | Uint8Array<ArrayBuffer>
}
export type Received = { status: number; body: unknown }

/** @throws AppError `server_unreachable`, `not_an_account_server` */
export async function exchange(address: string, { method, headers, body }: Sent): Promise<Received> {
  const { origin, host } = new URL(address)
  const request: RequestInit = {
    method,
    headers: { accept: 'application/json', 'user-agent': USER_AGENT, ...headers },
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body !== undefined && { body }),
  }
  let response: Response
  let text: string
  try {
    response = await fetch(address, request)
    text = await response.text()
  } catch (error) {
    throw new AppError('server_unreachable', 400, `${host} does not answer (${reasonOf(error)}).`, {
      cause: error,
    })
  }
  if (response.status === 204 || text === '') return { status: response.status, body: undefined }
  if (!/json/.test(response.headers.get('content-type') ?? '')) throw notThere(origin, response.status)
  try {
    return { status: response.status, body: JSON.parse(text) as unknown }
  } catch {
    throw notThere(origin, response.status)
  }
}

const USER_AGENT = `account-server command line (Node.js ${process.versions.node}; ${process.platform})`

function notThere(origin: string, status: number): AppError {
  const message = `${origin} answers ${status} without JSON. It is no account server, or a proxy answers in its place.`
  return new AppError('not_an_account_server', 400, message)
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer'
  if (error.name === 'TimeoutError') return 'no answer within 30 seconds'
  const { cause } = error
  return cause instanceof Error ? ('code' in cause ? String(cause.code) : cause.message) : error.message
}

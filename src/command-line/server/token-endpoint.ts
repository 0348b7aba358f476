/** The addresses of a server (RFC 8414), and what its token endpoint answers (RFC 6749 §5). */
import { z } from 'zod'
import { AppError } from '../../platform/errors.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { exchange } from './exchange.ts'
import type { Received } from './exchange.ts'
import type { KeptSignIn } from './kept-sign-ins.ts'

const discovered = z.object({
  issuer: z.string(),
  token_endpoint: z.url(),
  device_authorization_endpoint: z.url(),
  revocation_endpoint: z.url(),
})
const granted = z.object({
  access_token: z.string(),
  expires_in: z.number().default(60),
  refresh_token: z.string().optional(),
})
const refused = z.object({ error: z.string(), error_description: z.string().optional() })

export type Endpoints = z.infer<typeof discovered>

/** @throws AppError `not_an_account_server`, `other_issuer` */
export async function endpointsOf(server: string): Promise<Endpoints> {
  const { body } = await exchange(`${server}/.well-known/openid-configuration`, { method: 'GET' })
  const read = discovered.safeParse(body)
  if (!read.success) throw new AppError('not_an_account_server', 400, `${server} is no account server.`)
  const { issuer } = read.data
  if (issuer === server) return read.data
  throw new AppError(
    'other_issuer',
    400,
    `The server calls itself ${issuer}. Use that address: --server ${issuer}`,
  )
}

/** The `error` of a refusal (RFC 6749 §5.2) and its sentence. */
export type Refusal = { error: string; why: string }

/** What the token endpoint gave, or why it gave nothing. */
export async function askForTokens(
  { token_endpoint: address }: Pick<Endpoints, 'token_endpoint'>,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<{ tokens: KeptSignIn } | { refusal: Refusal }> {
  const askedAtMs = Date.now()
  const { status, body } = await exchange(address, {
    method: 'POST',
    headers,
    body: new URLSearchParams(form),
  })
  if (status !== 200) return { refusal: refusalOf({ status, body }) }
  const { access_token: accessToken, expires_in: seconds, refresh_token: refreshToken } = granted.parse(body)
  const expiresAtMs = askedAtMs + seconds * SECOND_MS
  return { tokens: { accessToken, expiresAtMs, ...(refreshToken !== undefined && { refreshToken }) } }
}

export function refusalOf({ status, body }: Received): Refusal {
  const read = refused.safeParse(body)
  if (!read.success) return { error: 'failed', why: `The server answers ${status}.` }
  const { error, error_description: why = error } = read.data
  return { error, why }
}

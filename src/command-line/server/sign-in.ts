/** Signs a person in with the device authorization grant (RFC 8628), and keeps the tokens fresh. */
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { AppError } from '../../platform/errors.ts'
import { SECOND_MS } from '../../platform/clock.ts'
import { API_PATH, neededScopes } from '../api-operations.ts'
import { exchange } from './exchange.ts'
import type { KeptSignIn } from './kept-sign-ins.ts'
import { COMMAND_LINE_CLIENT_ID } from './own-client.ts'
import { askForTokens, endpointsOf, refusalOf } from './token-endpoint.ts'
import type { Endpoints } from './token-endpoint.ts'

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
/** An older sign-in of the browser is asked again: the API takes a recent one, and this begins its time. */
const MAX_AGE_SECONDS = 300
/** RFC 8628 §3.5. */
const SLOWER_BY_MS = 5 * SECOND_MS

const begun = z.object({
  device_code: z.string(),
  user_code: z.string(),
  verification_uri: z.string(),
  verification_uri_complete: z.string().optional(),
  expires_in: z.number(),
  interval: z.number().default(5),
})

/** What the person needs: where to go, and the code that has to be the same there. */
export type Shown = { address: string; linked: string; code: string; minutes: number }

/** @throws AppError `access_denied`, `expired_token`, `sign_in_refused` and those of the addresses */
export async function signIn(server: string, show: (shown: Shown) => void): Promise<KeptSignIn> {
  const endpoints = await endpointsOf(server)
  const form = new URLSearchParams({
    ...ofApi(server),
    scope: ['openid', ...neededScopes()].join(' '),
    max_age: String(MAX_AGE_SECONDS),
  })
  const { status, body } = await exchange(endpoints.device_authorization_endpoint, {
    method: 'POST',
    body: form,
  })
  if (status !== 200) {
    const { error, why } = refusalOf({ status, body })
    throw error === 'invalid_client' ? notOffered(server) : new AppError('sign_in_refused', 400, why)
  }
  const device = begun.parse(body)
  show({
    address: device.verification_uri,
    linked: device.verification_uri_complete ?? device.verification_uri,
    code: device.user_code,
    minutes: Math.floor(device.expires_in / 60),
  })
  return poll(server, endpoints, device)
}

function notOffered(server: string): AppError {
  return new AppError('sign_in_refused', 400, `${server} does not let the command line sign in.`)
}

async function poll(
  server: string,
  endpoints: Endpoints,
  device: z.infer<typeof begun>,
): Promise<KeptSignIn> {
  const untilMs = Date.now() + device.expires_in * SECOND_MS
  let intervalMs = device.interval * SECOND_MS
  while (Date.now() < untilMs) {
    await wait(intervalMs)
    const answer = await asked(server, endpoints, device.device_code)
    if (answer === undefined) {
      // RFC 8628 §3.5: after a time-out, ask half as often.
      intervalMs *= 2
      continue
    }
    if ('tokens' in answer) return answer.tokens
    const { error, why } = answer.refusal
    if (error === 'slow_down') intervalMs += SLOWER_BY_MS
    else if (error === 'access_denied')
      throw new AppError(error, 400, 'The sign-in was refused in the browser.')
    else if (error === 'expired_token') break
    else if (error !== 'authorization_pending') throw new AppError('sign_in_refused', 400, why)
  }
  throw new AppError('expired_token', 400, 'Nobody allowed it in time. Run login again for a new code.')
}

/** Nothing where the server does not answer just now. */
async function asked(server: string, endpoints: Endpoints, code: string) {
  const form = { ...ofApi(server), grant_type: DEVICE_GRANT, device_code: code }
  try {
    return await askForTokens(endpoints, form)
  } catch (error) {
    if (error instanceof AppError && error.code === 'server_unreachable') return undefined
    throw error
  }
}

/** Each request names the API: without it, a token is for the userinfo endpoint. */
function ofApi(server: string) {
  return { client_id: COMMAND_LINE_CLIENT_ID, resource: `${server}${API_PATH}` }
}

/** Newer tokens of the same sign-in; nothing where it is over. */
export async function refresh(server: string, refreshToken: string): Promise<KeptSignIn | undefined> {
  const form = { ...ofApi(server), grant_type: 'refresh_token', refresh_token: refreshToken }
  const answer = await askForTokens(await endpointsOf(server), form)
  return 'tokens' in answer ? { refreshToken, ...answer.tokens } : undefined
}

/** Ends the sign-in at the server (RFC 7009): with the refresh token, the access token ends too. */
export async function endSignIn(server: string, { accessToken, refreshToken }: KeptSignIn): Promise<void> {
  const { revocation_endpoint: address } = await endpointsOf(server)
  const body = new URLSearchParams({ client_id: COMMAND_LINE_CLIENT_ID, token: refreshToken ?? accessToken })
  await exchange(address, { method: 'POST', body })
}

/** Registers clients over HTTP, as their developers do, and walks people through what such clients ask for. */
import { expect } from 'chai'
import { createInitialAccessToken } from '../../../src/protocol/registration/initial-access-tokens.ts'
import type { PolicyInput } from '../../../src/protocol/registration/registration-policy.ts'
import type { RunningServer } from '../../support/running-server.ts'
import { anyAddress } from '../../provider/stage.ts'

export const CALLBACK = 'https://app.example.com/callback'

export const APP = { client_name: 'Notes', redirect_uris: [CALLBACK] }

export type Registered = Record<string, unknown> & {
  client_id: string
  client_secret?: string
  registration_access_token: string
  registration_client_uri: string
}
export type Reply = { status: number; body: Registered & { error?: string; error_description?: string } }

export function createRegistrar({ issuer, parts }: Pick<RunningServer, 'issuer' | 'parts'>) {
  async function call(url: string, { method = 'POST', token, body, headers }: Call = {}): Promise<Reply> {
    const answer = await fetch(url, {
      method,
      headers: {
        'x-forwarded-for': anyAddress(),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    const text = await answer.text()
    return { status: answer.status, body: (text ? JSON.parse(text) : {}) as Reply['body'] }
  }

  const register = (body: unknown, token?: string, headers?: Record<string, string>) =>
    call(`${issuer}/oauth/register`, { body, token, headers })

  /** An initial access token; by default good for one client within an hour. */
  async function token(
    policy: PolicyInput = {},
    more: { maxUses?: number | null; expiresAtMs?: number } = {},
  ) {
    const { maxUses = 1, expiresAtMs = parts.clock() + 3_600_000 } = more
    return await createInitialAccessToken(
      parts.db,
      { name: 'a test', policy, maxUses, expiresAtMs },
      parts.clock,
    )
  }

  return {
    call,
    /** Registers with a token, or openly without. */
    register,
    token,
    /** A client made with a token of its own. */
    async registered(body: object = APP, policy: PolicyInput = {}): Promise<Registered> {
      const reply = await register(body, (await token(policy)).token)
      expect(reply.status, JSON.stringify(reply.body)).to.equal(201)
      return reply.body
    },
    manage: ({ registration_client_uri: url, registration_access_token: token }: Registered, more: Call) =>
      call(url, { token, ...more }),
  }
}

type Call = { method?: string; token?: string; body?: unknown; headers?: Record<string, string> }

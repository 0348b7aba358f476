/**
 * The library's provider over a grant store, served on loopback, with only the configuration that the store's
 * behaviour needs. It has a browser and clients to drive it.
 */
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { errors, Provider } from 'oidc-provider'
import type { Adapter, AdapterPayload, Configuration } from 'oidc-provider'
import { SECOND_MS } from '../../src/platform/clock.ts'
import { refreshRenewal } from '../../src/provider/grants/refresh-renewal.ts'
import { addGrant } from '../../src/provider/library/library.ts'
import { libraryLifetimes } from '../../src/provider/grants/lifetimes.ts'
import type { Lifetimes } from '../../src/provider/grants/lifetimes.ts'
import { createAdapterFactory, overrideReplayDetection } from '../../src/provider/records/adapter.ts'
import type { AdapterNeeds } from '../../src/provider/records/adapter.ts'
import type { GrantStore } from '../../src/grant-store/grant-store.ts'
import { createProvider } from '../../src/provider/library/own-provider.ts'
import { installTokenIds } from '../../src/provider/records/issued-ids.ts'
import { flushUnitOfWork } from '../../src/provider/records/unit-of-work.ts'

export const REDIRECT_URI = 'https://app.example/callback'
const ISSUER = 'http://localhost'

const CLIENTS: Record<string, AdapterPayload> = Object.fromEntries(
  (
    [
      { client_id: 'public', token_endpoint_auth_method: 'none' },
      { client_id: 'web', client_secret: 'web-secret', token_endpoint_auth_method: 'client_secret_post' },
    ] as const
  ).map((client) => [
    client.client_id,
    {
      ...client,
      redirect_uris: [REDIRECT_URI],
      grant_types: [
        'authorization_code',
        'refresh_token',
        ...('client_secret' in client ? ['client_credentials'] : []),
        'urn:ietf:params:oauth:grant-type:device_code',
      ],
    } as AdapterPayload,
  ]),
)

const clientAdapter: Adapter = {
  find: async (id) => CLIENTS[id],
  findByUid: async () => undefined,
  findByUserCode: async () => undefined,
  upsert: async () => undefined,
  consume: async () => undefined,
  destroy: async () => undefined,
  revokeByGrantId: async () => undefined,
}

export type Served = {
  provider: Provider
  base: string
  close: () => Promise<void>
}

export type ServeNeeds = {
  store: GrantStore
  clock: () => number
  lifetimes?: Lifetimes
} & Partial<AdapterNeeds>

/** Serves a provider on `store`. */
export async function serveProvider(needs: ServeNeeds): Promise<Served> {
  const adapter = createAdapterFactory({
    refreshTokenGraceMs: 10_000,
    clientAdapter,
    secrets: ['server secret'],
    ...needs,
  })
  const { lifetimes, clock } = needs
  const ttl = lifetimes ? libraryLifetimes(lifetimes) : CONFIGURATION.ttl
  const provider = createProvider(ISSUER, { ...CONFIGURATION, ttl, adapter })
  if (lifetimes) addGrant(provider, refreshRenewal({ clock, lifetimes }))
  installTokenIds(provider)
  overrideReplayDetection(provider, needs)
  provider.use(async (ctx, next) => {
    await next()
    try {
      await flushUnitOfWork(ctx)
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError)) throw error
      ctx.status = error.statusCode
      ctx.body = { error: error.error, error_description: error.error_description }
    }
  })
  const callback = provider.callback()
  const server = createServer((req, res) => {
    if (req.url?.startsWith('/interaction/')) void answerInteraction(provider, req, res)
    else void callback(req, res)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    provider,
    base: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

const CONFIGURATION: Configuration = {
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'test', alg: 'ES256', use: 'sig' }] },
  cookies: { keys: ['cookie key'] },
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
  issueRefreshToken: () => true,
  rotateRefreshToken: ({ oidc }) => oidc.client?.clientId === 'public',
  expiresWithSession: () => true,
  scopes: ['openid', 'offline_access', 'api:read'],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    revocation: { enabled: true, allowedPolicy: () => true },
    rpInitiatedLogout: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
  },
  renderError: (ctx, out) => {
    ctx.body = out
  },
  ttl: {
    Session: 86_400,
    Grant: 86_400,
    RefreshToken: 86_400,
    AccessToken: 3600,
    ClientCredentials: 3600,
    AuthorizationCode: 60,
    DeviceCode: 600,
    IdToken: 3600,
    Interaction: 600,
  },
} as Configuration

/** Everybody is alice, and she consents to everything. */
async function answerInteraction(
  provider: Provider,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(req, res)
  if (prompt.name === 'login') {
    // The moment of the sign-in, as our pages send it: else the library takes that of each answer.
    const ts = Math.floor(Date.now() / SECOND_MS)
    await provider.interactionFinished(req, res, { login: { accountId: 'alice', ts } })
    return
  }
  const grant = new provider.Grant({ accountId: session?.accountId, clientId: String(params.client_id) })
  grant.addOIDCScope(String(params.scope))
  await provider.interactionFinished(req, res, { consent: { grantId: await grant.save() } })
}

export type Answer = { status: number; headers: Headers; body: Record<string, unknown> }

/** POSTs a form, as a client does. */
export async function post(
  address: string,
  form: Record<string, string>,
  signal?: AbortSignal,
): Promise<Answer> {
  const response = await fetch(address, {
    method: 'POST',
    body: new URLSearchParams(form),
    ...(signal && { signal }),
  })
  const text = await response.text()
  const body = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
  return { status: response.status, headers: response.headers, body }
}

export const WEB = { client_id: 'web', client_secret: 'web-secret' }

export type Browser = {
  cookies: Map<string, string>
  /** Runs an authorization request, signing in and consenting when asked. Answers the redirect's parameters. */
  authorize: (base: string, clientId: string, extra?: Record<string, string>) => Promise<Authorized>
  get: (address: string) => Promise<Response>
}
export type Authorized = { code: string; error: string | undefined; verifier: string }

export function openBrowser(cookies = new Map<string, string>()): Browser {
  async function get(address: string): Promise<Response> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(address, { headers: { cookie }, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
  return {
    cookies,
    get,
    async authorize(base, clientId, extra = {}) {
      const verifier = randomBytes(32).toString('base64url')
      const query = new URLSearchParams({
        client_id: clientId,
        redirect_uri: REDIRECT_URI,
        response_type: 'code',
        scope: 'openid api:read',
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
        ...extra,
      })
      let address = `${base}/auth?${query}`
      for (let hop = 0; hop < 10; hop += 1) {
        const response = await get(address)
        const location = response.headers.get('location')
        if (!location) throw new Error(`${address} answered ${response.status}: ${await response.text()}`)
        if (location.startsWith(REDIRECT_URI)) {
          const { searchParams } = new URL(location)
          return {
            code: searchParams.get('code') ?? '',
            error: searchParams.get('error') ?? undefined,
            verifier,
          }
        }
        const { pathname, search } = new URL(location, base)
        address = `${base}${pathname}${search}`
      }
      throw new Error('the authorization request went round in circles')
    },
  }
}

/** Redeems a code. */
export function redeem(base: string, clientId: string, { code, verifier }: Authorized): Promise<Answer> {
  const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, code_verifier: verifier }
  return post(`${base}/token`, { ...form, ...(clientId === 'web' ? WEB : { client_id: clientId }) })
}

export function refresh(
  base: string,
  refreshToken: unknown,
  client: Record<string, string> = { client_id: 'public' },
  signal?: AbortSignal,
) {
  const form = { grant_type: 'refresh_token', refresh_token: String(refreshToken), ...client }
  return post(`${base}/token`, form, signal)
}

/** True when introspection calls the token active. */
export async function isActive(base: string, token: unknown): Promise<boolean> {
  const { body } = await post(`${base}/token/introspection`, { token: String(token), ...WEB })
  return body.active === true
}

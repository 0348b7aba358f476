/** An app under test: registers itself, builds requests by hand so that a test can change each part, and redeems codes. */
import { createHash, randomBytes } from 'node:crypto'
import { createClient } from '../../src/clients/clients.ts'
import type { ClientInput } from '../../src/clients/client-metadata.ts'
import type { Account } from '../../src/accounts/account.ts'
import type { Visited, Visitor } from '../support/visitor.ts'
import { basic } from './send.ts'
import type { Answer } from './send.ts'
import { PASSWORD } from './stage.ts'
import type { Stage } from './stage.ts'

export const CALLBACK = 'https://app.example.com/callback'

export type Fields = Record<string, string | string[] | undefined>
export type Tokens = { access_token: string; refresh_token: string; id_token: string; scope: string }
export type Party = Awaited<ReturnType<typeof register>>

/** A registered client; by default confidential, with `client_secret_basic`. */
export async function register(stage: Stage, overrides: Partial<ClientInput> = {}) {
  const input = { client_name: 'Demo app', redirect_uris: [CALLBACK], ...overrides }
  const client = await createClient(stage.parts.db, input as ClientInput, stage.parts)
  const { client_id: clientId, client_secret: secret = '' } = client
  const redirectUri = client.redirect_uris[0] ?? CALLBACK
  const auth = secret ? basic(clientId, secret) : {}
  const identity = secret ? {} : { client_id: clientId }

  function authorizePath(given: Fields = {}): string {
    const fields = new URLSearchParams()
    const all: Fields = {
      client_id: clientId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid email profile offline_access',
      prompt: 'consent',
      state: 'a-state',
      code_challenge: challengeOf(VERIFIER),
      code_challenge_method: 'S256',
      ...given,
    }
    for (const [name, value] of Object.entries(all))
      for (const single of [value].flat()) if (single !== undefined) fields.append(name, single)
    return `/oauth/authorize?${fields}`
  }

  /** Any request of this client to an endpoint that it authenticates at. */
  const call = (to: string, form: Fields, headers: Record<string, string> = auth): Promise<Answer> =>
    stage.send({ to, form: { ...identity, ...form }, headers })

  const redeem = (code: string, given: Fields = {}, headers?: Record<string, string>) =>
    call(
      '/oauth/token',
      {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        code_verifier: VERIFIER,
        ...given,
      },
      headers,
    )

  async function codeFor(account: Account, given: Fields = {}, visitor = stage.visitor()): Promise<string> {
    const url = await signIn(visitor, authorizePath(given), account)
    const code = url.searchParams.get('code')
    if (!code) throw new Error(`no code in ${url.href}`)
    return code
  }

  return {
    client,
    clientId,
    secret,
    redirectUri,
    auth,
    authorizePath,
    call,
    redeem,
    codeFor,
    refresh: (token: string, given: Fields = {}) =>
      call('/oauth/token', { grant_type: 'refresh_token', refresh_token: token, ...given }),
    introspect: (token: string) => call('/oauth/introspect', { token }),
    revoke: (token: string) => call('/oauth/revoke', { token }),
    /** Signs in, consents and redeems the code. */
    async tokensFor(account: Account, given: Fields = {}, visitor = stage.visitor()): Promise<Tokens> {
      const { resource } = given
      const answer = await redeem(await codeFor(account, given, visitor), { resource })
      if (answer.status !== 200) throw new Error(`no tokens: ${answer.text}`)
      return answer.json() as Tokens
    },
  }
}

/** Asks for the claims that an access token gives: 200 while it is good, 401 when not. */
export function userinfo(stage: Stage, accessToken: string): Promise<Answer> {
  return stage.send({ to: '/oauth/userinfo', headers: { authorization: `Bearer ${accessToken}` } })
}

export const VERIFIER = randomBytes(32).toString('base64url')

export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url')
}

/** Walks through sign-in and consent until the visitor is sent back to the app: that address. */
export async function signIn(
  visitor: Visitor,
  path: string,
  { email }: Pick<Account, 'email'>,
  password = PASSWORD,
): Promise<URL> {
  let page = await visitor.get(path)
  for (let step = 0; step < 4 && !page.headers.get('location'); step += 1) {
    const isSignIn = /action="[^"]*\/sign-in/.test(page.text)
    const fields: Record<string, string> = isSignIn ? { email, password } : { decision: 'allow' }
    if (!isSignIn && !/action="[^"]*\/consent/.test(page.text)) throw new Error(`stuck at ${summary(page)}`)
    page = await visitor.followForm(page, fields, { action: isSignIn ? '/sign-in' : '/consent' })
  }
  return new URL(returnOf(page))
}

/** The parameters for the app in a redirect to it, from query or fragment. */
export function callbackOf(answer: Visited | Answer): Record<string, string> {
  const { search, hash } = new URL(returnOf(answer))
  return Object.fromEntries(new URLSearchParams(search || hash.slice(1)))
}

export function returnOf(answer: Visited | Answer): string {
  const location =
    answer.headers instanceof Headers ? answer.headers.get('location') : answer.headers.location
  if (!location) throw new Error(`not sent anywhere: ${summary(answer)}`)
  return location
}

function summary({ status, text }: Visited | Answer): string {
  return `${status} ${text
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .slice(0, 400)}`
}

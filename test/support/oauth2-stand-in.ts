/**
 * A provider of OAuth 2 without OpenID Connect, as GitHub is one: no discovery, no ID token, an API that says who owns the
 * token. Tests bend each of its answers.
 */
import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type StandInPerson = {
  id: number | string
  login?: string
  name?: string
  email?: string | null
  emails?: { email: string; primary: boolean; verified: boolean }[]
}

export type OAuth2StandIn = Awaited<ReturnType<typeof startOAuth2StandIn>>

type Code = { challenge: string; redirectUri: string; person: StandInPerson }
type Bent = (res: ServerResponse) => void

/** `signIn` answers for the person at the browser: the address that it is sent back to. */
export async function startOAuth2StandIn({ clientId = 'a-client', secret = 'a-secret' } = {}) {
  const codes = new Map<string, Code>()
  const tokens = new Map<string, StandInPerson>()
  const bent = new Map<string, Bent>()
  const seen: { path: string; headers: IncomingMessage['headers']; body: URLSearchParams }[] = []

  const json = (res: ServerResponse, status: number, body: unknown) =>
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  const server = createServer((req, res) => {
    void read(req).then((body) => {
      const path = new URL(req.url ?? '/', 'http://x').pathname
      seen.push({ path, headers: req.headers, body })
      const answer = bent.get(path)
      if (answer) return answer(res)
      if (path === '/token') return token(body, res)
      const person = tokens.get(req.headers.authorization?.replace(/^bearer /i, '') ?? '')
      if (!person) return json(res, 401, { message: 'Bad credentials' })
      const { emails, ...user } = person
      return json(res, 200, path === '/user/emails' ? (emails ?? []) : user)
    })
  })

  function token(body: URLSearchParams, res: ServerResponse) {
    const code = codes.get(body.get('code') ?? '')
    codes.delete(body.get('code') ?? '')
    const verifier = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url')
    const isRight =
      code?.challenge === verifier &&
      code.redirectUri === body.get('redirect_uri') &&
      body.get('client_id') === clientId &&
      body.get('client_secret') === secret
    // As GitHub does it: a refusal has the status 200.
    if (!code || !isRight) return json(res, 200, { error: 'bad_verification_code' })
    const access = randomBytes(16).toString('hex')
    tokens.set(access, code.person)
    return json(res, 200, { access_token: access, token_type: 'bearer', scope: 'read:user,user:email' })
  }

  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    /** The fields of its definition. */
    definition: {
      kind: 'oauth2',
      client_id: clientId,
      client_secret: secret,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      userinfo_endpoint: `${origin}/user`,
      emails_endpoint: `${origin}/user/emails`,
      token_endpoint_auth_method: 'client_secret_post',
      scope: 'read:user user:email',
      mapping: { subject: 'id', name: 'name', username: 'login' },
    } as const,
    seen,
    signIn(authorize: string | URL, person: StandInPerson): URL {
      const asked = new URL(authorize).searchParams
      const code = randomBytes(16).toString('hex')
      const redirectUri = asked.get('redirect_uri') ?? ''
      codes.set(code, { challenge: asked.get('code_challenge') ?? '', redirectUri, person })
      const back = new URL(redirectUri)
      back.searchParams.set('code', code)
      back.searchParams.set('state', asked.get('state') ?? '')
      return back
    },
    /** The person says no. */
    refuse(authorize: string | URL, error = 'access_denied'): URL {
      const asked = new URL(authorize).searchParams
      const back = new URL(asked.get('redirect_uri') ?? '')
      back.searchParams.set('error', error)
      back.searchParams.set('state', asked.get('state') ?? '')
      return back
    },
    /** From now on this path answers so. Without `answer`, as before. */
    bend(path: string, answer?: Bent) {
      if (answer) bent.set(path, answer)
      else bent.delete(path)
    },
    stop: () =>
      new Promise<void>((stopped) => {
        server.closeAllConnections()
        server.close(() => stopped())
      }),
  }
}

async function read(req: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = []
  for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk)
  return new URLSearchParams(Buffer.concat(chunks).toString())
}

/** What is measured: for each workload the requests, as they go over the wire, and what a right answer holds. */

/** What a server was filled with, so that the requests below succeed. Both sides get the same. */
export type Fixture = {
  port: number
  /** A confidential client with every grant, and what one account granted it. */
  app: Credentials
  /** A confidential client with JWTs as access tokens for `resource`. */
  machine: Credentials
  resource: string
  accessTokens: string[]
  refreshTokens: string[]
}

export type Credentials = { clientId: string; secret: string }

export type Workload = {
  name: string
  requests: (fixture: Fixture) => Buffer[]
  expects: string
}

export const WORKLOADS: readonly Workload[] = [
  {
    name: 'introspection',
    requests: (fixture) =>
      fixture.accessTokens.map((token) => post(fixture, '/oauth/introspect', fixture.app, { token })),
    expects: '"active":true',
  },
  {
    name: 'userinfo',
    requests: ({ port, accessTokens }) =>
      accessTokens.map((token) =>
        encode(['GET /oauth/userinfo HTTP/1.1', host(port), `Authorization: Bearer ${token}`]),
      ),
    expects: '"sub":',
  },
  {
    name: 'client_credentials, opaque',
    requests: (fixture) => [post(fixture, '/oauth/token', fixture.app, { grant_type: 'client_credentials' })],
    expects: '"access_token":',
  },
  {
    name: 'client_credentials, ES256 JWT',
    requests: (fixture) => [
      post(fixture, '/oauth/token', fixture.machine, {
        grant_type: 'client_credentials',
        resource: fixture.resource,
      }),
    ],
    expects: '"access_token":"ey',
  },
  {
    name: 'refresh, ES256 id_token',
    requests: (fixture) =>
      fixture.refreshTokens.map((token) =>
        post(fixture, '/oauth/token', fixture.app, { grant_type: 'refresh_token', refresh_token: token }),
      ),
    expects: '"id_token":"ey',
  },
  {
    name: 'discovery',
    requests: ({ port }) => [encode(['GET /.well-known/openid-configuration HTTP/1.1', host(port)])],
    expects: '"issuer":',
  },
]

type Form = Record<string, string>

function post(fixture: Fixture, path: string, { clientId, secret }: Credentials, form: Form): Buffer {
  const body = new URLSearchParams(form).toString()
  const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`)
  const head = [
    `POST ${path} HTTP/1.1`,
    host(fixture.port),
    `Authorization: Basic ${basic.toString('base64')}`,
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${body.length}`,
  ]
  return encode(head, body)
}

function host(port: number): string {
  return `Host: localhost:${port}`
}

function encode(head: string[], body = ''): Buffer {
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}

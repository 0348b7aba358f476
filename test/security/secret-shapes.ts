/** Requests that carry a secret where none belongs, as broken clients and curious people send. */
import type { Sent } from '../provider/send.ts'

export type Target = {
  clientId: string
  /** `Authorization: Basic` of the client. */
  auth: Record<string, string>
  redirectUri: string
}

const FORM = 'application/x-www-form-urlencoded'
const ADDRESSES = [
  '/oauth/token',
  '/oauth/par',
  '/oauth/introspect',
  '/oauth/revoke',
  '/oauth/device',
  '/oauth/backchannel',
  '/oauth/authorize-challenge',
  '/oauth/register',
  '/oauth/userinfo',
  '/oauth/authorize',
  '/oauth/logout',
  '/sign-in',
  '/forgot',
]
const PARAMETERS = [
  'grant_type',
  'response_type',
  'response_mode',
  'redirect_uri',
  'post_logout_redirect_uri',
  'scope',
  'prompt',
  'max_age',
  'code_challenge',
  'code_challenge_method',
  'resource',
  'claims',
  'authorization_details',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'request',
  'request_uri',
  'id_token_hint',
  'login_hint',
  'acr_values',
  'ui_locales',
  'dpop_jkt',
  'requested_expiry',
  'binding_message',
  'token_type_hint',
  'audience',
  'subject_token_type',
  'refresh_token',
  'code',
  'token',
]
const METADATA = [
  'client_name',
  'redirect_uris',
  'scope',
  'grant_types',
  'token_endpoint_auth_method',
  'id_token_signed_response_alg',
  'jwks_uri',
  'logo_uri',
  'contacts',
  'software_statement',
  'application_type',
]

/** Which of several secrets this is. */
export type Turn = { at: number; of: number }

/**
 * Shapes with a secret in them, each with a name for the message of a failure. Several secrets take turns: together they
 * come in every shape at every address, and each of them comes in every shape and at every address.
 */
export function secretShapes(secret: string, target: Target, turn: Turn): [shape: string, sent: Sent][] {
  const everywhere = ADDRESSES.flatMap((to, row) =>
    [...bodies(secret, target), ...headers(secret, target)]
      .filter(isOfTurn(turn, row))
      .map(([shape, sent]): [string, Sent] => [
        `${to} ${shape}`,
        { method: 'POST', ...sent, to: to + (sent.to ?? '') },
      ]),
  )
  return [
    ...everywhere,
    ...PARAMETERS.flatMap((name, row) => inParameter(name, secret, target).filter(isOfTurn(turn, row))),
    ...inMetadata(secret),
    ...inAddresses(secret, target),
  ]
}

/** The next row begins with the next turn. */
const isOfTurn =
  ({ at, of }: Turn, row: number) =>
  (_: unknown, column: number) =>
    (row + column) % of === at

type Shape = [shape: string, sent: Omit<Sent, 'to'> & { to?: string }]

function bodies(secret: string, { clientId, auth }: Target): Shape[] {
  const pairs = ['grant_type=refresh_token', `client_id=${clientId}`, `refresh_token=${secret}`]
  const plain = pairs.join('&')
  const twice = encodeURIComponent(plain)
  const form = (body: string, extra: Record<string, string> = {}) => ({
    body,
    headers: { 'content-type': FORM, ...extra },
  })
  const typed = (type: string, body: string) => ({ body, headers: { 'content-type': type, ...auth } })
  return [
    ['joined by ;', form(pairs.join(';'), auth)],
    ['joined by ; without Basic', form(`client_id=${clientId};client_secret=${secret}`)],
    ['joined by ; and then &', form(`client_id=${clientId}&${pairs.join(';')}`, auth)],
    ['joined by ,', form(pairs.join(','), auth)],
    ['joined by lines', form(pairs.join('\r\n'), auth)],
    ['encoded twice', form(twice, auth)],
    ['encoded thrice', form(encodeURIComponent(twice), auth)],
    ['value encoded twice', form(`grant_type=${encodeURIComponent(`refresh_token&code=${secret}`)}`, auth)],
    ['truncated escape', form(`grant_type=refresh_token&refresh_token=${secret}%`, auth)],
    ['broken escape', form(`grant_type=refresh_token%zz${secret}%f`, auth)],
    ['duplicated', form(`${plain}&refresh_token=${secret}&grant_type=${secret}`, auth)],
    ['as the name of a parameter', form(`${secret}=1&grant_type=refresh_token`, auth)],
    ['as the only name', form(secret, auth)],
    ['client_id with the secret', form(`grant_type=refresh_token&client_id=${clientId}:${secret}`)],
    ['client_id that is the secret', form(`grant_type=refresh_token&client_id=${secret}`)],
    ['half of the secret as client_id', form(`grant_type=x&client_id=${secret.slice(0, 24)}`)],
    ['JSON', typed('application/json', JSON.stringify({ grant_type: secret, client_id: secret }))],
    ['JSON in a form', form(JSON.stringify({ grant_type: 'refresh_token', refresh_token: secret }), auth)],
    ['broken JSON', typed('application/json', `${secret}{"a":`)],
    ['a JSON string', typed('application/json', `"${secret}"`)],
    ['JSON without quotes', typed('application/json', `{token: ${secret}}`)],
    ['plain text', typed('text/plain', plain)],
    ['the type itself', typed(`application/${secret}`, plain)],
    ['no type', { body: plain, headers: auth }],
    [
      'multipart',
      typed(
        'multipart/form-data; boundary=b',
        `--b\r\nContent-Disposition: form-data; name="refresh_token"\r\n\r\n${secret}\r\n--b--\r\n`,
      ),
    ],
    ['in the query', { ...form(''), to: `?refresh_token=${secret}&client_secret=${secret}` }],
    ['in the query, joined by ;', { method: 'GET', to: `?grant_type=x;client_secret=${secret}` }],
    ['in the path', { method: 'GET', to: `/${secret}` }],
    ['in the path after ;', { ...form('a=b'), to: `;token=${secret}` }],
    ['in the path, encoded', { method: 'GET', to: `/x%2F${secret}` }],
    ['as the method', { method: 'GET', to: `%3Ftoken=${secret}` }],
  ]
}

function headers(secret: string, { clientId }: Target): Shape[] {
  const form = { grant_type: 'client_credentials' }
  const schemes = [
    `Bearer ${secret}`,
    `Token ${secret}`,
    secret,
    `Basic ${secret}`,
    `Basic ${clientId}:${secret}`,
    `Basic ${Buffer.from(secret).toString('base64')}`,
    `Basic ${Buffer.from(`${secret}:${clientId}`).toString('base64')}`,
    `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')} x`,
    `DPoP ${secret}`,
    `Digest username="${clientId}", response="${secret}"`,
  ]
  const named: Record<string, string>[] = [
    { [`x-${secret.replace(/[^\w-]/g, '')}`]: '1' },
    { cookie: `session=${secret}; ${secret.replace(/[^\w-]/g, '')}=1` },
    { dpop: secret },
    { 'x-request-id': secret },
    { 'x-fapi-interaction-id': secret },
    { origin: `https://${secret.replace(/[^\w]/g, '')}.example` },
    { referer: `https://app.example/?token=${secret}` },
    { 'user-agent': secret },
    { 'x-forwarded-for': secret },
    { 'content-encoding': secret.replace(/[^\w-]/g, '') },
  ]
  return [
    ...schemes.map((authorization, n): Shape => [`Authorization ${n}`, { form, headers: { authorization } }]),
    ...named.map((one): Shape => [`header ${Object.keys(one)[0]?.slice(0, 9)}`, { form, headers: one }]),
  ]
}

function inParameter(
  name: string,
  secret: string,
  { clientId, auth, redirectUri }: Target,
): [string, Sent][] {
  const whole = { client_id: clientId, redirect_uri: redirectUri, response_type: 'code', scope: 'openid' }
  const beside = { ...whole, [name]: `${whole[name as keyof typeof whole] ?? ''} ${secret}` }
  return [
    [`${name} at PAR`, { to: '/oauth/par', form: { ...whole, [name]: secret }, headers: auth }],
    [`${name}, after a good value`, { to: '/oauth/par', form: beside, headers: auth }],
    [
      `${name} at token`,
      { to: '/oauth/token', form: { grant_type: 'refresh_token', [name]: secret }, headers: auth },
    ],
    [`${name} at the device endpoint`, { to: '/oauth/device', form: { [name]: secret }, headers: auth }],
    [
      `${name} at CIBA`,
      { to: '/oauth/backchannel', form: { scope: 'openid', [name]: secret }, headers: auth },
    ],
    [`${name} at introspection`, { to: '/oauth/introspect', form: { [name]: secret }, headers: auth }],
    [`${name} at authorize`, { to: `/oauth/authorize?${new URLSearchParams({ ...whole, [name]: secret })}` }],
    [`${name} at authorize, after`, { to: `/oauth/authorize?${new URLSearchParams(beside)}` }],
    [
      `${name} at logout`,
      { to: `/oauth/logout?${new URLSearchParams({ client_id: clientId, [name]: secret })}` },
    ],
  ]
}

function inMetadata(secret: string): [string, Sent][] {
  const whole = { client_name: 'x', redirect_uris: ['https://app.example/cb'] }
  const json = (body: object): Sent => ({
    to: '/oauth/register',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
  return [
    ...METADATA.flatMap((name): [string, Sent][] => [
      [`${name} of a registration`, json({ ...whole, [name]: secret })],
      [`${name} of a registration, as a list`, json({ ...whole, [name]: [secret, `https://x/${secret}`] })],
    ]),
    ['name of a field', json({ ...whole, [secret]: 1 })],
    ['an address with it', json({ ...whole, redirect_uris: [`http://app.example/cb?token=${secret}`] })],
  ]
}

function inAddresses(secret: string, { clientId, auth, redirectUri }: Target): [string, Sent][] {
  const addresses = [
    `${redirectUri}?token=${secret}`,
    `${redirectUri};client_secret=${secret}`,
    `${redirectUri}/${secret}`,
    `${redirectUri}#${secret}`,
    `https://user:${secret}@app.example.com/callback`,
    encodeURIComponent(`${redirectUri}?token=${secret}`),
    `https://app.example.com;token=${secret}/`,
  ]
  return addresses.flatMap((redirect_uri, n): [string, Sent][] => {
    const form = { client_id: clientId, response_type: 'code', scope: 'openid', redirect_uri }
    return [
      [`address ${n} at PAR`, { to: '/oauth/par', form, headers: auth }],
      [`address ${n} at authorize`, { to: `/oauth/authorize?${new URLSearchParams(form)}` }],
      [
        `address ${n} at logout`,
        {
          to: `/oauth/logout?${new URLSearchParams({ client_id: clientId, post_logout_redirect_uri: redirect_uri })}`,
        },
      ],
    ]
  })
}

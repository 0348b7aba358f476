/** Good requests to every route, made of a live state. Mutation begins with one of them. */
import { PASSWORD } from '../provider/stage.ts'
import { CIBA_GRANT, DEVICE_GRANT, EXCHANGE_GRANT, VERIFIER, challengeOf } from './live-state.ts'
import type { Apps, LiveState } from './live-state.ts'

/** A request in parts, so that a mutation can reach each. */
export type Draft = {
  method: string
  path: string
  query: [string, string][]
  /** Sent as a form, unless `json` is there. */
  fields: [string, string][]
  json?: Record<string, unknown>
  headers: Record<string, string>
}

type Fields = Record<string, string>
const BROWSER = { accept: 'text/html', 'sec-fetch-site': 'same-origin' }

const get = (path: string, query: Fields = {}, headers: Fields = {}): Draft => ({
  method: 'GET',
  path,
  query: Object.entries(query),
  fields: [],
  headers,
})
const post = (path: string, fields: Fields, headers: Fields = {}): Draft => ({
  method: 'POST',
  path,
  query: [],
  fields: Object.entries(fields),
  headers,
})

/** About seventy good requests; each is new, because a mutation changes it. */
export function corpus(issuer: string, apps: Apps, state: LiveState): Draft[] {
  return [
    ...authorization(apps, state),
    ...tokens(apps, state),
    ...lookUps(apps, state),
    ...elsewhere(apps, state),
    ...registration(apps, state),
    ...ownPages(issuer, state),
    ...memberPages(issuer, state),
  ]
}

function authorization({ web, spa, resource }: Apps, state: LiveState): Draft[] {
  const request: Fields = {
    client_id: web.clientId,
    redirect_uri: web.redirectUri,
    response_type: 'code',
    scope: 'openid email profile offline_access',
    state: 'a-state',
    nonce: 'a-nonce',
    code_challenge: challengeOf(VERIFIER),
    code_challenge_method: 'S256',
  }
  const spaRequest = { ...request, client_id: spa.clientId, redirect_uri: spa.redirectUri }
  const member = { cookie: state.member, ...BROWSER }
  const basic = web.auth
  return [
    get('/oauth/authorize', request, member),
    get('/oauth/authorize', request, BROWSER),
    get('/oauth/authorize', { ...spaRequest, prompt: 'none', response_mode: 'form_post' }, member),
    get(
      '/oauth/authorize',
      { ...request, max_age: '10', acr_values: 'a b', ui_locales: 'en', login_hint: state.person.email },
      member,
    ),
    get(
      '/oauth/authorize',
      { ...request, claims: '{"userinfo":{"email":{"essential":true}}}', id_token_hint: state.web.id_token },
      member,
    ),
    get('/oauth/authorize', { ...request, resource, response_mode: 'query.jwt' }, member),
    get('/oauth/authorize', { client_id: web.clientId, request_uri: state.pushed }, member),
    get('/oauth/authorize', { ...request, request: `eyJhbGciOiJub25lIn0.${btoa('{"scope":"openid"}')}.` }),
    post('/oauth/authorize', request, member),
    post('/oauth/par', request, basic),
    post('/oauth/par', { ...spaRequest, resource }, state.network),
  ]
}

function tokens({ web, spa, device, asker, own, resource }: Apps, state: LiveState): Draft[] {
  const redirect_uri = web.redirectUri
  const token = (fields: Fields, headers: Fields = web.auth) => post('/oauth/token', fields, headers)
  const secret = { client_id: web.clientId, client_secret: web.secret }
  return [
    token({ grant_type: 'authorization_code', code: state.code, redirect_uri, code_verifier: VERIFIER }),
    token(
      { grant_type: 'authorization_code', code: state.code, redirect_uri, code_verifier: 'x', ...secret },
      {},
    ),
    token({ grant_type: 'refresh_token', refresh_token: state.web.refresh_token }),
    token({ grant_type: 'refresh_token', refresh_token: state.web.refresh_token, scope: 'openid email' }),
    token(
      { grant_type: 'refresh_token', refresh_token: state.spa.refresh_token, client_id: spa.clientId },
      {},
    ),
    token({ grant_type: 'client_credentials' }),
    token({ grant_type: 'client_credentials', resource, scope: 'notes:read' }),
    token({ grant_type: 'client_credentials', ...secret }, {}),
    token(
      {
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: state.web.id_token,
      },
      {},
    ),
    token(
      {
        grant_type: DEVICE_GRANT,
        device_code: String(state.deviceCode['device_code']),
        client_id: device.clientId,
      },
      {},
    ),
    token({ grant_type: CIBA_GRANT, auth_req_id: state.asked }, asker.auth),
    token({
      grant_type: EXCHANGE_GRANT,
      subject_token: state.web.access_token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      resource,
    }),
    post('/oauth/device', { client_id: device.clientId, scope: 'openid' }, state.network),
    post('/oauth/backchannel', { scope: 'openid', login_hint: state.person.email }, asker.auth),
    post(
      '/oauth/authorize-challenge',
      {
        client_id: own.clientId,
        scope: 'openid',
        code_challenge: challengeOf(VERIFIER),
        code_challenge_method: 'S256',
        username: state.person.email,
        password: PASSWORD,
      },
      state.network,
    ),
    post(
      '/oauth/authorize-challenge',
      { client_id: own.clientId, auth_session: state.authSession, password: PASSWORD },
      state.network,
    ),
  ]
}

function lookUps({ web, api }: Apps, state: LiveState): Draft[] {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const asApi = { authorization: `Basic ${btoa(`${api.client_id}:${api.client_secret ?? ''}`)}` }
  return [
    get('/oauth/userinfo', {}, bearer(state.web.access_token)),
    get('/oauth/userinfo', {}, { authorization: `DPoP ${state.web.access_token}`, dpop: state.web.id_token }),
    post('/oauth/userinfo', { access_token: state.spa.access_token }),
    ...[state.web.access_token, state.jwt.access_token, state.machineToken, state.web.refresh_token].map(
      (token) => post('/oauth/introspect', { token }, web.auth),
    ),
    post('/oauth/introspect', { token: state.jwt.access_token }, asApi),
    post(
      '/oauth/introspect',
      { token: state.jwt.access_token, token_type_hint: 'access_token' },
      { ...asApi, accept: 'application/token-introspection+jwt' },
    ),
    post('/oauth/revoke', { token: state.machineToken }, web.auth),
    post('/oauth/revoke', { token: state.jwt.access_token, token_type_hint: 'refresh_token' }, web.auth),
  ]
}

function elsewhere({ web }: Apps, state: LiveState): Draft[] {
  const member = { cookie: state.member, ...BROWSER }
  const hint = { id_token_hint: state.web.id_token, client_id: web.clientId, state: 's' }
  const back = { post_logout_redirect_uri: 'https://app.example.com/bye' }
  const userCode = String(state.deviceCode['user_code'])
  return [
    get('/.well-known/openid-configuration', {}, { 'if-none-match': 'x' }),
    get('/.well-known/oauth-authorization-server'),
    get('/oauth/jwks', {}, { origin: 'https://app.example.com' }),
    get('/oauth/logout', { ...hint, ...back }, { cookie: state.stranger, ...BROWSER }),
    get('/oauth/logout', hint, member),
    post('/oauth/logout', { ...hint, ...back }, BROWSER),
    post('/oauth/logout/confirm', { logout: 'yes', xsrf: 'x' }, member),
    get('/device', { user_code: userCode }, member),
    post('/device', { user_code: userCode, xsrf: 'x' }, member),
    post('/device', { user_code: userCode, xsrf: 'x', confirm: 'yes' }, { ...member, ...state.network }),
  ]
}

function registration({ initialToken }: Apps, { registered }: LiveState): Draft[] {
  const metadata = {
    client_name: 'App',
    redirect_uris: ['https://app.example.com/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    contacts: ['a@example.com'],
    logo_uri: 'https://app.example.com/logo.png',
    scope: 'openid email',
  }
  const bearer = (token: string) => ({
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
  })
  const at = `/oauth/register/${registered.id}`
  return [
    { ...post('/oauth/register', {}, bearer(initialToken.token)), json: metadata },
    { ...post('/oauth/register', {}, { 'content-type': 'application/json' }), json: metadata },
    get(at, {}, bearer(registered.token)),
    {
      ...post(at, {}, bearer(registered.token)),
      method: 'PUT',
      json: { ...metadata, client_id: registered.id },
    },
  ]
}

function ownPages(issuer: string, state: LiveState): Draft[] {
  const { email } = state.person
  const form = (path: string, fields: Fields) =>
    post(
      path,
      { _csrf: state.strangerCsrf, ...fields },
      { cookie: state.stranger, origin: issuer, ...BROWSER, ...state.network },
    )
  const step = (page: LiveState['signIn'], fields: Fields) =>
    post(
      page.path,
      { _csrf: page.csrf, ...fields },
      { cookie: page.cookie, origin: issuer, ...BROWSER, ...state.network },
    )
  const token = 'A'.repeat(43)
  return [
    form('/register', { email: 'new@example.com', name: 'A', password: 'a good long password' }),
    form('/register/resend', { email }),
    form('/forgot', { email }),
    form('/sign-in', { email, password: 'wrong password' }),
    form('/sign-in', { email, password: PASSWORD }),
    form('/activate', { token, password: PASSWORD, code: '123456' }),
    form('/reset', { token, password: 'another good password', code: '123456' }),
    get('/activate', { token }, BROWSER),
    get('/reset', { token }, BROWSER),
    step(state.signIn, { email, password: PASSWORD }),
    step(state.signIn, { email, password: 'wrong password' }),
    step(state.consent, { decision: 'allow' }),
    get(state.consent.path.replace(/\/consent.*/, ''), {}, { cookie: state.consent.cookie, ...BROWSER }),
    get('/', {}, BROWSER),
    get('/mailbox', {}, BROWSER),
    get('/health/ready'),
    get('/health/startup'),
  ]
}

function memberPages(issuer: string, state: LiveState): Draft[] {
  const headers = { cookie: state.member, origin: issuer, ...BROWSER, ...state.network }
  const form = (path: string, fields: Fields) => post(path, { _csrf: state.memberCsrf, ...fields }, headers)
  return [
    get('/account', {}, headers),
    get('/account/password', {}, headers),
    get('/account/security', {}, headers),
    get('/account/security/app', {}, headers),
    get('/account/security/codes', {}, headers),
    get('/account/sessions', {}, headers),
    get('/account/apps', {}, headers),
    get('/account/requests', {}, headers),
    form('/account', { name: 'Somebody' }),
    form('/account/verify', { code: '123456' }),
    form('/account/resend', {}),
    form('/account/password', { currentPassword: 'x', newPassword: 'a good long password' }),
    form('/account/security/confirm', { password: 'x' }),
    form('/account/security/app/confirm', { code: '123456' }),
    form('/account/security/codes/saved', {}),
    form('/account/sessions/end', { id: 'unknown' }),
    form('/account/apps/revoke', { clientId: 'unknown' }),
    form('/account/requests', { id: 'unknown', decision: 'allow' }),
  ]
}

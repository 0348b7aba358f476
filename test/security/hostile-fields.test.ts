import { expect } from 'chai'
import { register } from '../provider/relying-party.ts'
import { anyAddress, cookiesOf, openStage, PASSWORD } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import type { Answer, Sent } from '../provider/send.ts'
import { costMs } from '../support/thread-time.ts'
import { hostileHeader, hostileText, SHAPES, shapesOfTurn } from './hostile.ts'
import { FORMS } from './page-forms.ts'
import { pageRoutes } from './routes.ts'

/** Of the event loop, for one request. */
const ENOUGH_MS = 50
/** What the protocol reads of a body, and our own pages of theirs, with room for the other fields. */
const BODY_BYTES = 54_000
/** What fits into a line of the headers. */
const LINE_LENGTH = 12_000

const listed = (words: string): string[] => words.trim().split(/\s+/)

const ASKED = listed(`
  client_id redirect_uri response_type response_mode scope state nonce prompt max_age ui_locales
  claims_locales id_token_hint login_hint acr_values claims request request_uri resource
  authorization_details code_challenge dpop_jkt code_challenge_method display registration
`)
const CREDENTIALS = ['client_id', 'client_secret', 'client_assertion', 'client_assertion_type']

/** What each address of the protocol reads, beside `with`. */
const ENDPOINTS: { to: string; with?: Record<string, string>; fields: string[] }[] = [
  { to: '/oauth/par', fields: [...ASKED, ...CREDENTIALS] },
  { to: '/oauth/device', fields: [...ASKED, ...CREDENTIALS] },
  { to: '/oauth/backchannel', with: { scope: 'openid' }, fields: ['login_hint'] },
  {
    to: '/oauth/backchannel',
    with: { scope: 'openid', login_hint: 'nobody@example.org' },
    fields: [
      'binding_message',
      'id_token_hint',
      'login_hint_token',
      'user_code',
      'requested_expiry',
      'scope',
    ],
  },
  { to: '/oauth/backchannel', fields: [...ASKED, ...CREDENTIALS, 'client_notification_token'] },
  {
    to: '/oauth/authorize-challenge',
    fields: [...ASKED, ...CREDENTIALS, 'username', 'password', 'otp', 'auth_session'],
  },
  { to: '/oauth/token', fields: ['grant_type', ...CREDENTIALS] },
  {
    to: '/oauth/token',
    with: { grant_type: 'authorization_code' },
    fields: ['code', 'redirect_uri', 'code_verifier', 'resource', 'authorization_details'],
  },
  { to: '/oauth/token', with: { grant_type: 'refresh_token' }, fields: ['refresh_token', 'scope'] },
  { to: '/oauth/token', with: { grant_type: 'client_credentials' }, fields: ['scope', 'resource'] },
  {
    to: '/oauth/token',
    with: { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange' },
    fields: [
      'subject_token',
      'subject_token_type',
      'actor_token',
      'requested_token_type',
      'audience',
      'scope',
    ],
  },
  { to: '/oauth/introspect', fields: ['token', 'token_type_hint'] },
  { to: '/oauth/revoke', fields: ['token', 'token_type_hint'] },
  { to: '/oauth/userinfo', fields: ['access_token', 'scope'] },
  { to: '/oauth/authorize', fields: ASKED },
  { to: '/oauth/logout', fields: ['id_token_hint', 'post_logout_redirect_uri', 'state', 'client_id'] },
  { to: '/oauth/logout/confirm', fields: ['xsrf', 'logout', 'again'] },
  { to: '/device', fields: ['user_code', 'xsrf', 'confirm', 'abort'] },
]

const QUERIES: Record<string, string[]> = {
  '/account/sessions/history': ['before'],
  '/oauth/authorize': ASKED,
  '/oauth/logout': ['id_token_hint', 'post_logout_redirect_uri', 'state', 'ui_locales', 'logout_hint'],
  '/oauth/logout/success': ['client_id'],
  '/device': ['user_code', 'restart'],
  '/sign-in': ['next', 'again', 'late'],
  '/sign-in/code': ['next', 'recovery', 'wrong'],
  '/register': ['email', 'from', 'restart'],
  '/forgot': ['from', 'restart'],
  '/activate': ['token', 'mode'],
  '/reset': ['token'],
  '/not-me': ['token'],
  '/interaction/unknown': ['restart', 'account'],
  '/mailbox': ['to'],
}

/** Addresses that end in something that a stranger chooses. */
const PATHS = listed(`
  /interaction/ /client-logo/ /client-icon/ /mailbox/ /oauth/register/ /oauth/authorize/ /device/ /assets/
  /nothing/ /oauth/statuslists/ /.well-known/
`)

const HEADERS = listed(`
  authorization dpop x-forwarded-for x-forwarded-proto user-agent accept origin accept-language
  accept-encoding content-type referer if-none-match if-modified-since x-request-id
  x-fapi-interaction-id sec-fetch-site client-cert forwarded range
`)
const COOKIES = [
  'session',
  'session.sig',
  'csrf',
  'accounts',
  'device',
  'browser',
  'interaction',
  'resume',
  'second_step',
  'sign_out',
  'mailed_code',
  'trust',
]

describe('64 kB of hostile text', function () {
  this.timeout(600_000)
  let stage: Stage
  let cookie: string
  let csrf: string
  let auth: Record<string, string>

  before(async () => {
    stage = await openStage({ store: 'sqlite', separate: true })
    const member = stage.visitor()
    const { email } = await stage.person()
    await member.signIn({ email, password: PASSWORD })
    csrf = /name="_csrf" value="([^"]*)"/.exec((await member.get('/register')).text)?.[1] ?? ''
    cookie = cookiesOf(member)
    const app = await register(stage, {
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials', CIBA, DEVICE, EXCHANGE],
      backchannel_token_delivery_mode: 'poll',
      first_party: true,
    })
    auth = app.auth
  })
  after(() => stage?.stop())

  const send = (sent: Sent): Promise<Answer | 'closed'> =>
    stage
      .send({ ...sent, headers: { 'x-forwarded-for': anyAddress(), ...sent.headers } })
      .catch((error: NodeJS.ErrnoException) => {
        if (['EPIPE', 'ECONNRESET', 'HPE_CLOSED_CONNECTION'].includes(error.code ?? '')) return 'closed'
        throw error
      })

  let turn = 0

  /** Sends the shapes of this turn and answers what kept the server too long, or broke it. */
  async function faults(what: string, requestOf: (shape: string) => Sent): Promise<string[]> {
    const { pid } = stage.processes[0]!
    const found: string[] = []
    for (const shape of shapesOfTurn(turn++)) {
      let answer: Answer | 'closed' = 'closed'
      const sent = requestOf(shape)
      const cost = await costMs(pid, async () => (answer = await send(sent)), { enough: ENOUGH_MS })
      const { status } = answer === 'closed' ? { status: 400 } : (answer as Answer)
      if (cost >= ENOUGH_MS) found.push(`${what} with ${shape}: ${Math.round(cost)} ms`)
      if (status >= 500) found.push(`${what} with ${shape}: ${status}`)
    }
    return found
  }

  it('takes every shape in its turn', () => {
    const turns = Array.from({ length: SHAPES.length / 2 }, (_, at) => shapesOfTurn(at))
    expect([...new Set(turns.flat())]).to.have.members(SHAPES)
  })

  it('has a list of every form of our pages', () => {
    const posted = pageRoutes().filter(({ method }) => method === 'POST')
    expect(Object.keys(FORMS)).to.include.members([...new Set(posted.map(({ path }) => path))])
  })

  for (const [path, fields] of Object.entries(FORMS))
    it(`in any field of ${path} does not hold the server up [S-3.22]`, async () => {
      const headers = { accept: 'text/html', cookie, origin: stage.issuer }
      for (const field of [...fields, '_csrf']) {
        const form = (shape: string) => ({
          ...Object.fromEntries(fields.map((name) => [name, 'a'])),
          _csrf: csrf,
          [field]: hostileText(shape, BODY_BYTES),
        })
        expect(
          await faults(`${path} ${field}`, (shape) => ({ to: path, form: form(shape), headers })),
          field,
        ).to.eql([])
      }
    })

  for (const { to, with: given, fields } of ENDPOINTS)
    it(`in any parameter of ${to} ${given?.['grant_type'] ?? ''} does not hold the server up [S-3.23]`, async () => {
      for (const field of fields) {
        const isPage = to === '/device' || to.startsWith('/oauth/logout')
        const headers = isPage ? { accept: 'text/html', cookie, origin: stage.issuer } : auth
        const form = (shape: string) => ({ ...given, [field]: hostileText(shape, BODY_BYTES) })
        expect(await faults(`${to} ${field}`, (shape) => ({ to, form: form(shape), headers })), field).to.eql(
          [],
        )
      }
    })

  for (const [path, fields] of Object.entries(QUERIES))
    it(`in the address of ${path} does not hold the server up`, async () => {
      for (const field of fields) {
        const query = (shape: string) =>
          new URLSearchParams({ [field]: hostileText(shape, LINE_LENGTH) }).toString()
        const headers = { accept: 'text/html', cookie }
        expect(
          await faults(`${path}?${field}`, (shape) => ({ to: `${path}?${query(shape)}`, headers })),
          field,
        ).to.eql([])
      }
    })

  it('at the end of any address does not hold the server up', async () => {
    const path = (shape: string) => encodeURIComponent(hostileText(shape, LINE_LENGTH)).slice(0, LINE_LENGTH)
    for (const to of PATHS) {
      const headers = { accept: 'text/html' }
      expect(await faults(to, (shape) => ({ to: to + path(shape), headers })), to).to.eql([])
    }
  })

  it('in any header or cookie does not hold the server up [S-3.24]', async () => {
    for (const to of ['/sign-in', '/oauth/userinfo', '/.well-known/openid-configuration'])
      for (const name of HEADERS) {
        const headers = (shape: string) => ({
          accept: 'text/html',
          [name]: hostileHeader(shape, LINE_LENGTH),
        })
        expect(await faults(`${to} ${name}`, (shape) => ({ to, headers: headers(shape) })), name).to.eql([])
      }
    for (const name of COOKIES) {
      const value = (shape: string) => hostileHeader(shape, LINE_LENGTH)
      const headers = (shape: string) => ({ accept: 'text/html', cookie: `as_${name}=${value(shape)}` })
      for (const to of ['/sign-in', '/account'])
        expect(await faults(`${to} ${name}`, (shape) => ({ to, headers: headers(shape) })), to).to.eql([])
    }
  })

  it('in any part of a registration does not hold the server up', async () => {
    const headers = { ...auth, 'content-type': 'application/json' }
    for (const field of ['client_name', 'redirect_uris', 'jwks', 'scope', 'contacts', 'software_statement']) {
      const body = (shape: string) => JSON.stringify({ [field]: hostileText(shape, BODY_BYTES) })
      const listed = (shape: string) => JSON.stringify({ [field]: [hostileText(shape, BODY_BYTES)] })
      for (const make of [body, listed])
        expect(
          await faults(field, (shape) => ({ to: '/oauth/register', body: make(shape), headers })),
          make.name,
        ).to.eql([])
    }
    for (const body of ['['.repeat(27_000) + ']'.repeat(27_000), '{"a":'.repeat(9000)])
      expect(
        await faults('nested', () => ({ to: '/oauth/register', body, headers })),
        body.slice(0, 10),
      ).to.eql([])
  })
})

const CIBA = 'urn:openid:params:grant-type:ciba'
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code'
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

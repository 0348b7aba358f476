import { expect } from 'chai'
import { CALLBACK, createRegistrar } from './registrar.ts'
import { anyAddress, openStage, sqliteStage, until } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'

const TOOLS = 'https://tools.example.com/fitted'
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code'

/** What VS Code 1.104 sends. */
const VS_CODE = {
  client_name: 'Visual Studio Code',
  client_uri: 'https://code.visualstudio.com',
  grant_types: ['authorization_code', 'refresh_token', DEVICE],
  response_types: ['code'],
  redirect_uris: ['https://vscode.dev/redirect', 'http://127.0.0.1/', 'http://127.0.0.1:33418/'],
  token_endpoint_auth_method: 'none',
  application_type: 'native',
}

const MODES = ['mcp', 'open'] as const

describe('a registration that asks for more than there is', () => {
  const stages = new Map<string, Stage>()

  before(async () => {
    for (const mode of MODES) {
      const env = {
        ACCOUNT_SERVER_CLIENT_REGISTRATION: mode,
        ACCOUNT_SERVER_OPEN_CLIENT_RESOURCES: TOOLS,
        ACCOUNT_SERVER_OPEN_REGISTRATIONS_PER_HOUR: '3',
      }
      const stage = await openStage({ store: 'sqlite', env })
      await stage.createResource({ identifier: TOOLS, scope: 'tools:call tools:list' })
      stages.set(mode, stage)
    }
  })
  after(async () => {
    for (const stage of stages.values()) await stage.stop()
  })

  const register = (body: object, mode: (typeof MODES)[number] = 'mcp') =>
    createRegistrar(stages.get(mode)!).register(body)

  for (const mode of MODES)
    it(`is that of VS Code, with CLIENT_REGISTRATION=${mode}: it becomes a client without the device grant`, async () => {
      const { status, body } = await register(VS_CODE, mode)
      expect(status, JSON.stringify(body)).to.equal(201)
      expect(body).to.deep.include({
        ...VS_CODE,
        grant_types: ['authorization_code', 'refresh_token'],
      })
    })

  const FITTED: [what: string, asked: object, registered: object][] = [
    [
      'all grants of another server',
      { grant_types: ['authorization_code', 'implicit', 'password'] },
      { grant_types: ['authorization_code'] },
    ],
    [
      'hybrid response types',
      { response_types: ['code', 'id_token', 'code id_token'] },
      { response_types: ['code'] },
    ],
    [
      'a method that nobody knows',
      { token_endpoint_auth_method: 'attest_jwt_client_auth' },
      { token_endpoint_auth_method: 'none' },
    ],
    [
      'certificates where there are none',
      { token_endpoint_auth_method: 'tls_client_auth' },
      { token_endpoint_auth_method: 'none' },
    ],
    [
      'an algorithm without assertions',
      { token_endpoint_auth_method: 'none', token_endpoint_auth_signing_alg: 'RS256' },
      { token_endpoint_auth_method: 'none' },
    ],
    ['scopes of another server', { scope: 'openid read:org tools:call' }, { scope: 'openid tools:call' }],
    [
      'nothing but scopes of another server',
      { scope: 'mcp read:org' },
      { scope: 'openid profile email groups roles offline_access' },
    ],
  ]
  for (const [what, asked, registered] of FITTED)
    it(`is fitted, and the answer says so: ${what}`, async () => {
      const { status, body } = await register({ redirect_uris: [CALLBACK], ...asked })
      expect(status, JSON.stringify(body)).to.equal(201)
      expect(body).to.deep.include(registered)
      expect(body).not.to.have.property('token_endpoint_auth_signing_alg')
    })

  it('authenticates by its secret where the method that it named is not offered', async () => {
    const asked = { redirect_uris: [CALLBACK], token_endpoint_auth_method: 'self_signed_tls_client_auth' }
    const { body } = await register(asked, 'open')
    expect(body).to.include({ token_endpoint_auth_method: 'client_secret_basic' })
    expect(body.client_secret).to.be.a('string')
  })

  const REFUSED: [what: string, asked: object, words: RegExp][] = [
    [
      'machines alone',
      { grant_types: ['client_credentials'], response_types: [] },
      /client_credentials needs a client that authenticates/,
    ],
    ['the implicit grant alone', { grant_types: ['implicit'] }, /grant_types.*takes authorization_code/],
    ['the implicit flow alone', { response_types: ['token'] }, /response_types.*takes code/],
    [
      'a device alone',
      { grant_types: [DEVICE, 'refresh_token'], response_types: [] },
      /device_code may not be registered here/,
    ],
    [
      'keys that are missing',
      { token_endpoint_auth_method: 'private_key_jwt' },
      /private_key_jwt needs the public keys/,
    ],
    ['scopes with commas', { scope: 'openid,profile' }, /separate scopes by spaces/],
  ]
  for (const [what, asked, words] of REFUSED)
    it(`is refused with a reason where nothing would be left: ${what}`, async () => {
      const { status, body } = await register({ redirect_uris: [CALLBACK], ...asked })
      expect([status, body.error], JSON.stringify(body)).to.eql([400, 'invalid_client_metadata'])
      expect(body.error_description).to.match(words)
    })

  it('is refused over the limit of the network, which the answer names and the log says once', async () => {
    const stage = stages.get('mcp')!
    const from = { 'x-forwarded-for': anyAddress() }
    const send = () =>
      fetch(`${stage.issuer}/oauth/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...from },
        body: JSON.stringify({ redirect_uris: [CALLBACK] }),
      })
    const statuses: number[] = []
    for (let turn = 0; turn < 3; turn += 1) statuses.push((await send()).status)
    expect(statuses).to.eql([201, 201, 201])
    const [refused] = [await send(), await send()]
    expect(refused.status).to.equal(429)
    const seconds = Number(refused.headers.get('retry-after'))
    expect(seconds).to.be.within(3500, 3600)
    const { error_description: words } = (await refused.json()) as { error_description: string }
    expect(words).to.equal(
      `3 open registrations an hour are taken from one network: try again in ${seconds} seconds`,
    )
    const lines = () =>
      stage
        .log()
        .split('\n')
        .filter((line) => line.includes('"oidc.limited"'))
    await until(() => lines().length > 0, 'the limit is logged')
    expect(lines()).to.have.length(1)
    expect(JSON.parse(lines()[0]!)).to.include({
      limit: 3,
      setting: 'ACCOUNT_SERVER_OPEN_REGISTRATIONS_PER_HOUR',
    })
  })
})

describe('a registration where none is open', () => {
  it('gets an answer that says to ask for a token, and the log names the setting that opens registration', async () => {
    const stage = await sqliteStage()
    const answer = await stage.send({
      to: '/oauth/register',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(VS_CODE),
    })
    expect([answer.status, answer.json()['error']]).to.eql([401, 'invalid_token'])
    expect(answer.json()['error_description']).to.match(/needs an initial access token.*ask the operator/)
    const id = String(answer.headers['x-request-id'])
    const line = () =>
      stage
        .log()
        .split('\n')
        .find((one) => one.includes('oidc.refused') && one.includes(id))
    await until(() => line() !== undefined, 'the refusal is logged')
    expect(JSON.parse(line()!)['setting']).to.contain('ACCOUNT_SERVER_CLIENT_REGISTRATION=mcp or =open')
  })
})

import { expect } from 'chai'
import { allowExchange } from '../../src/protocol/token-exchange/exchange-rules.ts'
import { answer, idOf, registerAsker, requestsOf, signedIn } from '../protocol/ciba/asker.ts'
import { DEVICE_GRANT } from '../protocol/device/device-code.ts'
import { register } from '../provider/relying-party.ts'
import { PASSWORD, sqliteStage } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { discover } from '../support/relying-party.ts'
import { examples, run } from './pages.ts'

describe('the examples without a browser of the app', function () {
  let stage: Stage

  before(async () => {
    stage = await sqliteStage()
  })

  it('get a machine a token that it sends to the API', async () => {
    const identifier = 'https://machine.docs.example/'
    await stage.createResource({ identifier, scope: 'ledger:read' })
    const app = await register(stage, {
      grant_types: ['client_credentials'],
      redirect_uris: [],
      allowed_resources: [identifier],
      scope: 'ledger:read',
    })
    const config = await discover(stage.issuer, app.client)
    const [code = ''] = examples('decoupled.md', 'A machine', 1)
    const sent: { headers: Record<string, string> }[] = []
    const fetch = (_: string, options: { headers: Record<string, string> }) => sent.push(options)
    const { machine } = await run(
      code.replaceAll('https://api.example.com/', identifier),
      { config, fetch },
      ['machine'],
    )
    const { access_token: token } = machine as { access_token: string }
    expect(machine).to.include({ scope: 'ledger:read' })
    expect(sent[0]?.headers).to.eql({ Authorization: `Bearer ${token}` })
  })

  it('connect a device', async () => {
    const tv = await register(stage, {
      redirect_uris: [],
      grant_types: [DEVICE_GRANT, 'refresh_token'],
      token_endpoint_auth_method: 'none',
    })
    const config = await discover(stage.issuer, tv.client)
    const [code = ''] = examples('decoupled.md', 'Devices without a keyboard', 1)
    const { email } = await stage.person()
    const connected: Promise<unknown>[] = []
    const show = (userCode: string) => connected.push(connect(userCode, email))
    const { tokens } = await run(code, { config, show }, ['tokens'])
    await Promise.all(connected)
    expect(tokens).to.include.keys('access_token', 'refresh_token', 'id_token')
    const { email: another } = await stage.person()
    const refuse = (userCode: string) => void connected.push(connect(userCode, another, 'deny'))
    const offerAgain = (reason: string) => ({ reason })
    expect(await run(code, { config, show: refuse, offerAgain })).to.eql({ reason: 'access_denied' })
    await Promise.all(connected)
  })

  async function connect(userCode: string, email: string, decision = 'allow'): Promise<void> {
    const visitor = await signedIn(stage, email)
    const consent = await visitor.followForm(await visitor.get('/device'), { user_code: userCode })
    await visitor.followForm(consent, { decision }, { action: '/consent' })
  }

  it('ask behind the scenes', async () => {
    const bank = await registerAsker(stage)
    const config = await discover(stage.issuer, bank.client)
    const [code = ''] = examples('decoupled.md', 'Asking behind the scenes (CIBA)', 2)
    const { email } = await stage.person()
    const visitor = await signedIn(stage, email)
    const mine = code.replace('person@example.com', email).replace(/^let tokens/m, 'await allow()\n$&')
    const allow = async () => {
      const page = await requestsOf(visitor)
      expect(page.text).to.contain('Transfer 4-7-1')
      await answer(visitor, page, 'allow')
    }
    const { tokens } = await run(mine, { config, allow }, ['tokens'])
    expect(tokens).to.include.keys('access_token', 'id_token')
  })

  it('take a ping, and what it brings', async () => {
    const bank = await registerAsker(stage)
    const config = await discover(stage.issuer, bank.client)
    const [, code = ''] = examples('decoupled.md', 'Asking behind the scenes (CIBA)', 2)
    const { email } = await stage.person()
    const asked = await bank.call('/oauth/backchannel', { scope: 'openid', login_hint: email })
    const visitor = await signedIn(stage, email)
    await answer(visitor, await requestsOf(visitor), 'allow')
    const statuses: number[] = []
    const response = { writeHead: (status: number) => (statuses.push(status), { end: () => undefined }) }
    const notified = (authorization: string) =>
      Object.assign([JSON.stringify({ auth_req_id: idOf(asked) })], { headers: { authorization } })
    const given = { config, response, notificationToken: 'a-token' }
    await run(code, { ...given, request: notified('Bearer forged') })
    const { tokens } = await run(code, { ...given, request: notified('Bearer a-token') }, ['tokens'])
    for (const body of ['', 'no JSON', '{}', '"'.repeat(20_000)]) {
      const odd = Object.assign([body], { headers: { authorization: 'Bearer a-token' } })
      await run(code, { ...given, request: odd })
    }
    expect(statuses).to.eql([401, 204, 400, 400, 400, 413])
    expect(tokens).to.include.keys('access_token', 'id_token')
  })

  it('exchange a token', async () => {
    const target = 'https://ledger.example.com/'
    const known = await stage.parts.db('resources').where({ identifier: target }).first('identifier')
    if (!known) await stage.createResource({ identifier: target, scope: 'ledger:read' })
    const api = `https://front.docs.example/`
    const { client } = await stage.createResource({ identifier: api, scope: 'ledger:read' })
    const rule = { resource: target, scopes: 'ledger:read', impersonation: true, delegation: true }
    await allowExchange(stage.parts, { clientId: client.client_id, ...rule })
    const app = await register(stage, { allowed_resources: [api] })
    const asked = { resource: api, scope: 'openid ledger:read' }
    const { access_token: tokenOfThePerson } = await app.tokensFor(await stage.person(), asked)
    const config = await discover(stage.issuer, client)
    const [code = ''] = examples('decoupled.md', 'Exchanging tokens (RFC 8693)', 1)
    const { exchanged } = await run(code, { config, tokenOfThePerson }, ['exchanged'])
    expect(exchanged).to.include({ scope: 'ledger:read' })
  })

  it('sign in without a browser, and send to one', async () => {
    const app = await register(stage, {
      first_party: true,
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['com.example.app:/callback'],
    })
    const config = await discover(stage.issuer, app.client)
    const [code = ''] = examples('decoupled.md', 'Signing in without a browser', 1)
    const opened: string[] = []
    const shown: unknown[] = []
    const given = {
      config,
      clientId: app.clientId,
      password: PASSWORD,
      remembered: undefined,
      openBrowser: (address: string) => opened.push(address),
      showForm: (error: string) => shown.push(error),
    }
    const { email } = await stage.person()
    const made = await run(code, { ...given, email }, ['tokens', 'auth_session'])
    expect(made['tokens']).to.include.keys('access_token', 'refresh_token', 'id_token')
    await run(code, { ...given, email, remembered: made['auth_session'], password: 'wrong' })
    expect(shown).to.eql(['insufficient_authorization'])
    const unconfirmed = await stage.person({ verified: false })
    await run(code, { ...given, email: unconfirmed.email })
    expect((await stage.visitor().get(opened[0] ?? '')).status).to.equal(200)
  })
})

import { expect } from 'chai'
import { answerRequest } from '../../src/protocol/ciba/answer-request.ts'
import { digest } from '../../src/platform/tokens.ts'
import { createProver } from './binding/prover.ts'
import type { Prover } from './binding/prover.ts'
import {
  answer,
  CIBA_GRANT,
  errorOf,
  idOf,
  registerAsker,
  requestsOf,
  rest,
  signedIn,
} from '../protocol/ciba/asker.ts'
import { DEVICE_GRANT } from '../protocol/device/device-code.ts'
import type { Issued } from '../protocol/device/device-code.ts'
import { basic } from './send.ts'
import { register } from './relying-party.ts'
import type { Party } from './relying-party.ts'
import { PASSWORD, sqliteStage } from './stage.ts'
import type { Stage } from './stage.ts'

describe('clients that wait for a person', function () {
  let stage: Stage
  let prover: Prover

  before(async () => {
    stage = await sqliteStage()
    prover = await createProver()
  })

  const proofed = async (party: Party) => ({
    ...party.auth,
    dpop: await prover.prove({ url: `${stage.issuer}/oauth/token` }),
  })

  it('get tokens bound to the key of the one who asked for them at the token endpoint (RFC 9449)', async () => {
    const { email } = await stage.person()
    const bank = await registerAsker(stage, { dpop_bound_access_tokens: true })
    const asked = await bank.call('/oauth/backchannel', { scope: 'openid', login_hint: email })
    const form = { grant_type: CIBA_GRANT, auth_req_id: idOf(asked) }
    const visitor = await signedIn(stage, email)
    await answer(visitor, await requestsOf(visitor), 'allow')
    const unproved = await bank.call('/oauth/token', form)
    expect([unproved.status, errorOf(unproved)]).to.eql([400, 'invalid_grant'])
    await rest(stage, idOf(asked))
    const tokens = await bank.call('/oauth/token', form, await proofed(bank))
    expect(tokens.json(), tokens.text).to.include({ token_type: 'DPoP' })

    const tv = await register(stage, {
      redirect_uris: [],
      grant_types: [DEVICE_GRANT],
      token_endpoint_auth_method: 'none',
      dpop_bound_access_tokens: true,
    })
    const issued = (await tv.call('/oauth/device', { scope: 'openid' })).json() as Issued
    const page = await visitor.followForm(await visitor.get('/device'), { user_code: issued.user_code })
    await visitor.followForm(page, { decision: 'allow' })
    const device = { grant_type: DEVICE_GRANT, device_code: issued.device_code }
    const connected = await tv.call('/oauth/token', device, await proofed(tv))
    expect(connected.json(), connected.text).to.include({ token_type: 'DPoP' })
  })

  it('get tokens for the resource servers that the person saw (RFC 8707)', async () => {
    const identifier = 'https://ledger.waiting.example/'
    const { client } = await stage.createResource({
      identifier,
      name: 'Ledger',
      scope: 'ledger:read ledger:write',
      scope_texts: { 'ledger:read': 'See your balance' },
    })
    const scope = 'openid ledger:read'
    const bank = await registerAsker(stage, { allowed_resources: [identifier], scope })
    const { email } = await stage.person()
    const asked = await bank.call('/oauth/backchannel', { scope, resource: identifier, login_hint: email })
    const visitor = await signedIn(stage, email)
    const page = await requestsOf(visitor)
    expect(page.text).to.contain('See your balance (Ledger)').and.not.contain('ledger:write')
    await answer(visitor, page, 'allow')
    const form = { grant_type: CIBA_GRANT, auth_req_id: idOf(asked), resource: identifier }
    const { access_token: token } = (await bank.call('/oauth/token', form)).json()
    const headers = basic(client.client_id, client.client_secret!)
    const seen = await stage.send({ to: '/oauth/introspect', form: { token: String(token) }, headers })
    expect(seen.json()).to.include({ active: true, scope: 'ledger:read', aud: identifier })
  })

  it('can be answered again when the first answer failed to be stored', async () => {
    const { email, id: accountId } = await stage.person()
    const bank = await registerAsker(stage)
    const id = idOf(await bank.call('/oauth/backchannel', { scope: 'openid', login_hint: email }))
    const broken = () => {
      throw new Error('the store is away')
    }
    const { clock } = stage.parts
    const away = { ...stage.parts, oidc: { current: broken }, findResource: async () => undefined }
    const given = { requestDigest: digest(id), accountId, answer: 'approved' as const }
    const failed = answerRequest(away, { ...given, signedInAtMs: clock(), amr: ['pwd'] })
    expect(await failed.catch((error: unknown) => String(error))).to.contain('the store is away')
    const visitor = await signedIn(stage, email)
    await answer(visitor, await requestsOf(visitor), 'allow')
    const tokens = await bank.call('/oauth/token', { grant_type: CIBA_GRANT, auth_req_id: id })
    expect(tokens.status).to.equal(200)
  })

  it('are not refused because a browser lost its session on the way', async () => {
    const { email } = await stage.person()
    const tv = await register(stage, {
      redirect_uris: [],
      grant_types: [DEVICE_GRANT],
      token_endpoint_auth_method: 'none',
    })
    const issued = (await tv.call('/oauth/device', { scope: 'openid' })).json() as Issued
    const visitor = stage.visitor()
    await visitor.signIn({ email, password: PASSWORD })
    const consent = await visitor.followForm(await visitor.get('/device'), { user_code: issued.user_code })
    const allowed = await visitor.followForm(
      consent,
      { decision: 'allow' },
      { action: '/consent', follow: false },
    )
    await visitor.followForm(await visitor.get('/oauth/logout'), { logout: 'yes' })
    const lost = await visitor.get(allowed.headers.get('location')!)
    // The address has the code, and leads to its question once somebody is signed in.
    expect(lost.heading).to.equal('Sign in')
    const poll = await tv.call('/oauth/token', { grant_type: DEVICE_GRANT, device_code: issued.device_code })
    expect(errorOf(poll)).to.equal('authorization_pending')
  })
})

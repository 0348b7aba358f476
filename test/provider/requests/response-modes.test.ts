import { expect } from 'chai'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { Account } from '../../../src/accounts/account.ts'
import { formsOf } from '../../support/visitor.ts'
import type { Visited } from '../../support/visitor.ts'
import { callbackOf, register, signIn } from '../relying-party.ts'
import type { Party } from '../relying-party.ts'
import { sqliteStage } from '../stage.ts'
import type { Stage } from '../stage.ts'

const PLAIN = ['query', 'fragment', 'form_post', 'web_message']
const SIGNED = ['jwt', ...PLAIN.map((mode) => `${mode}.jwt`)]

describe('the answer to an authorization request', function () {
  let stage: Stage
  let app: Party
  let person: Account
  let visitor: ReturnType<Stage['visitor']>

  before(async () => {
    stage = await sqliteStage()
    app = await register(stage)
    person = await stage.person()
    visitor = stage.visitor()
    await signIn(visitor, app.authorizePath({ scope: 'openid' }), person)
  })

  const ask = (mode: string, given: Record<string, string | undefined> = {}, party = app) =>
    visitor.get(party.authorizePath({ scope: 'openid', prompt: undefined, response_mode: mode, ...given }))
  const verified = async (response: string | undefined) => {
    const keys = createRemoteJWKSet(new URL(`${stage.issuer}/oauth/jwks`))
    const options = { issuer: stage.issuer, audience: app.clientId }
    return (await jwtVerify(response ?? '', keys, options)).payload
  }

  for (const mode of PLAIN)
    it(`comes by ${mode}, on success and on failure`, async () => {
      const success = answerOf(mode, await ask(mode))
      expect(success).to.include({ state: 'a-state', iss: stage.issuer })
      expect(await app.redeem(success['code'] ?? '')).to.include({ status: 200 })
      const failure = answerOf(mode, await stage.visitor().get(failing(app, mode)))
      expect(failure).to.include({ error: 'login_required', state: 'a-state', iss: stage.issuer })
    })

  for (const mode of SIGNED)
    it(`comes signed by ${mode} (JARM), on success and on failure`, async () => {
      const success = await verified(answerOf(mode, await ask(mode))['response'])
      expect(success).to.include({ state: 'a-state', iss: stage.issuer, aud: app.clientId })
      expect(Number(success.exp) - Date.now() / 1000).to.be.within(1, 600)
      expect(await app.redeem(String(success['code']))).to.include({ status: 200 })
      const page = await stage.visitor().get(failing(app, mode))
      const failure = await verified(answerOf(mode, page)['response'])
      expect(failure).to.include({ error: 'login_required', state: 'a-state' })
    })

  it('by form_post and web_message runs only the one script that its policy allows', async () => {
    for (const [mode, source] of [
      ['form_post', /script-src 'self';/],
      ['form_post.jwt', /script-src 'self';/],
      ['web_message', /script-src 'sha256-[\w+/=]{44}'/],
    ] as const) {
      const page = await ask(mode)
      const policy = page.headers.get('content-security-policy') ?? ''
      expect(policy, mode).to.match(source)
      expect(page.text.match(/<script/g), mode).to.have.lengthOf(1)
      expect(policy, mode).not.to.contain('unsafe-inline')
      expect(page.headers.get('cache-control'), mode).to.equal('no-store')
    }
  })

  it('is refused by a mode that is unknown, and by one that the client did not register', async () => {
    expect(callbackOf(await ask('carrier_pigeon'))).to.include({ error: 'unsupported_response_mode' })
    const strict = await register(stage, { response_modes: ['jwt'] })
    expect(callbackOf(await ask('query', {}, strict))).to.include({ error: 'invalid_request' })
    const answer = callbackOf(await stage.visitor().get(failing(strict, 'jwt')))
    expect(answer).to.have.all.keys('response')
  })

  it('never carries text from the request unescaped', async () => {
    const state = `"><script>alert(1)</script>'&amp;&lt;\u2028`
    for (const mode of ['form_post', 'web_message']) {
      const page = await ask(mode, { state })
      expect(page.text, mode).not.to.contain('<script>alert(1)')
      if (mode === 'form_post') expect(answerOf(mode, page)['state'], mode).to.equal(state)
    }
  })

  it('discovery names these modes and no others', async () => {
    const metadata = (await stage.send({ to: '/.well-known/openid-configuration' })).json()
    expect(metadata['response_modes_supported']).to.have.members([...PLAIN, ...SIGNED])
    expect(metadata['prompt_values_supported']).to.have.members([
      'none',
      'login',
      'consent',
      'select_account',
      'create',
    ])
    expect(metadata['ui_locales_supported']).to.eql(['en', 'zh-CN', 'ru'])
    expect(metadata['request_object_signing_alg_values_supported']).not.to.match(/HS|none/)
    expect(metadata).to.deep.include({
      claims_parameter_supported: true,
      request_parameter_supported: true,
      request_uri_parameter_supported: false,
      pushed_authorization_request_endpoint: `${stage.issuer}/oauth/par`,
    })
  })
})

function failing(party: Party, mode: string): string {
  return party.authorizePath({ scope: 'openid', prompt: 'none', response_mode: mode })
}

/** The parameters of an answer, in any response mode. */
function answerOf(mode: string, page: Visited): Record<string, string> {
  if (mode.startsWith('form_post')) return formsOf(page.text.replace(/\/>/g, '>'))[0]?.hidden ?? {}
  if (!mode.startsWith('web_message')) return callbackOf(page)
  const data = /var data = (\{.*\});/.exec(page.text)?.[1] ?? '{}'
  return (JSON.parse(data) as { response: Record<string, string> }).response
}

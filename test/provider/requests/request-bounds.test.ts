import { expect } from 'chai'
import { CIBA_GRANT, DEVICE_GRANT } from '../../../src/clients/client-choices.ts'
import { isMounted, mountedGrants, withMounted } from '../../support/mounted.ts'
import { register } from '../relying-party.ts'
import type { Party } from '../relying-party.ts'
import { STAGES } from '../stage.ts'
import type { Stage } from '../stage.ts'

const [{ stage: opened }] = STAGES

describe('The size of what a protocol request carries', function () {
  let stage: Stage
  let app: Party

  before(async () => {
    stage = await opened()
    app = await register(stage, {
      grant_types: mountedGrants(['authorization_code', 'client_credentials', CIBA_GRANT, DEVICE_GRANT]),
      ...(isMounted('ciba') && { backchannel_token_delivery_mode: 'poll' }),
    })
  })

  const long = 'a '.repeat(10_000)
  type Bound = [path: string, parameter: string, most: number]
  const ALWAYS: Bound[] = [
    ['/oauth/par', 'scope', 4096],
    ['/oauth/par', 'state', 8192],
    ['/oauth/token', 'code_verifier', 200],
    ['/oauth/introspect', 'token_type_hint', 4096],
    ['/oauth/revoke', 'token_type_hint', 4096],
  ]
  const BOUNDS = withMounted(ALWAYS, {
    device: [['/oauth/device', 'scope', 4096]],
    ciba: [['/oauth/backchannel', 'login_hint', 1000]],
    challenge: [['/oauth/authorize-challenge', 'login_hint', 1000]],
  })
  for (const [path, parameter, most] of BOUNDS)
    it(`is bounded at ${path}: ${parameter} takes ${most} characters, and the answer says so [S-3.26]`, async () => {
      const answer = await app.call(path, { [parameter]: long })
      expect(answer.status).to.equal(400)
      expect(answer.json()).to.include({
        error: 'invalid_request',
        error_description: `${parameter} has 20000 characters, takes at most ${most}`,
      })
    })

  it('is bounded for a parameter that may be there more than once', async () => {
    const resource = Array.from({ length: 60 }, (_, at) => `https://api-${at}.example.org`)
    const answer = await app.call('/oauth/token', { grant_type: 'client_credentials', resource })
    expect(answer.json()).to.include({ error_description: 'resource was sent 60 times, takes at most 50' })
  })

  it('is named in the answer to the app, and on a page where no answer can reach the app', async () => {
    const prompt = 'login '.repeat(100)
    const visitor = stage.visitor()
    const page = await visitor.get(app.authorizePath({ prompt }))
    const location = page.headers.get('location') ?? ''
    const told = location ? decodeURIComponent(location.replaceAll('+', ' ')) : page.text
    expect(told).to.contain('prompt has 600 characters, takes at most 200')
  })

  it('is refused in every way that an answer can go to an app', async () => {
    for (const response_mode of ['query', 'form_post', 'fragment', 'jwt', 'query.jwt', 'form_post.jwt']) {
      const to = app.authorizePath({ response_mode, prompt: 'login '.repeat(100) })
      const answer = await stage.send({ to, headers: { accept: 'text/html' } })
      expect(answer.status, `${response_mode} ${answer.text}`).to.be.below(500)
      const location = answer.headers.location ?? ''
      if (response_mode === 'query.jwt')
        expect(new URL(location).searchParams.get('response'), response_mode).to.match(/^ey/)
    }
  })

  it('is large enough for what apps send: a large state, a signed request, many scopes', async () => {
    const state = 's'.repeat(6000)
    const answer = await app.call('/oauth/par', {
      ...Object.fromEntries(new URL(app.authorizePath(), stage.issuer).searchParams),
      state,
    })
    expect(answer.status, answer.text).to.equal(201)
  })
})

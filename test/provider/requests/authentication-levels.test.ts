import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { Account } from '../../../src/accounts/account.ts'
import { LEVELS } from '../../../src/accounts/levels.ts'
import { callbackOf, register, signIn } from '../relying-party.ts'
import type { Fields, Party, Tokens } from '../relying-party.ts'
import { basic } from '../send.ts'
import { STAGES } from '../stage.ts'
import type { Stage } from '../stage.ts'

const [PASSWORD_LEVEL, SECOND_FACTOR] = LEVELS

for (const { name, stage: open } of STAGES)
  describe(`levels of authentication, on two processes with ${name}`, function () {
    let stage: Stage
    let app: Party
    let person: Account
    let visitor: ReturnType<Stage['visitor']>

    before(async () => {
      stage = await open()
      app = await register(stage)
      person = await stage.person()
      visitor = stage.visitor()
      await signIn(visitor, app.authorizePath({ scope: 'openid' }), person)
    })

    const path = (given: Fields) => app.authorizePath({ scope: 'openid', prompt: undefined, ...given })
    const acr = (request: object) => JSON.stringify({ id_token: { acr: request } })
    const tokens = async (url: URL) => (await app.redeem(url.searchParams.get('code') ?? '')).json() as Tokens
    const UNMET: [string, Fields][] = [
      ['an essential acr claim that is unknown', { claims: acr({ essential: true, values: ['urn:other'] }) }],
      [
        'an essential acr claim beside acr_values that could be met',
        { acr_values: PASSWORD_LEVEL, claims: acr({ essential: true, value: 'urn:other' }) },
      ],
    ]
    for (const [what, given] of UNMET)
      it(`${what} ends in unmet_authentication_requirements before anybody is asked to sign in [S-1.26]`, async () => {
        for (const browser of [visitor, stage.visitor()])
          for (const prompt of [undefined, 'none']) {
            const answer = callbackOf(await browser.get(path({ ...given, prompt })))
            expect(answer, String(prompt)).to.include({
              error: 'unmet_authentication_requirements',
              state: 'a-state',
            })
            expect(answer['error_description'], String(prompt)).to.contain(PASSWORD_LEVEL)
          }
      })

    it('a level that can be met is met, and the ID token says so', async () => {
      const asked: Fields[] = [
        { acr_values: PASSWORD_LEVEL },
        { acr_values: `${SECOND_FACTOR} ${PASSWORD_LEVEL}` },
        { claims: acr({ essential: true, values: [SECOND_FACTOR, PASSWORD_LEVEL] }) },
        { claims: acr({ essential: true }) },
      ]
      for (const given of asked) {
        const answer = await tokens(await signIn(visitor, path(given), person))
        expect(decodeJwt(answer.id_token), JSON.stringify(given)).to.include({ acr: PASSWORD_LEVEL })
      }
    })

    it('an unknown voluntary value is ignored', async () => {
      const answer = await tokens(await signIn(visitor, path({ acr_values: '1 2' }), person))
      expect(decodeJwt(answer.id_token)).to.include({ acr: PASSWORD_LEVEL })
    })

    it('an acr claim of the wrong shape is the app\u2019s fault', async () => {
      for (const request of [{ essential: true, values: 'urn:x' }, { value: 1 }])
        expect(
          callbackOf(await visitor.get(path({ claims: acr(request) }))),
          JSON.stringify(request),
        ).to.include({
          error: 'invalid_request',
        })
    })

    it('discovery names the levels that can be reached', async () => {
      const metadata = (await stage.send({ to: '/.well-known/openid-configuration' })).json()
      expect(metadata['acr_values_supported']).to.eql([...LEVELS])
    })

    it('a resource server sees when and how strongly somebody signed in, and gets a fresh sign-in by max_age (RFC 9470)', async () => {
      const identifier = `https://api.example/levels-${name.length}`
      const { client } = await stage.createResource({ identifier, scope: 'api:pay' })
      const shop = await register(stage, { allowed_resources: [identifier] })
      const browser = stage.visitor()
      const asking = (given: Fields) =>
        shop.authorizePath({ scope: 'openid api:pay', resource: identifier, prompt: undefined, ...given })
      const seen = async (url: URL) => {
        const code = url.searchParams.get('code') ?? ''
        const { access_token } = (await shop.redeem(code, { resource: identifier })).json() as Tokens
        const headers = basic(client.client_id, client.client_secret ?? '')
        return (await stage.send({ to: '/oauth/introspect', form: { token: access_token }, headers })).json()
      }
      const first = await seen(await signIn(browser, asking({}), person))
      expect(first).to.include({ active: true, acr: PASSWORD_LEVEL })
      expect(Number(first['auth_time'])).to.be.closeTo(Date.now() / 1000, 30)
      // The API answers 401 insufficient_user_authentication with max_age; the app asks anew with it.
      const again = await browser.get(asking({ max_age: '0' }))
      expect(again.heading).to.equal('Sign in')
      const second = await seen(await signIn(browser, asking({ max_age: '0' }), person))
      expect(Number(second['auth_time'])).to.be.at.least(Number(first['auth_time']))
    })
  })

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { expect } from 'chai'
import type { Account } from '../../../src/accounts/account.ts'
import { locate } from '../../../src/grant-store/token-ids.ts'
import { callbackOf, register, signIn } from '../relying-party.ts'
import type { Fields, Party } from '../relying-party.ts'
import { basic } from '../send.ts'
import { PASSWORD, STAGES } from '../stage.ts'
import type { Stage } from '../stage.ts'

for (const { name, stage: open } of STAGES)
  describe(`a pushed authorization request (RFC 9126), on two processes with ${name}`, function () {
    let stage: Stage
    let app: Party
    let strict: Party
    let person: Account

    before(async () => {
      stage = await open()
      app = await register(stage)
      strict = await register(stage, {
        require_pushed_authorization_requests: true,
        client_uri: 'https://app.example.com/start',
      })
      person = await stage.person()
    })

    const push = (party: Party, given: Fields = {}, headers?: Record<string, string>) =>
      party.call('/oauth/par', fieldsOf(party, given), headers)
    const pushed = async (party: Party, given: Fields = {}) => {
      const answer = await push(party, given)
      expect(answer.status, answer.text).to.equal(201)
      return String(answer.json()['request_uri'])
    }

    it('is taken from its client, kept for a minute, and answered with nothing but a code', async () => {
      const answer = await push(strict)
      expect(answer).to.include({ status: 201 })
      expect(answer.headers['cache-control']).to.equal('no-store')
      expect(answer.json()).to.include({ expires_in: 60 })
      const requestUri = String(answer.json()['request_uri'])
      expect(requestUri).to.match(/^urn:ietf:params:oauth:request_uri:[\w-]{20,}$/)
      const url = await signIn(stage.visitor(), withRequest(strict, requestUri), person)
      expect([...url.searchParams.keys()].sort()).to.eql(['code', 'iss', 'state'])
      const tokens = await strict.redeem(url.searchParams.get('code')!)
      expect(tokens.status, tokens.text).to.equal(200)
    })

    it('is refused to a stranger, for a wrong secret, and for every fault that an authorization request is refused for [S-1.18]', async () => {
      expect((await push(app, {}, {})).status).to.be.oneOf([400, 401])
      expect((await push(app, {}, basic(app.clientId, 'wrong'))).json()).to.include({
        error: 'invalid_client',
      })
      const faults: [Fields, string][] = [
        [{ redirect_uri: 'https://evil.example/' }, 'invalid_request'],
        [{ code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
        [{ response_type: 'token' }, 'unsupported_response_type'],
        [{ request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 'request_uri_not_supported'],
        [{ resource: 'https://unknown.example/' }, 'invalid_target'],
        [{ scope: ['openid', 'email'] }, 'invalid_request'],
      ]
      for (const [given, error] of faults) {
        const answer = await push(app, given)
        expect(answer.status, JSON.stringify(given)).to.equal(400)
        expect(answer.json(), JSON.stringify(given)).to.include({ error })
      }
    })

    it('belongs to its client alone [S-1.19]', async () => {
      const requestUri = await pushed(app)
      const answer = await stage.visitor().get(withRequest(strict, requestUri))
      expect(answer.status).to.equal(400)
      expect(answer.headers.get('location')).to.equal(null)
    })

    it('takes nothing from the front channel beside it', async () => {
      const requestUri = await pushed(app, { scope: 'openid', state: 'pushed' })
      const path = `${withRequest(app, requestUri)}&scope=openid+email&state=other&redirect_uri=https://evil.example/`
      const url = await signIn(stage.visitor(), path, person)
      expect(url.origin + url.pathname).to.equal(app.redirectUri)
      expect(url.searchParams.get('state')).to.equal('pushed')
      const tokens = (await app.redeem(url.searchParams.get('code')!)).json()
      expect(tokens['scope']).to.equal('openid')
    })

    it('gives one answer, however often it is opened and by however many at once [S-1.20]', async () => {
      const visitor = stage.visitor()
      await signIn(visitor, app.authorizePath({ scope: 'openid' }), person)
      const requestUri = await pushed(app, { scope: 'openid', prompt: undefined })
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => visitor.get(withRequest(app, requestUri), { follow: false })),
      )
      const told = answers.map((answer) => (answer.headers.get('location') ? callbackOf(answer) : {}))
      expect(told.filter(({ code }) => code)).to.have.length(1)
      const late = await visitor.get(withRequest(app, requestUri))
      expect(late.status).to.equal(400)
      expect(late.text).to.contain('request_uri is invalid, expired, or was already used')
    })

    it('gives one answer also to two pages that were opened in time and finished late', async () => {
      const requestUri = await pushed(app, { scope: 'openid' })
      const [one, two] = [stage.visitor(), stage.visitor()]
      const first = await one.get(withRequest(app, requestUri))
      const second = await two.get(withRequest(app, requestUri))
      await expire(stage, requestUri)
      const codes = []
      for (const [visitor, page] of [
        [one, first],
        [two, second],
      ] as const)
        codes.push(callbackOf(await finish(visitor, page, person))['code'])
      expect(codes.filter(Boolean)).to.have.length(1)
    })

    it('is refused once its minute is over [S-1.21][C-fapi2-security/par-attempt-to-use-expired-request_uri]', async () => {
      const requestUri = await pushed(app)
      await expire(stage, requestUri)
      const answer = await stage.visitor().get(withRequest(app, requestUri))
      expect(answer.status).to.equal(400)
      expect(answer.text).to.contain('request_uri is invalid, expired, or was already used')
    })

    it('must be used by a client that requires it [S-1.22]', async () => {
      const answer = await stage.send({ to: strict.authorizePath() })
      expect(callbackOf(answer)).to.include({ error: 'invalid_request' })
      expect(callbackOf(answer)['error_description']).to.contain('Pushed Authorization Request must be used')
    })

    it('is not repeated in the clear when its page was lost: the person is led back to the app [S-6.11]', async () => {
      const visitor = stage.visitor()
      const page = await visitor.get(withRequest(strict, await pushed(strict)))
      expect(page.heading).to.equal('Sign in')
      const carried = [page.url.href, ...visitor.cookies().map(({ value }) => value)]
      for (const text of carried) {
        const plain = decodeURIComponent(text) + Buffer.from(text, 'base64url').toString('latin1')
        expect(plain, text).not.to.match(/a-state|code_challenge|redirect_uri|offline_access/)
      }
      visitor.clearCookies()
      const lost = await visitor.get(page.url)
      expect(lost.status).to.equal(410)
      expect(lost.text).to.contain('href="https://app.example.com/start"')
      expect(lost.text).not.to.contain('/oauth/authorize')
    })

    it('at another address is refused, and nobody asks there [S-1.23]', async () => {
      let asked = 0
      const trap = createServer((_request, response) => {
        asked += 1
        response.end('{}')
      }).listen(0, '127.0.0.1')
      await once(trap, 'listening')
      const { port } = trap.address() as AddressInfo
      for (const requestUri of [
        `http://127.0.0.1:${port}/r`,
        `https://127.0.0.1:${port}/r`,
        'file:///etc/passwd',
      ]) {
        const answer = await stage.send({ to: app.authorizePath({ request_uri: requestUri }) })
        expect(callbackOf(answer), requestUri).to.include({ error: 'request_uri_not_supported' })
      }
      trap.close()
      expect(asked).to.equal(0)
    })

    it('that is unknown or empty is refused', async () => {
      for (const requestUri of [
        'urn:ietf:params:oauth:request_uri:unknown',
        'urn:ietf:params:oauth:request_uri:',
      ]) {
        const answer = await stage.visitor().get(withRequest(app, requestUri))
        expect(answer.status, requestUri).to.equal(400)
      }
    })
  })

function fieldsOf(party: Party, given: Fields): Fields {
  const url = new URL(
    party.authorizePath({ ...given, resource: undefined, scope: undefined }),
    'http://server',
  )
  const { scope = 'openid email profile offline_access', resource } = given
  return { ...Object.fromEntries(url.searchParams), scope, resource }
}

function withRequest(party: Party, requestUri: string): string {
  return `/oauth/authorize?${new URLSearchParams({ client_id: party.clientId, request_uri: requestUri })}`
}

/** As if its minute had passed. */
async function expire({ parts }: Stage, requestUri: string): Promise<void> {
  const { key } = locate('PushedAuthorizationRequest', requestUri.split(':').at(-1)!)!
  await parts.store.remove(`${key}:body`)
}

type Visitor = ReturnType<Stage['visitor']>
type Visited = Awaited<ReturnType<Visitor['get']>>

async function finish(visitor: Visitor, page: Visited, { email }: Account): Promise<Visited> {
  const consent = await visitor.followForm(page, { email, password: PASSWORD }, { action: '/sign-in' })
  if (consent.headers.get('location')) return consent
  const done = await visitor.followForm(consent, { decision: 'allow' }, { action: '/consent' })
  return done
}

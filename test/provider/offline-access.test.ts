import { expect } from 'chai'
import type { ClientInput } from '../../src/clients/client-metadata.ts'
import { DEVICE_GRANT } from '../protocol/device/device-code.ts'
import { callbackOf, register, signIn } from './relying-party.ts'
import type { Fields, Party, Tokens } from './relying-party.ts'
import { PASSWORD, STAGES } from './stage.ts'
import type { Stage } from './stage.ts'

const STAY = 'Stay connected when you’re not there'
const ENDS = 'Ends after 30 days without use, after 1 year at the latest, or when you remove it.'
const OFFLINE = { scope: 'openid offline_access', prompt: undefined }
const API = 'https://offline-tools.example/'
const DAY_SECONDS = 86_400

for (const { name, stage: open } of STAGES)
  describe(`offline access, on two processes with ${name}`, function () {
    let stage: Stage
    let app: Party

    before(async () => {
      stage = await open()
      await stage.createResource({ identifier: API, name: 'Tools', scope: 'tools:call' })
      app = await register(stage)
    })

    /** The consent page that a person sees after signing in for this app. */
    async function consentFor(party: Party, given: Fields) {
      const [person, visitor] = [await stage.person(), stage.visitor()]
      const first = await visitor.get(party.authorizePath(given))
      const page = await visitor.followForm(first, { email: person.email, password: PASSWORD })
      return { person, visitor, page }
    }

    async function redeemed(party: Party, location: URL, given: Fields = {}): Promise<Tokens> {
      const answer = await party.redeem(location.searchParams.get('code') ?? '', given)
      expect(answer.status, `${party.clientId}: ${answer.text}`).to.equal(200)
      return answer.json() as Tokens
    }

    it('is asked for in plain words without prompt=consent, remembered, and not asked again [S-1.63]', async () => {
      const { person, visitor, page } = await consentFor(app, OFFLINE)
      expect(page.text).to.contain(STAY).and.to.contain(ENDS)
      const allowed = await visitor.followForm(page, { decision: 'allow' })
      const tokens = await redeemed(app, new URL(allowed.headers.get('location')!))
      expect(tokens.scope).to.equal('openid offline_access')
      expect((await app.refresh(tokens.refresh_token)).status).to.equal(200)

      for (const prompt of [undefined, 'none']) {
        const again = await visitor.get(app.authorizePath({ ...OFFLINE, prompt }))
        const { code = '' } = callbackOf(again)
        const more = (await app.redeem(code)).json() as Tokens
        expect(more.refresh_token, `prompt=${prompt}`).to.match(/^rt_/)
      }
      const elsewhere = stage.visitor()
      const url = await signIn(elsewhere, app.authorizePath({ ...OFFLINE, scope: 'openid' }), person)
      expect((await redeemed(app, url)).refresh_token).to.equal(undefined)
      // This session has a grant without it, and the person has allowed it in the other browser.
      const silent = await elsewhere.get(app.authorizePath({ ...OFFLINE, prompt: 'none' }))
      const { code = '' } = callbackOf(silent)
      expect((await app.redeem(code)).json()).to.have.property('refresh_token')
    })

    it('is asked for once more from those who allowed the rest before', async () => {
      const { person, visitor, page } = await consentFor(app, { ...OFFLINE, scope: 'openid' })
      expect(page.text).not.to.contain(STAY)
      expect(page.text).to.contain('It ends when you sign out.')
      await visitor.followForm(page, { decision: 'allow' })
      const silent = await visitor.get(app.authorizePath({ ...OFFLINE, prompt: 'none' }))
      expect(callbackOf(silent)).to.include({ error: 'consent_required' })
      const url = await signIn(visitor, app.authorizePath(OFFLINE), person)
      expect((await redeemed(app, url)).refresh_token).to.match(/^rt_/)
    })

    it('is given to pushed requests in the same way', async () => {
      const asked = Object.fromEntries(new URL(app.authorizePath(OFFLINE), stage.issuer).searchParams)
      const answer = await app.call('/oauth/par', asked)
      expect(answer.status, answer.text).to.equal(201)
      const pushed = answer.json() as { request_uri: string }
      const path = `/oauth/authorize?${new URLSearchParams({ client_id: app.clientId, request_uri: pushed.request_uri })}`
      const url = await signIn(stage.visitor(), path, await stage.person())
      expect((await redeemed(app, url)).refresh_token).to.match(/^rt_/)
    })

    it('outlives the sign-out and is on the list of apps until it is removed there', async () => {
      const [person, visitor] = [await stage.person(), stage.visitor()]
      const url = await signIn(visitor, app.authorizePath(OFFLINE), person)
      const { refresh_token: token } = await redeemed(app, url)
      await visitor.followForm(await visitor.get('/oauth/logout'), { logout: 'yes' })
      expect((await app.refresh(token)).status).to.equal(200)
      const { exp, iat } = (await app.introspect(token)).json() as { exp: number; iat: number }
      expect(exp - iat).to.equal(30 * DAY_SECONDS)

      await visitor.signIn({ email: person.email, password: PASSWORD })
      const apps = await visitor.get('/account/apps')
      expect(apps.text).to.contain(STAY).and.to.contain(ENDS)
      await visitor.followForm(apps, {}, { action: '/revoke' })
      expect((await app.refresh(token)).json()).to.include({ error: 'invalid_grant' })
    })

    it('has a grant of the same life and a record to revoke it by, also when it was added later [S-1.68]', async () => {
      const [person, visitor] = [await stage.person(), stage.visitor()]
      const daysLeft = async () => {
        const row = (await stage.parts.db('account_grants').where({ accountId: person.id }).first()) as {
          expiresAtMs: number
        }
        return Math.round((Number(row.expiresAtMs) - Date.now()) / DAY_SECONDS / 1000)
      }
      await signIn(visitor, app.authorizePath({ ...OFFLINE, scope: 'openid' }), person)
      expect(await daysLeft()).to.equal(91)
      await signIn(visitor, app.authorizePath(OFFLINE), person)
      expect(await daysLeft()).to.equal(455)
    })

    it('is not given when the person refuses [S-1.65]', async () => {
      const { visitor, page } = await consentFor(app, OFFLINE)
      const refused = await visitor.followForm(page, { decision: 'deny' })
      expect(callbackOf(refused)).to.include({ error: 'access_denied' })
      const silent = await visitor.get(app.authorizePath({ ...OFFLINE, prompt: 'none' }))
      expect(callbackOf(silent)).to.include({ error: 'consent_required' })
    })

    for (const [what, client, change] of [
      ['the grant', { grant_types: ['authorization_code'] }, 'register the grant type refresh_token for it'],
      ['the scope', { scope: 'openid email' }, 'add offline_access to its scope'],
    ] as const)
      for (const prompt of [undefined, 'consent'])
        it(`is left out for a client without ${what}, with prompt=${prompt}, and the log says what to change`, async () => {
          const party = await register(stage, { ...client } as Partial<ClientInput>)
          const { visitor, page } = await consentFor(party, { ...OFFLINE, prompt })
          expect(page.text).not.to.contain(STAY)
          const allowed = await visitor.followForm(page, { decision: 'allow' })
          const tokens = await redeemed(party, new URL(allowed.headers.get('location')!))
          expect([tokens.scope, tokens.refresh_token]).to.eql(['openid', undefined])
          const lines = stage.log().split('\n')
          const told = lines.filter((line) => line.includes('left_out') && line.includes(party.clientId))
          expect(told, 'once an hour in each process').to.have.length.within(1, 2)
          expect(JSON.parse(told[0]!)).to.include({ level: 'warn', change })
        })

    for (const [what, client, asked] of [
      ['a native app', { application_type: 'native', redirect_uris: ['http://127.0.0.1/callback'] }, {}],
      [
        'an MCP client',
        { profile: 'mcp', allowed_resources: [API], scope: 'openid tools:call' },
        { scope: 'tools:call', resource: API },
      ],
      [
        'an MCP client with a secret, as its SDK’s example registers one',
        {
          profile: 'mcp',
          allowed_resources: [API],
          scope: 'openid tools:call',
          token_endpoint_auth_method: 'client_secret_post',
        },
        { scope: 'tools:call', resource: API },
      ],
    ] as const)
      it(`comes with the first consent to ${what}, although it does not ask for it`, async () => {
        const party = await register(stage, {
          token_endpoint_auth_method: 'none',
          ...client,
        } as unknown as Partial<ClientInput>)
        const { visitor, page } = await consentFor(party, {
          scope: 'openid email',
          prompt: undefined,
          ...asked,
        })
        expect(page.text).to.contain(STAY).and.to.contain(ENDS)
        const allowed = await visitor.followForm(page, { decision: 'allow' })
        const tokens = await redeemed(party, new URL(allowed.headers.get('location')!))
        expect(tokens.refresh_token).to.match(/^rt_/)
        await visitor.followForm(await visitor.get('/oauth/logout'), { logout: 'yes' })
        expect((await party.refresh(tokens.refresh_token)).status).to.equal(200)
      })

    it('is not implied for a page in the browser, nor for an app with a secret, nor for a first-party app', async () => {
      const spa = await register(stage, { token_endpoint_auth_method: 'none' })
      const secret = await register(stage, { application_type: 'native' } as Partial<ClientInput>)
      for (const party of [spa, secret]) {
        const { visitor, page } = await consentFor(party, { scope: 'openid', prompt: undefined })
        expect(page.text, party.clientId).not.to.contain(STAY)
        const allowed = await visitor.followForm(page, { decision: 'allow' })
        const tokens = await redeemed(party, new URL(allowed.headers.get('location')!))
        expect(tokens.refresh_token, party.clientId).to.equal(undefined)
      }
      const own = await register(stage, {
        token_endpoint_auth_method: 'none',
        application_type: 'native',
        redirect_uris: ['http://127.0.0.1/callback'],
        first_party: true,
      })
      const visitor = stage.visitor()
      const asked = { scope: 'openid', prompt: undefined }
      const url = await signIn(visitor, own.authorizePath(asked), await stage.person())
      const tokens = await redeemed(own, url)
      expect([tokens.scope, tokens.refresh_token.slice(0, 3)]).to.eql(['openid', 'rt_'])
      await visitor.followForm(await visitor.get('/oauth/logout'), { logout: 'yes' })
      expect((await own.refresh(tokens.refresh_token)).json()).to.include({ error: 'invalid_grant' })
    })

    it('comes with the code of a device of the same kind', async () => {
      const party = await register(stage, {
        token_endpoint_auth_method: 'none',
        application_type: 'native',
        redirect_uris: [],
        grant_types: [DEVICE_GRANT, 'refresh_token'],
      } as Partial<ClientInput>)
      const begun = await party.call('/oauth/device', { scope: 'openid' })
      const { user_code: code } = begun.json() as { user_code: string }
      const [person, visitor] = [await stage.person(), stage.visitor()]
      await visitor.signIn({ email: person.email, password: PASSWORD })
      const page = await visitor.get('/device')
      const confirm = await visitor.followForm(page, { user_code: code })
      expect(confirm.text).to.contain(STAY).and.to.contain(ENDS)
    })
  })

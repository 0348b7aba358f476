import { expect } from 'chai'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { rotateClientSecret } from '../../../src/clients/clients.ts'
import { findResource } from '../../../src/resources/resources.ts'
import { createVisitor } from '../../support/visitor.ts'
import type { Visited, Visitor } from '../../support/visitor.ts'
import type { Person } from '../../support/running-server.ts'
import { challengeOf, VERIFIER } from '../../provider/relying-party.ts'
import { basic } from '../../provider/send.ts'
import { anyAddress, openStage, until } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { startDocumentHost } from './document-host.ts'
import type { DocumentHost } from './document-host.ts'
import { FAULTY } from './faulty-documents.ts'

const TOOLS = 'https://tools.example.com/mcp'
const CALLBACK = 'http://127.0.0.1/callback'

for (const store of ['sqlite', 'mariadb+redis'] as const) {
  describe(`a client that describes itself by a document, on ${store}`, function () {
    let host: DocumentHost
    let stage: Stage

    before(async () => {
      host = await startDocumentHost()
      const env = {
        ...host.env,
        ACCOUNT_SERVER_CLIENT_ID_DOCUMENTS: 'any',
        ACCOUNT_SERVER_OPEN_CLIENT_RESOURCES: TOOLS,
      }
      stage = await openStage({ store, separate: store === 'sqlite', env })
      await stage.createResource({ identifier: TOOLS, scope: 'tools:call' })
    })
    after(async () => {
      await stage.stop()
      await host.stop()
    })

    function authorizeUrl(clientId: string, more: Record<string, string> = {}): string {
      const fields = new URLSearchParams({
        client_id: clientId,
        redirect_uri: CALLBACK,
        response_type: 'code',
        scope: 'openid tools:call',
        resource: TOOLS,
        state: 'a-state',
        code_challenge: challengeOf(VERIFIER),
        code_challenge_method: 'S256',
        ...more,
      })
      return `/oauth/authorize?${fields}`
    }

    async function signIn({ email, password }: Person, clientId: string, more: Record<string, string> = {}) {
      const visitor = stage.visitor()
      const page = await visitor.followForm(await visitor.get(authorizeUrl(clientId, more)), {
        email,
        password,
      })
      return { visitor, page }
    }

    const returned = (page: Visited) => new URL(page.headers.get('location') ?? 'about:blank')

    const redeem = (clientId: string, code: string, resource = TOOLS) =>
      stage.send({
        to: '/oauth/token',
        form: {
          grant_type: 'authorization_code',
          client_id: clientId,
          code,
          redirect_uri: CALLBACK,
          code_verifier: VERIFIER,
          resource,
        },
      })

    it('is announced, shown by its address, and gets a token', async () => {
      const discovery = await fetch(`${stage.issuer}/.well-known/oauth-authorization-server`)
      expect(await discovery.json()).to.include({ client_id_metadata_document_supported: true })
      const clientId = host.describe('/good.json')
      const { visitor, page } = await signIn(await stage.createAccount(), clientId)
      expect(page.heading).to.equal('Described asks for access')
      expect(page.text).to.contain(`known only by its address: ${new URL(host.origin).host}`)
      expect(page.text).to.contain('return to a program on this device')
      const code = returned(await visitor.followForm(page, { decision: 'allow' })).searchParams.get('code')
      const answer = await redeem(clientId, code ?? '')
      expect(answer.status, answer.text).to.equal(200)
      expect(answer.json()).to.include({ scope: 'tools:call' })
    })

    it('signs people in like any other app when it asks for nothing else, and names no resource then', async () => {
      const clientId = host.describe('/plain.json')
      const plain = { scope: 'openid email groups', resource: '' }
      const { visitor, page } = await signIn(await stage.createAccount(), clientId, plain)
      const code = returned(await visitor.followForm(page, { decision: 'allow' })).searchParams.get('code')
      const answer = await redeem(clientId, code ?? '', '')
      expect(answer.status, answer.text).to.equal(200)
      expect(answer.json()).to.include({ scope: 'openid email' }).and.to.have.property('id_token')
      const bearer = { authorization: `Bearer ${String(answer.json()['access_token'])}` }
      const claims = await stage.send({ to: '/oauth/userinfo', headers: bearer })
      expect(claims.json()).to.have.property('email')
    })

    it('names the server of its token when it asks for more than a sign-in, or says nothing', async () => {
      const clientId = host.describe('/unnamed.json')
      for (const scope of ['openid tools:call', 'tools:call', 'email', '']) {
        const url = authorizeUrl(clientId, { scope, resource: '' })
        const refused = returned(await stage.visitor().get(url, { follow: false })).searchParams
        expect(refused.get('error'), scope).to.equal('invalid_target')
        expect(refused.get('error_description'), JSON.stringify(scope)).to.contain('resource is missing')
      }
    })

    it('is fetched once by a process, however often it comes', async () => {
      const clientId = host.describe('/often.json')
      const visits = Array.from({ length: 12 }, () => stage.visitor().get(authorizeUrl(clientId)))
      const pages = await Promise.all(visits)
      expect(pages.map(({ heading }) => heading)).to.eql(pages.map(() => 'Sign in'))
      const times = host.asked.filter((path) => path === '/often.json').length
      // Twice where the server hears meanwhile of the resource that was just registered.
      expect(times).to.be.within(1, 2 * stage.processes.length)
    })

    it('cannot set what only an operator may', async () => {
      const clientId = host.describe('/greedy.json', {
        first_party: true,
        profile: 'default',
        allowed_resources: ['https://ledger.example.com/'],
        grant_types: ['authorization_code', 'client_credentials'],
        self_registered: false,
      })
      await stage.createResource({ identifier: `https://ledger.example.com/${store}`, scope: 'x' })
      const { page } = await signIn(await stage.createAccount(), clientId)
      expect(page.heading, 'it is asked about').to.equal('Described asks for access')
      const form = { grant_type: 'client_credentials', client_id: clientId }
      expect((await stage.send({ to: '/oauth/token', form })).status).to.be.within(400, 401)
      const ledger = authorizeUrl(clientId, { resource: 'https://ledger.example.com/' })
      const refused = returned(await stage.visitor().get(ledger, { follow: false }))
      expect(refused.searchParams.get('error')).to.equal('invalid_target')
    })

    it('makes the server fetch only the document', async () => {
      const sector_identifier_uri = host.publish('/its-sector.json', [CALLBACK])
      const more = { sector_identifier_uri, jwks_uri: host.publish('/its-keys.json', { keys: [] }) }
      const clientId = host.describe('/asks-more.json', { ...more, subject_type: 'pairwise' })
      for (let turn = 0; turn < 3; turn += 1)
        expect((await stage.visitor().get(authorizeUrl(clientId))).heading, `turn ${turn}`).to.equal(
          'Sign in',
        )
      expect(host.asked.filter((path) => path.startsWith('/its-'))).to.eql([])
    })

    it('proves itself by the keys at the address in its document, which are fetched once', async () => {
      const { privateKey, publicKey } = await generateKeyPair('ES256')
      const path = `/keys-of-${store}.json`
      const jwks_uri = host.publish(path, { keys: [await exportJWK(publicKey)] })
      const clientId = host.describe('/proves.json', {
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri,
      })
      const statuses: number[] = []
      for (let turn = 0; turn < 8; turn += 1) {
        const assertion = new SignJWT({ jti: `${turn}` }).setProtectedHeader({ alg: 'ES256' })
        const claimed = assertion.setIssuer(clientId).setSubject(clientId).setAudience(stage.issuer)
        const client_assertion = await claimed.setIssuedAt().setExpirationTime('1m').sign(privateKey)
        const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
        const form = { client_assertion, client_assertion_type, token: 'x' }
        statuses.push((await stage.send({ to: '/oauth/revoke', form })).status)
      }
      expect(statuses).to.eql(statuses.map(() => 200))
      const times = host.asked.filter((asked) => asked === path).length
      expect(times).to.be.within(1, 2 * stage.processes.length)
    })

    for (const [fault, publish] of FAULTY) {
      it(`is refused on a page of our own when the document ${fault}`, async () => {
        const page = await stage.visitor().get(authorizeUrl(publish(host, stage.issuer)), { follow: false })
        expect(page.status).to.be.within(400, 499)
        expect(page.headers.get('location')).to.equal(null)
      })
    }

    describe('with a document that changes or goes away', () => {
      // A native app is asked about each time anyway.
      const web = { redirect_uri: 'https://app.example.com/callback' }
      let changing: { clientId: string; visitor: Visitor }
      let away: { clientId: string; token: string }
      let gone: Visitor

      // No cache of ours keeps it for less than a minute, so the second half runs on a server that starts anew.
      before(async () => {
        changing = await allowChanging()
        away = await allowAway()
        gone = await allowGone()
        await stage.restart()
      })

      async function allowChanging() {
        const path = `/changing-${store}.json`
        const clientId = host.describe(path, { redirect_uris: [web.redirect_uri] })
        const { visitor, page } = await signIn(await stage.createAccount(), clientId, web)
        await visitor.followForm(page, { decision: 'allow' })
        const again = await visitor.get(authorizeUrl(clientId, web))
        expect(returned(again).searchParams.get('code'), 'unchanged: nothing is asked').to.be.a('string')
        const redirect_uris = [web.redirect_uri, 'https://evil.example/cb']
        host.describe(path, { client_name: 'Somebody else', redirect_uris })
        return { clientId, visitor }
      }

      async function allowAway() {
        const clientId = host.describe('/away.json')
        const { visitor, page } = await signIn(await stage.createAccount(), clientId)
        const code = returned(await visitor.followForm(page, { decision: 'allow' })).searchParams.get('code')
        const { access_token: token } = (await redeem(clientId, code ?? '')).json() as {
          access_token: string
        }
        host.publish('/away.json', {}, { status: 500 })
        return { clientId, token }
      }

      async function allowGone() {
        const { visitor, page } = await signIn(await stage.createAccount(), host.describe('/gone.json'))
        await visitor.followForm(page, { decision: 'allow' })
        host.publish('/gone.json', {}, { status: 410 })
        return visitor
      }

      it('is asked about again, with what changed, when its name or addresses change', async () => {
        const { clientId, visitor } = changing
        const silent = await visitor.get(authorizeUrl(clientId, { ...web, prompt: 'none' }))
        expect(returned(silent).searchParams.get('error')).to.equal('consent_required')
        const changed = await visitor.get(authorizeUrl(clientId, web))
        expect(changed.heading).to.equal('Somebody else asks for access')
        expect(changed.text).to.contain('It was called Described').and.contain('changed the addresses')

        const forged = await visitor.followForm(changed, { decision: 'allow', pin: 'of another page' })
        expect(forged.heading, 'not what was shown').to.equal('Somebody else asks for access')
        const allowed = await visitor.followForm(forged, { decision: 'allow' })
        expect(returned(allowed).searchParams.get('code')).to.be.a('string')
      })

      it('keeps its tokens while its site is away, and cannot get new ones meanwhile', async () => {
        const { clientId, token } = away
        const { client } = await stage.createResource({ identifier: `${TOOLS}/${store}`, scope: '' })
        const headers = basic(client.client_id, client.client_secret ?? '')
        const introspect = () => stage.send({ to: '/oauth/introspect', form: { token }, headers })
        expect((await introspect()).json(), 'for another server').to.eql({ active: false })
        const { clientId: own } = (await findResource(stage.parts.db, TOOLS))!
        const { client_secret } = await rotateClientSecret(stage.parts.db, own, stage.parts)
        await until(async () => {
          const form = { token }
          const mine = basic(own, client_secret ?? '')
          const answer = await stage.send({ to: '/oauth/introspect', form, headers: mine })
          return answer.json()['active'] === true
        }, 'the resource server sees the token')
        expect((await redeem(clientId, 'another')).json()).to.include({ error: 'invalid_client' })
        expect((await stage.visitor().get(authorizeUrl(clientId))).status).to.be.within(400, 499)
      })

      it('is listed among the apps of an account, also when its document has gone', async () => {
        const apps = await gone.get('/account/apps')
        expect(apps.status).to.equal(200)
        expect(apps.text).to.contain(new URL(host.origin).host)
      })
    })
  })
}

describe('a client that describes itself by a document', function () {
  it('is unknown where documents are not taken, or not from its host, and nothing is fetched', async () => {
    const host = await startDocumentHost()
    const clientId = host.describe('/good.json')
    for (const hosts of ['off', 'apps.example.com']) {
      const env = { ...host.env, ACCOUNT_SERVER_CLIENT_ID_DOCUMENTS: hosts }
      const stage = await openStage({ store: 'sqlite', env })
      const visitor = createVisitor(stage.issuer, { 'x-forwarded-for': anyAddress() })
      const query = new URLSearchParams({
        client_id: clientId,
        redirect_uri: CALLBACK,
        response_type: 'code',
      })
      expect((await visitor.get(`/oauth/authorize?${query}`)).status, hosts).to.be.within(400, 499)
      await stage.stop()
    }
    expect(host.asked).to.eql([])
    await host.stop()
  })
})

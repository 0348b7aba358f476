import { expect } from 'chai'
import type { Account } from '../../../src/accounts/account.ts'
import { rotateClientSecret, updateClient } from '../../../src/clients/clients.ts'
import * as oidc from 'openid-client'
import { register, userinfo } from '../../provider/relying-party.ts'
import { basic } from '../../provider/send.ts'
import { openStage } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { startDocumentHost } from './document-host.ts'
import type { DocumentHost } from './document-host.ts'
import { createRegistrar } from './registrar.ts'

for (const store of ['sqlite', 'mariadb+redis'] as const) {
  describe(`subjects, origins and secrets of each client on ${store}`, function () {
    let host: DocumentHost
    let stage: Stage
    let person: Account

    before(async () => {
      host = await startDocumentHost()
      stage = await openStage({ store, env: host.env })
      person = await stage.person()
    })
    after(async () => {
      await stage.stop()
      await host.stop()
    })

    const idTokenSub = (token: string) =>
      (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sub: string }).sub

    async function subjectAt(redirect: string, more: object = {}) {
      const app = await register(stage, { subject_type: 'pairwise', redirect_uris: [redirect], ...more })
      const tokens = await app.tokensFor(person)
      return { app, tokens, sub: idTokenSub(tokens.id_token) }
    }

    it('are the same in the ID token, userinfo and introspection, and nothing that others know', async () => {
      const { app, tokens, sub } = await subjectAt('https://one.example.com/cb')
      expect(sub)
        .to.match(/^[\w-]{43}$/)
        .and.not.to.equal(person.id)
      expect((await userinfo(stage, tokens.access_token)).json()['sub']).to.equal(sub)
      expect((await app.introspect(tokens.access_token)).json()['sub']).to.equal(sub)
      const refreshed = (await app.refresh(tokens.refresh_token)).json() as { id_token: string }
      expect(idTokenSub(refreshed.id_token)).to.equal(sub)
      expect((await subjectAt('https://two.example.com/cb')).sub, 'another sector').not.to.equal(sub)
      expect((await subjectAt('https://one.example.com/other')).sub, 'the same sector').to.equal(sub)
    })

    it('are shared by the addresses that a sector document names, however many hosts they have', async () => {
      const redirects = ['https://three.example.com/cb', 'https://four.example.com/cb']
      const sector_identifier_uri = host.publish('/sector.json', redirects)
      const registrar = createRegistrar(stage)
      const { token } = await registrar.token({}, { maxUses: null })
      const metadata = { redirect_uris: redirects, subject_type: 'pairwise' }
      const without = await registrar.register(metadata, token)
      expect(without.body.error_description).to.match(/sector_identifier_uri/)
      const made = await registrar.register({ ...metadata, sector_identifier_uri }, token)
      expect(made.status, JSON.stringify(made.body)).to.equal(201)
      const foreign = ['https://three.example.com/cb', 'https://evil.example/cb']
      const refused = await registrar.register(
        { ...metadata, redirect_uris: foreign, sector_identifier_uri },
        token,
      )
      expect(refused.status).to.equal(400)
      expect(refused.body.error_description).to.match(/must be included in the sector_identifier_uri/)
      expect(host.asked).to.include('/sector.json')
    })

    it('do not depend on the sector document once it has been read: it may change or go away', async () => {
      const redirects = ['https://five.example.com/cb', 'https://six.example.com/cb']
      const sector_identifier_uri = host.publish('/passing.json', redirects)
      const metadata = { redirect_uris: redirects, subject_type: 'pairwise' as const, sector_identifier_uri }
      const app = await register(stage, metadata)
      const asked = () => host.asked.filter((path) => path === '/passing.json').length
      const before = asked()
      for (const status of [200, 404]) {
        host.publish('/passing.json', ['https://moved.example.com/cb'], { status })
        await updateClient(
          stage.parts.db,
          app.client.client_id,
          { client_name: `Now ${status}` },
          stage.parts,
        )
        const tokens = await app.tokensFor(person)
        expect(idTokenSub(tokens.id_token), String(status)).to.match(/^[\w-]{43}$/)
      }
      expect(asked(), 'it is compared at registration alone').to.equal(before)
    })

    describe('of a page in a browser', () => {
      const ENDPOINTS = ['/oauth/token', '/oauth/revoke', '/oauth/introspect']
      const allowed = async (clientId: string, origin: string, to: string, headers = {}) => {
        const form = { client_id: clientId, token: 'x', grant_type: 'refresh_token', refresh_token: 'x' }
        const answer = await stage.send({ to, form, headers: { origin, ...headers } })
        return answer.headers['access-control-allow-origin']
      }

      it('are taken exactly as they were registered', async () => {
        const origins = {
          cors_origins: ['https://spa.example.com'],
          token_endpoint_auth_method: 'none' as const,
        }
        const { clientId } = await register(stage, origins)
        for (const to of ENDPOINTS) {
          expect(await allowed(clientId, 'https://spa.example.com', to), to).to.equal(
            'https://spa.example.com',
          )
          for (const other of [
            'https://app.example.com',
            'https://evil.example',
            'null',
            'http://spa.example.com',
          ])
            expect(await allowed(clientId, other, to), `${to} ${other}`).to.equal(undefined)
        }
      })

      it('are those of the redirect addresses of a public client that registered none, and of no other', async () => {
        const { clientId } = await register(stage, { token_endpoint_auth_method: 'none' })
        const confidential = await register(stage)
        const [origin, to] = ['https://app.example.com', '/oauth/token']
        expect(await allowed(clientId, origin, to)).to.equal(origin)
        expect(await allowed(confidential.clientId, origin, to, confidential.auth)).to.equal(undefined)
      })

      it('are of no use at the authorization endpoint', async () => {
        const app = await register(stage, { cors_origins: ['https://spa.example.com'] })
        const headers = { origin: 'https://spa.example.com' }
        const answer = await stage.send({ to: app.authorizePath(), headers })
        expect(answer.headers).not.to.have.property('access-control-allow-origin')
      })
    })

    describe('of a client that exchanges its secret', () => {
      const HOUR_MS = 3_600_000
      const status = async (clientId: string, secret: string) => {
        const headers = basic(clientId, secret)
        return (await stage.send({ to: '/oauth/introspect', form: { token: 'x' }, headers })).status
      }
      const eventually = async (clientId: string, secret: string, wanted: number) => {
        const deadline = Date.now() + 60_000
        while ((await status(clientId, secret)) !== wanted || (await status(clientId, secret)) !== wanted)
          if (Date.now() > deadline) throw new Error(`not ${wanted} within 60 s`)
      }

      it('the old one works beside the new one for the time that was asked for, or ends at once', async () => {
        const { clientId, secret: first } = await register(stage)
        const rotate = (overlapMs?: number) =>
          rotateClientSecret(stage.parts.db, clientId, stage.parts, { overlapMs })
        const { client_secret: second = '' } = await rotate(HOUR_MS)
        await eventually(clientId, second, 200)
        expect(await status(clientId, first)).to.equal(200)
        expect(await status(clientId, 'neither')).to.equal(401)

        await stage.parts
          .db('clients')
          .where({ clientId })
          .update({ previousSecretUntilMs: Date.now() - 1 })
        const { client_secret: third = '' } = await rotate()
        await eventually(clientId, third, 200)
        await eventually(clientId, second, 401)
        expect(await status(clientId, first)).to.equal(401)
      })

      it('both also sign assertions', async () => {
        const method = 'client_secret_jwt' as const
        const { clientId, secret } = await register(stage, { token_endpoint_auth_method: method })
        const { client_secret = '' } = await rotateClientSecret(stage.parts.db, clientId, stage.parts, {
          overlapMs: HOUR_MS,
        })
        const introspect = async (key: string) => {
          const config = await oidc.discovery(
            new URL(stage.issuer),
            clientId,
            {},
            oidc.ClientSecretJwt(key),
            {
              execute: [oidc.allowInsecureRequests],
            },
          )
          return await oidc.tokenIntrospection(config, 'nothing').catch((error: unknown) => error)
        }
        const deadline = Date.now() + 60_000
        while (Date.now() < deadline && (await introspect(client_secret)) instanceof Error);
        for (const key of [client_secret, secret])
          expect(await introspect(key), key).to.eql({ active: false })
        expect(await introspect('x'.repeat(43))).to.include({ error: 'invalid_client' })
      })
    })
  })
}

import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import * as oidc from 'openid-client'
import { revokeInitialAccessToken } from '../../../src/protocol/registration/initial-access-tokens.ts'
import type { PolicyInput } from '../../../src/protocol/registration/registration-policy.ts'
import { STAGES } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { APP as app, createRegistrar } from './registrar.ts'

for (const { name, stage: openStage } of STAGES) {
  describe(`dynamic registration on ${name}`, function () {
    let stage: Stage
    let registrar: ReturnType<typeof createRegistrar>

    before(async () => {
      stage = await openStage()
      registrar = createRegistrar(stage)
    })

    const registered = (body?: object, policy?: PolicyInput) => registrar.registered(body, policy)

    it('serves openid-client, which finds the endpoint, registers and gets a token', async () => {
      const { token: initialAccessToken } = await registrar.token({ grant_types: ['client_credentials'] })
      const config = await oidc.dynamicClientRegistration(
        new URL(stage.issuer),
        { client_name: 'Job', grant_types: ['client_credentials'], response_types: [], redirect_uris: [] },
        undefined,
        { initialAccessToken, execute: [oidc.allowInsecureRequests] },
      )
      const tokens = await oidc.clientCredentialsGrant(config)
      expect(tokens.access_token).to.be.a('string')
    })

    it('is closed: without a token, with a wrong, an expired or a revoked one [S-1.84]', async () => {
      const expired = await registrar.token({}, { expiresAtMs: stage.parts.clock() - 1 })
      const revoked = await registrar.token()
      await revokeInitialAccessToken(stage.parts.db, revoked.record.id, stage.parts.clock)
      const tokens = [undefined, 'nothing', `ia_${'a'.repeat(43)}`, expired.token, revoked.token]
      for (const token of tokens) {
        const { status, body } = await registrar.register(app, token)
        expect([status, body.error], String(token)).to.eql([401, 'invalid_token'])
      }
    })

    it('lets a token register exactly as many clients as it is good for, of forty at once', async () => {
      const { token } = await registrar.token({}, { maxUses: 3 })
      const replies = await Promise.all(Array.from({ length: 40 }, () => registrar.register(app, token)))
      const made = replies.filter(({ status }) => status === 201)
      expect(made).to.have.length(3)
      expect(new Set(replies.map(({ status }) => status))).to.eql(new Set([201, 401]))
      const { body } = await registrar.register({ ...app, redirect_uris: ['nonsense'] }, token)
      expect(body.error).to.equal('invalid_token')
    })

    it('does not use a token up for a refused registration', async () => {
      const { token } = await registrar.token()
      const refused = await registrar.register({ redirect_uris: ['http://app.example.com/cb'] }, token)
      expect(refused.status).to.equal(400)
      expect(refused.body).to.include({ error: 'invalid_redirect_uri' })
      expect(refused.body.error_description).to.match(/http is taken only for localhost/)
      expect((await registrar.register(app, token)).status).to.equal(201)
    })

    it('takes nothing that only an operator decides [S-1.85]', async () => {
      const greedy = {
        ...app,
        client_id: 'chosen',
        client_secret: 'chosen-chosen-chosen-chosen-chosen-chosen',
        first_party: true,
        allowed_resources: ['https://api.example.com/'],
        resource_scope: 'ledger:transfer',
        registered_by: 'operator',
        self_registered: false,
        previous_client_secret: 'chosen',
        roles: ['administrator'],
        disabled: false,
      }
      const made = await registered(greedy)
      expect(made.client_id).not.to.equal('chosen')
      expect(made.client_secret).not.to.equal(greedy.client_secret)
      expect(made).to.deep.include({ first_party: false, allowed_resources: [] })
      expect(made).not.to.have.any.keys('roles', 'resource_scope', 'previous_client_secret', 'registered_by')
      const { client_id, client_secret } = made
      const update = await registrar.manage(made, {
        method: 'PUT',
        body: {
          ...app,
          first_party: true,
          allowed_resources: ['https://api.example.com/'],
          client_id,
          client_secret,
        },
      })
      expect(update.body).to.deep.include({ first_party: false, allowed_resources: [] })
    })

    const POLICIES: [string, PolicyInput, object, RegExp][] = [
      [
        'a grant',
        {},
        { grant_types: ['client_credentials'], response_types: [] },
        /client_credentials may not/,
      ],
      ['a profile', {}, { profile: 'mcp' }, /mcp may not be registered here/],
      [
        'a redirect host',
        { redirect_hosts: ['other.example.com'] },
        {},
        /only addresses at other\.example\.com/,
      ],
      [
        'a host of sign-out',
        { redirect_hosts: ['app.example.com'] },
        { post_logout_redirect_uris: ['https://evil.example/'] },
        /only addresses at/,
      ],
    ]
    for (const [what, policy, more, message] of POLICIES) {
      it(`refuses ${what} that the token's policy leaves out, also by an update`, async () => {
        const { token } = await registrar.token(policy)
        const { status, body } = await registrar.register({ ...app, ...more }, token)
        expect(status).to.equal(400)
        expect(body.error).to.be.oneOf(['invalid_client_metadata', 'invalid_redirect_uri'])
        expect(body.error_description).to.match(message)
        if (policy.redirect_hosts?.includes('other.example.com')) return
        const made = await registered(app, policy)
        const { client_id } = made
        const update = await registrar.manage(made, { method: 'PUT', body: { ...app, ...more, client_id } })
        expect(update.status).to.equal(400)
        expect(update.body.error_description).to.match(message)
      })
    }

    it('grants no more scopes than the policy has, and says which', async () => {
      const made = await registered(
        { ...app, scope: 'openid email ledger:read' },
        { scopes: ['openid', 'profile'] },
      )
      expect(made['scope']).to.equal('openid')
    })

    it('signs the ID tokens of a client that names no algorithm as the policy says, or as the server does', async () => {
      const alg = 'id_token_signed_response_alg'
      expect(await registered()).to.include({ [alg]: 'RS256' })
      expect(await registered(app, { [alg]: 'ES256' })).to.include({ [alg]: 'ES256' })
      expect(await registered({ ...app, [alg]: 'PS256' }, { [alg]: 'ES256' })).to.include({ [alg]: 'PS256' })
      const profiles: PolicyInput['profiles'] = ['fapi2-security']
      const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const bank = { ...app, jwks: { keys: [publicKey.export({ format: 'jwk' })] } }
      const policies: PolicyInput[] = [{ profiles }, { profiles, [alg]: 'RS256' }]
      for (const policy of policies)
        expect(await registered(bank, policy), JSON.stringify(policy)).to.include({
          profile: 'fapi2-security',
          [alg]: 'ES256',
        })
    })

    it('keeps neither secret nor token in a form that opens anything', async () => {
      const made = await registered()
      const rows = await stage.parts.db('clients').where({ clientId: made.client_id })
      const table = JSON.stringify([rows, await stage.parts.db('initial_access_tokens')])
      expect(table).not.to.contain(made.client_secret!)
      expect(table).not.to.contain(made.registration_access_token)
    })
  })
}

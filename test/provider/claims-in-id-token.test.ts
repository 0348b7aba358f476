import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { ClientInput } from '../../src/clients/client-metadata.ts'
import { updateProfile } from '../../src/accounts/profile.ts'
import type { Account } from '../../src/accounts/account.ts'
import { register, userinfo } from './relying-party.ts'
import type { Fields, Tokens } from './relying-party.ts'
import { openStage, ONE_STAGE } from './stage.ts'
import type { Stage } from './stage.ts'

const PERSONAL = [
  'email',
  'email_verified',
  'name',
  'given_name',
  'family_name',
  'preferred_username',
  'locale',
  'zoneinfo',
  'updated_at',
]
const API = 'https://claims.example/'

async function somebody(stage: Stage): Promise<Account> {
  const { account } = await stage.createAccount({ name: 'Ana Sample' })
  const profile = { givenName: 'Ana', familyName: 'Sample', locale: 'en', zoneinfo: 'Europe/Berlin' }
  await updateProfile(stage.parts.db, account.id, profile, stage.parts.clock(), { actor: account.id })
  return account
}

for (const { name, stage: open } of ONE_STAGE)
  describe(`the claims of a person, on two processes with ${name}`, function () {
    let stage: Stage
    let person: Account

    before(async () => {
      stage = await open()
      person = await somebody(stage)
    })

    const claimsOf = (tokens: Pick<Tokens, 'id_token'>) => decodeJwt(tokens.id_token)
    const appWith = (client: Partial<ClientInput>) => register(stage, client)
    const tokensOf = async (client: Partial<ClientInput>, given: Fields = {}) =>
      (await appWith(client)).tokensFor(person, given)

    it('are in the ID token as in userinfo, after a refresh too', async () => {
      const app = await appWith({})
      const tokens = await app.tokensFor(person)
      const claims = claimsOf(tokens)
      expect(claims).to.include({
        sub: person.id,
        email: person.email,
        email_verified: true,
        name: 'Ana Sample',
        given_name: 'Ana',
        family_name: 'Sample',
        preferred_username: person.email,
        locale: 'en',
        zoneinfo: 'Europe/Berlin',
      })
      expect(claims).to.deep.include((await userinfo(stage, tokens.access_token)).json())
      const refreshed = (await app.refresh(tokens.refresh_token)).json() as Tokens
      expect(claimsOf(refreshed)).to.include({ email: person.email, given_name: 'Ana' })
    })

    it('are those of the granted scopes alone [S-1.60]', async () => {
      const email = claimsOf(await tokensOf({}, { scope: 'openid email' }))
      expect(email).to.include({ email: person.email }).and.not.have.any.keys('name', 'preferred_username')
      const none = claimsOf(await tokensOf({}, { scope: 'openid' }))
      expect(none).to.not.have.any.keys(...PERSONAL)
    })

    it('stay out of the ID token of a client that is registered so; what it asks for by name is there', async () => {
      const without = { scope_claims_in_id_token: false }
      const tokens = await tokensOf(without)
      expect(claimsOf(tokens)).to.not.have.any.keys(...PERSONAL)
      expect((await userinfo(stage, tokens.access_token)).json()).to.include({ email: person.email })
      const claims = JSON.stringify({ id_token: { email: null } })
      const named = claimsOf(await tokensOf(without, { claims }))
      expect(named).to.include({ email: person.email }).and.not.have.property('name')
    })

    it('do not name the address to a pairwise client that may not see it [S-1.61]', async () => {
      const client: Partial<ClientInput> = { subject_type: 'pairwise' }
      const hidden = claimsOf(await tokensOf(client, { scope: 'openid profile' }))
      expect(hidden).to.include({ given_name: 'Ana' }).and.not.have.property('preferred_username')
      expect(hidden.sub).to.not.equal(person.id)
      const shown = claimsOf(await tokensOf(client, { scope: 'openid profile email' }))
      expect(shown).to.include({ preferred_username: person.email })
    })

    it('are all in claims_supported', async () => {
      const { json } = await stage.send({ to: '/.well-known/openid-configuration' })
      expect(json()['claims_supported']).to.include.members(['sub', ...PERSONAL])
    })

    it('of a machine: its introspection names it as its JWT does, and always has a scope (RFC 9068 §2.2)', async () => {
      await stage.createResource({ identifier: API, scope: 'read', format: 'jwt' })
      const job = { grant_types: ['client_credentials' as const], redirect_uris: [] }
      const plain = await appWith(job)
      const machine = await appWith({ ...job, allowed_resources: [API], scope: 'openid read' })
      const form = { grant_type: 'client_credentials' }
      const opaque = (await plain.call('/oauth/token', form)).json() as Tokens
      expect(opaque).to.have.property('scope', '')
      const jwt = (
        await machine.call('/oauth/token', { ...form, resource: API, scope: 'read' })
      ).json() as Tokens
      expect(jwt).to.include({ scope: 'read' })
      for (const [owner, { access_token: token, scope }] of [
        [plain, opaque],
        [machine, jwt],
      ] as const) {
        const { clientId: sub } = owner
        const seen = (await owner.introspect(token)).json()
        expect(seen, sub).to.include({ active: true, sub, client_id: sub, scope })
        const accept = { ...owner.auth, accept: 'application/token-introspection+jwt' }
        const signed = await owner.call('/oauth/introspect', { token }, accept)
        expect(decodeJwt(signed.text)['token_introspection'], sub).to.deep.equal(seen)
      }
      expect(decodeJwt(jwt.access_token).sub).to.equal(machine.clientId)
      expect((await machine.introspect('unknown')).json()).to.deep.equal({ active: false })
    })
  })

describe('the claims of a person, where the operator leaves them to userinfo', function () {
  let stage: Stage
  before(async () => {
    stage = await openStage({ store: 'sqlite', env: { ACCOUNT_SERVER_SCOPE_CLAIMS_IN_ID_TOKEN: 'false' } })
  })
  after(() => stage?.stop())

  it('are in no ID token but those of clients that are registered for it', async () => {
    const person = await somebody(stage)
    const plain = await (await register(stage)).tokensFor(person)
    expect(decodeJwt(plain.id_token)).to.not.have.any.keys(...PERSONAL)
    const app = await register(stage, { scope_claims_in_id_token: true })
    expect(decodeJwt((await app.tokensFor(person)).id_token)).to.include({ email: person.email })
  })
})

import { expect } from 'chai'
import type { Account } from '../../src/accounts/account.ts'
import { register, userinfo } from './relying-party.ts'
import type { Party, Tokens } from './relying-party.ts'
import { openStage, STAGES } from './stage.ts'
import type { Stage } from './stage.ts'

const PARALLEL = 50

for (const { name, stage: open } of STAGES)
  describe(`a refresh token, on two processes with ${name}`, function () {
    let stage: Stage
    let app: Party
    let spa: Party
    let person: Account

    before(async () => {
      stage = await open()
      app = await register(stage)
      spa = await register(stage, { token_endpoint_auth_method: 'none' })
      person = await stage.person()
    })

    it('of a confidential client stays the same, and works again and again [S-1.69][A12]', async () => {
      const { refresh_token } = await app.tokensFor(person)
      for (let round = 0; round < 3; round += 1) {
        const answer = await app.refresh(refresh_token)
        expect(answer.status, `round ${round}`).to.equal(200)
        expect(answer.json()['refresh_token'] ?? refresh_token, `round ${round}`).to.equal(refresh_token)
      }
    })

    it('of a public client is exchanged for a new one, and a retry gets the same successor', async () => {
      const { refresh_token: first } = await spa.tokensFor(person)
      const successor = (await spa.refresh(first)).json()['refresh_token']
      expect(successor).to.be.a('string').and.not.equal(first)
      const retry = (await spa.refresh(first)).json() as Tokens
      expect(retry.refresh_token).to.equal(successor)
      expect((await userinfo(stage, retry.access_token)).status).to.equal(200)
    })

    it('that is used again after its successor was used revokes the family', async () => {
      const { refresh_token: first } = await spa.tokensFor(person)
      const { refresh_token: second } = (await spa.refresh(first)).json() as Tokens
      const third = (await spa.refresh(second)).json() as Tokens
      expect((await spa.refresh(first)).json()).to.include({ error: 'invalid_grant' })
      expect((await spa.refresh(third.refresh_token)).json()).to.include({ error: 'invalid_grant' })
      expect((await userinfo(stage, third.access_token)).status).to.equal(401)
    })

    it(`of a public client in ${PARALLEL} parallel requests leaves one family with one live token [S-6.3]`, async () => {
      const { refresh_token: first } = await spa.tokensFor(person)
      const answers = await Promise.all(Array.from({ length: PARALLEL }, () => spa.refresh(first)))
      const tokens = answers.filter(({ status }) => status === 200).map((answer) => answer.json() as Tokens)
      expect(answers.every(({ status }) => status < 500)).to.equal(true)
      expect(tokens).to.have.length(PARALLEL)
      const successors = [...new Set(tokens.map(({ refresh_token }) => refresh_token))]
      expect(successors).to.have.length(1)
      expect((await spa.refresh(successors[0]!)).status).to.equal(200)
      expect((await spa.refresh(first)).json()).to.include({ error: 'invalid_grant' })
    })

    it('is refused to another client, and still works for its own', async () => {
      const { refresh_token } = await spa.tokensFor(person)
      const other = await register(stage, { token_endpoint_auth_method: 'none' })
      for (const thief of [other, app])
        expect((await thief.refresh(refresh_token)).json(), thief.clientId).to.include({
          error: 'invalid_grant',
        })
      expect((await spa.refresh(refresh_token)).status).to.equal(200)
    })

    it('grants no scope that was not granted before', async () => {
      const { refresh_token } = await app.tokensFor(person, { scope: 'openid offline_access' })
      const answer = await app.refresh(refresh_token, { scope: 'openid email' })
      expect(answer.status).to.equal(400)
      expect(answer.json()).to.include({ error: 'invalid_scope' })
    })

    it('is refused truncated, lengthened, or as any other token', async () => {
      const { refresh_token, access_token, id_token } = await app.tokensFor(person)
      for (const bent of [refresh_token.slice(0, -1), `${refresh_token}A`, access_token, id_token, ''])
        expect((await app.refresh(bent)).status, bent).to.equal(400)
      expect((await app.refresh(refresh_token)).status).to.equal(200)
    })
  })

describe('a refresh token with no grace period', function () {
  let stage: Stage

  before(async () => {
    stage = await openStage({ store: 'sqlite', env: { ACCOUNT_SERVER_REFRESH_TOKEN_GRACE_SECONDS: '0' } })
  })
  after(() => stage.stop())

  it('works once: a second use revokes the family at once', async () => {
    const spa = await register(stage, { token_endpoint_auth_method: 'none' })
    const { refresh_token: first } = await spa.tokensFor(await stage.person())
    const { refresh_token: second } = (await spa.refresh(first)).json() as Tokens
    expect((await spa.refresh(first)).json()).to.include({ error: 'invalid_grant' })
    expect((await spa.refresh(second)).json()).to.include({ error: 'invalid_grant' })
  })
})

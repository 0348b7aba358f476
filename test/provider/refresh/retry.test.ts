import { expect } from 'chai'
import { createProver } from '../binding/prover.ts'
import type { Prover } from '../binding/prover.ts'
import { register, userinfo } from '../relying-party.ts'
import type { Fields, Party, Tokens } from '../relying-party.ts'
import { STAGES } from '../stage.ts'
import type { Stage } from '../stage.ts'

for (const { name, stage: open } of STAGES)
  describe(`the retry of a refresh, on two processes with ${name}`, function () {
    let stage: Stage
    let spa: Party

    before(async () => {
      stage = await open()
      spa = await register(stage, { token_endpoint_auth_method: 'none' })
    })

    const begin = async () => (await spa.tokensFor(await stage.person())).refresh_token
    const expectAlive = async (token: string) => expect((await spa.refresh(token)).status).to.equal(200)

    it('with the same scopes in any order gets the same successor', async () => {
      const first = await begin()
      const answers = []
      for (const scope of ['openid email', 'email openid', 'openid email']) {
        const answer = await spa.refresh(first, { scope })
        expect(answer.status, answer.text).to.equal(200)
        answers.push(answer.json() as Tokens)
      }
      expect(new Set(answers.map(({ refresh_token }) => refresh_token)).size).to.equal(1)
      for (const { access_token } of answers)
        expect((await userinfo(stage, access_token)).status, access_token).to.equal(200)
      await expectAlive(answers[0]!.refresh_token)
    })

    const OTHERS: [string, Fields, Fields][] = [
      ['more scope', { scope: 'openid' }, { scope: 'openid email' }],
      ['less scope', { scope: 'openid email' }, { scope: 'openid' }],
      ['all scope', { scope: 'openid' }, {}],
      ['some scope', {}, { scope: 'openid' }],
    ]
    for (const [what, before, after] of OTHERS)
      it(`with ${what} is refused, and nobody is signed out`, async () => {
        const first = await begin()
        const { refresh_token: second } = (await spa.refresh(first, before)).json() as Tokens
        const answer = await spa.refresh(first, after)
        expect([answer.status, answer.json()['error']], answer.text).to.eql([400, 'invalid_scope'])
        expect(answer.text).not.to.contain('rt_').and.not.to.contain('at_')
        await expectAlive(second)
      })

    it('by another client is refused, and nobody is signed out', async () => {
      const first = await begin()
      const { refresh_token: second } = (await spa.refresh(first)).json() as Tokens
      const other = await register(stage, { token_endpoint_auth_method: 'none' })
      expect((await other.refresh(first)).json()).to.include({ error: 'invalid_grant' })
      await expectAlive(second)
    })

    it('with another key, or without the key, is refused, and nobody is signed out [S-1.72]', async () => {
      const [key, other] = [await createProver(), await createProver()]
      const first = await begin()
      const refresh = async (by?: Prover) =>
        spa.call(
          '/oauth/token',
          { grant_type: 'refresh_token', refresh_token: first },
          by ? { DPoP: await by.prove({ url: `${stage.issuer}/oauth/token` }) } : {},
        )
      const { refresh_token: second } = (await refresh(key)).json() as Tokens
      for (const by of [other, undefined]) {
        const answer = await refresh(by)
        expect([answer.status, answer.json()['error']], answer.text).to.eql([400, 'invalid_grant'])
      }
      const again = (await refresh(key)).json() as Tokens
      expect(again.refresh_token).to.equal(second)
      await expectAlive(second)
    })
  })

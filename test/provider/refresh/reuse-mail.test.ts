import { expect } from 'chai'
import { register } from '../relying-party.ts'
import type { Party, Tokens } from '../relying-party.ts'
import { STAGES, until } from '../stage.ts'
import type { Stage } from '../stage.ts'

const PARALLEL = 20

for (const { name, stage: open } of STAGES)
  describe(`the later reuse of a refresh token, with ${name}`, function () {
    let stage: Stage
    let spa: Party

    before(async () => {
      stage = await open()
      spa = await register(stage, { token_endpoint_auth_method: 'none', client_name: 'Ledger' })
    })

    async function reusedTwice() {
      const person = await stage.person()
      const { refresh_token: first } = await spa.tokensFor(person)
      const { refresh_token: second } = (await spa.refresh(first)).json() as Tokens
      await spa.refresh(second)
      return { person, first, second }
    }

    const alerts = async (email: string) =>
      (await stage.mails()).filter(
        ({ to, subject }) => to === email && subject.includes('ended your sign-in'),
      )

    it(`by ${PARALLEL} requests at once ends the family, and tells the owner once [S-1.74]`, async () => {
      const { person, first, second } = await reusedTwice()
      const answers = await Promise.all(Array.from({ length: PARALLEL }, () => spa.refresh(first)))
      for (const answer of answers) expect(answer.json(), answer.text).to.include({ error: 'invalid_grant' })
      expect((await spa.refresh(second)).json()).to.include({ error: 'invalid_grant' })
      const mail = await stage.waitForMail(person.email, /ended your sign-in at Ledger/)
      expect(mail.text).to.contain(`${stage.issuer}/account/sessions`)
      await spa.refresh(first)
      // A mail to somebody else, asked for later, has arrived: a second alert would have, too.
      const other = await reusedTwice()
      await spa.refresh(other.first)
      await stage.waitForMail(other.person.email, /ended your sign-in/)
      expect(await alerts(person.email)).to.have.length(1)
    })

    it('is written into the audit trail and the log', async () => {
      const { person, first } = await reusedTwice()
      await spa.refresh(first)
      const count = async () =>
        stage.parts.db('audit_events').where({ accountId: person.id, action: 'grant.reuse_detected' })
      await until(async () => (await count()).length === 1, 'the audit trail has it')
      expect(stage.log()).to.contain('oidc.reuse_detected')
    })

    it('sends nothing for a retry within the grace period, nor for a code that comes twice', async () => {
      const person = await stage.person()
      const { refresh_token: first } = await spa.tokensFor(person)
      await Promise.all([spa.refresh(first), spa.refresh(first)])
      const code = await spa.codeFor(person)
      await spa.redeem(code)
      await spa.redeem(code)
      const other = await reusedTwice()
      await spa.refresh(other.first)
      await stage.waitForMail(other.person.email, /ended your sign-in/)
      expect(await alerts(person.email)).to.eql([])
    })
  })

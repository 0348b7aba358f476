import { expect } from 'chai'
import { PASSWORD, STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import type { Visitor } from '../support/visitor.ts'

const NEXT = 'another long enough passphrase'

for (const { name, stage: open } of STAGES)
  describe(`a password reset, on ${name}`, function () {
    let stage: Stage
    let victim: string

    before(async () => {
      stage = await open()
      victim = (await stage.person()).email
    })

    /** Asks for a reset in this browser, and answers what the mail has. */
    async function askedFor(visitor: Visitor, email: string) {
      await visitor.followForm(await visitor.get('/forgot'), { email })
      const { text } = await stage.waitForMail(email, /password/i)
      return {
        token: /\/reset\?token=([\w-]+)/.exec(text)?.[1] ?? '',
        code: /\b[A-Z0-9]{4}-[A-Z0-9]{4}\b/.exec(text)?.[0] ?? '',
      }
    }

    const signsIn = async (password: string) =>
      (await stage.visitor().signIn({ email: victim, password })).url.pathname === '/account'

    it('changes the password only with its own mail, in any order of its steps [S-6.1]', async () => {
      const attacker = stage.visitor()
      const { email: own } = await stage.person()
      const mine = await askedFor(attacker, own)
      expect(mine.token).to.have.length(43)
      expect(mine.code).to.have.length(9)
      // The attacker's browser is the one that asked for the victim's mail, which the attacker has not got.
      await attacker.followForm(await attacker.get('/forgot'), { email: victim })
      const theirs = await stage.waitForMail(victim, /password/i)
      const token = /\/reset\?token=([\w-]+)/.exec(theirs.text)?.[1] ?? ''
      const csrf = /name="_csrf" value="([^"]*)"/.exec((await attacker.get('/forgot')).text)?.[1] ?? ''
      const attempts: Record<string, string>[] = [
        {},
        { token: '' },
        { token: 'undefined' },
        { email: victim },
        { email: victim, code: mine.code },
        { token: token.slice(0, -1) },
        { token: '', code: mine.code, email: victim },
      ]
      for (const fields of attempts) {
        const answer = await attacker.post('/reset', { _csrf: csrf, password: NEXT, ...fields })
        expect(answer.status, JSON.stringify(fields)).to.be.oneOf([400, 410])
      }
      // The page first, the token left out of what it sends; the attacker's own token, for the victim's address.
      const page = await attacker.get(`/reset?token=${mine.token}`)
      await attacker.followForm(page, { password: NEXT, token: '', email: victim })
      await attacker.followForm(page, { password: NEXT, email: victim })
      // An attacker who sees the victim's link in another browser lacks the code, and the attacker's own is refused.
      const thief = stage.visitor()
      const seen = await thief.get(`/reset?token=${token}`)
      for (const code of ['', mine.code]) await thief.followForm(seen, { password: NEXT, code })
      expect(await signsIn(NEXT)).to.equal(false)
      expect(await signsIn(PASSWORD)).to.equal(true)
      expect((await stage.visitor().signIn({ email: own, password: NEXT })).url.pathname).to.equal('/account')
    })
  })

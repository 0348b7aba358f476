import { expect } from 'chai'
import { updateAccount } from '../../../src/account-cache/changed-account.ts'
import { authenticator, secretOn } from '../../factors/authenticator.ts'
import { PASSWORD, sqliteStage } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import type { Visited } from '../../support/visitor.ts'

const PAGE = '/account/security'
const OF_A_PASSWORD = /your password(?! manager)|stolen password/i

describe('the pages of one’s security, with and without a password', () => {
  let stage: Stage

  before(async () => (stage = await sqliteStage()))

  const main = ({ text }: Visited) => /<main[\s\S]*<\/main>/.exec(text)?.[0] ?? ''

  for (const password of ['with', 'without'] as const)
    it(`${password === 'with' ? 'names the password of an account that has one' : 'names no password that is not there'}`, async () => {
      const person = await stage.person()
      const visitor = stage.visitor()
      await visitor.signIn({ ...person, password: PASSWORD })
      if (password === 'without')
        await updateAccount(stage.parts.db, { id: person.id }, { passwordHash: null })
      const seen: string[] = []
      const look = (page: Visited, heading: string) => {
        expect(page.heading).to.equal(heading)
        seen.push(main(page))
        return page
      }
      const off = look(await visitor.get(PAGE), 'Security')
      const setUp = await visitor.followForm(off, {}, { action: `${PAGE}/app` })
      expect(setUp.heading).to.equal('Set up your authenticator app')
      const code = authenticator(secretOn(setUp.text)).codeAt(Date.now())
      const codes = await visitor.followForm(setUp, { code }, { action: '/confirm' })
      look(codes, 'Save your recovery codes')
      seen.push((await visitor.get(`${PAGE}/codes/file`)).text)
      look(await visitor.followForm(codes, {}, { action: '/saved' }), 'Security')
      const asked = look(await visitor.get(`${PAGE}/app/remove`), 'Remove the authenticator app?')
      look(await visitor.followForm(asked), 'Security')
      for (const [at, text] of seen.entries())
        if (password === 'with') expect(text, `page ${at}`).to.match(OF_A_PASSWORD)
        else expect(text, `page ${at}`).not.to.match(OF_A_PASSWORD)
    })
})

import { expect } from 'chai'
import { PASSWORD, sqliteStage } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'

const MIXED = 'm\u0430x'

describe('the user name on the page of a profile', () => {
  let stage: Stage
  before(async () => {
    stage = await sqliteStage()
  })

  async function signedIn() {
    const person = await stage.person()
    const visitor = stage.visitor()
    await visitor.signIn({ ...person, password: PASSWORD })
    const save = async (fields: Record<string, string>) =>
      visitor.followForm(await visitor.get('/account'), { name: 'Max', ...fields }, { action: '/account' })
    const stored = () => stage.parts.db('accounts').where({ id: person.id }).first('username', 'name')
    return { person, visitor, save, stored }
  }

  it('is refused with letters that only look alike, and the page says so at the field', async () => {
    const { save, stored } = await signedIn()
    const page = await save({ username: MIXED })
    expect(page.text).to.contain('Use letters of one alphabet.')
    expect(page.text, 'as it was typed').to.contain(`value="${MIXED}"`)
    expect(await stored()).to.include({ username: null })
  })

  it('stays where it came from elsewhere, while its owner changes other fields', async () => {
    const { person, save, stored } = await signedIn()
    const brought = { username: MIXED, usernameCanonical: `${MIXED}${person.id}` }
    await stage.parts.db('accounts').where({ id: person.id }).update(brought)
    expect((await save({ username: MIXED, name: 'Another name' })).text).to.contain('Saved.')
    expect(await stored()).to.include({ username: MIXED, name: 'Another name' })
  })
})

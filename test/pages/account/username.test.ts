import { expect } from 'chai'
import { openStage, PASSWORD, sqliteStage } from '../../provider/stage.ts'
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

  it('signs in, unless the setting leaves that to addresses; pages then ask for no name', async () => {
    const closed = await openStage({ store: 'sqlite', env: { ACCOUNT_SERVER_USERNAME_SIGN_IN: 'false' } })
    for (const [at, byName] of [
      [stage, 'Your account'],
      [closed, 'Sign in'],
    ] as const) {
      const person = await at.person()
      const username = `name.${person.id}`
      const values = { username, usernameCanonical: username }
      await at.parts.db('accounts').where({ id: person.id }).update(values)
      const label = at === stage ? 'Email or username' : 'Email'
      for (const path of ['/sign-in', '/check']) {
        const { text } = await at.visitor().get(path)
        expect(/<label for="field-email">([^<]*)</.exec(text)?.[1], path).to.equal(label)
      }
      const named = await at.visitor().signIn({ email: username, password: PASSWORD })
      expect(named.heading, label).to.equal(byName)
      const addressed = await at.visitor().signIn({ email: person.email, password: PASSWORD })
      expect(addressed.heading, label).to.equal('Your account')
    }
    const empty = await closed.visitor().signIn({ email: '', password: PASSWORD })
    expect(empty.text).to.contain('Enter your email.')
    await closed.stop()
  })
})

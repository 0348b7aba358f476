import { expect } from 'chai'
import { registrarOf } from '../../../src/pages/consent/client-notes.ts'
import { register } from '../../provider/relying-party.ts'
import { PASSWORD, sqliteStage } from '../../provider/stage.ts'

describe('who registered an app', () => {
  it('is on the consent page', async () => {
    const stage = await sqliteStage()
    const app = await register(stage)
    const { email } = await stage.person()
    const visitor = stage.visitor()
    const signIn = await visitor.get(app.authorizePath())
    const page = await visitor.followForm(signIn, { email, password: PASSWORD }, { action: '/sign-in' })
    expect(page.heading).to.contain('asks for access')
    expect(page.text).to.contain('Registered by the administrators of ')
  })

  it('is named in words only where an administrator let it in', () => {
    const args = { server: 'Acme' }
    expect(registrarOf({ registeredBy: null }, 'Acme')).to.eql({ id: 'scope-registered', args })
    expect(registrarOf({ registeredBy: 'token-1' }, 'Acme')).to.eql({ id: 'scope-registered-itself', args })
    expect(registrarOf({ registeredBy: 'open' }, 'Acme')).to.equal(undefined)
    expect(registrarOf(undefined, 'Acme')).to.equal(undefined)
  })
})

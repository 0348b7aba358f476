import { expect } from 'chai'
import { findAccountByEmail } from '../../../src/accounts/account.ts'
import { listLinks } from '../../../src/upstreams/links.ts'
import { openStage } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { startOAuth2StandIn } from '../../support/oauth2-stand-in.ts'
import type { OAuth2StandIn } from '../../support/oauth2-stand-in.ts'
import { introduce, openHere, press, signInThere } from '../../upstreams/two-servers.ts'
import type { Here } from '../../upstreams/two-servers.ts'

describe('a sign-in at another provider', () => {
  let here: Here
  let there: Stage
  let github: OAuth2StandIn

  before(async () => {
    here = await openHere()
    there = await openStage({ store: 'sqlite' })
    github = await startOAuth2StandIn()
  })
  after(async () => {
    await Promise.all([here.stop(), there.stop(), github.stop()])
  })

  it('makes an account with a verified address at a second instance of this server, and finds it again', async () => {
    const id = await introduce(here, there)
    const person = await there.person()
    const visitor = here.visitor()
    const address = await press(visitor, await visitor.get('/sign-in'), id)
    const page = await visitor.get(await signInThere(there, address, person))
    expect([page.status, page.url.pathname]).to.eql([200, '/account'])
    const account = await findAccountByEmail(here.parts.db, person.email)
    expect(account).to.include({ passwordHash: null, email: person.email })
    expect(account?.emailVerifiedAtMs).to.be.a('number')
    const other = here.visitor()
    const again = await press(other, await other.get('/sign-in'), id)
    expect((await other.get(await signInThere(there, again, person))).url.pathname).to.equal('/account')
    const [link] = await listLinks(here.parts.db, account!.id)
    expect(link).to.include({ upstreamId: id, subject: person.id })
    const mails = (await here.mails()).filter(({ to }) => to === person.email)
    expect(mails.filter(({ subject }) => subject.includes('There'))).to.eql([])
  })

  it('takes the verified primary address from the list of a provider like GitHub', async () => {
    const id = await here.add(github.definition)
    const visitor = here.visitor()
    const address = await press(visitor, await visitor.get('/sign-in'), id)
    const emails = [
      { email: 'other@example.org', primary: false, verified: true },
      { email: 'octocat@example.org', primary: true, verified: true },
    ]
    const person = { id: 583231, login: 'octocat', name: 'The Octocat', email: null, emails }
    const page = await visitor.get(github.signIn(address, person))
    expect(page.url.pathname).to.equal('/account')
    const account = await findAccountByEmail(here.parts.db, 'octocat@example.org')
    expect(account).to.include({ name: 'The Octocat' })
    const [link] = await listLinks(here.parts.db, account!.id)
    expect(link).to.include({ subject: '583231', shownAs: 'octocat' })
  })
})

import { expect } from 'chai'
import { register } from '../provider/relying-party.ts'
import { PASSWORD, sqliteStage } from '../provider/stage.ts'
import { pageRoutes, PROTOCOL_ROUTES } from './routes.ts'

const routes = pageRoutes()
const forms = [...new Set(routes.filter(({ method }) => method === 'POST').map(({ path }) => path))]
/** Of the protocol's addresses, those that our own pages send forms to. */
const LIBRARY_FORMS = ['/device', '/oauth/logout/confirm']

describe('the address of a form', () => {
  it('leads to a page when it is opened, for every form', async () => {
    expect(forms.length).to.be.at.least(20)
    expect(PROTOCOL_ROUTES.map(({ path }) => path)).to.include.members(LIBRARY_FORMS)
    const stage = await sqliteStage()
    const member = stage.visitor()
    await member.signIn({ email: (await stage.person()).email, password: PASSWORD })
    for (const visitor of [member, stage.visitor()])
      for (const path of [...forms, ...LIBRARY_FORMS]) {
        const page = await visitor.get(path)
        // Without its link or its interaction, a page says how to start again.
        const isOver =
          /^\/(interaction\/|activate$|reset$|not-me$|confirm-email$|undo-email$|keep-second-factor$)/.test(
            path,
          )
        // The administration is for people with a role.
        const isClosed = visitor === member && path.startsWith('/admin/')
        const expected = isOver ? 410 : isClosed ? 403 : 200
        expect([page.status, page.heading.length > 0], path).to.eql([expected, true])
      }
  })

  it('of a step on the way to an app leads to the step that is due', async () => {
    const stage = await sqliteStage()
    const app = await register(stage)
    const visitor = stage.visitor()
    const page = await visitor.get(app.authorizePath())
    const uid = page.url.pathname.split('/')[2]
    const steps = forms.filter((path) => path.startsWith('/interaction/unknown/'))
    expect(steps.length).to.be.at.least(6)
    for (const path of steps) {
      const { status, heading } = await visitor.get(path.replace('unknown', uid!) + page.url.search)
      expect([status, heading], path).to.eql([200, 'Sign in'])
    }
  })
})

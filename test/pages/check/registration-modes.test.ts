import { expect } from 'chai'
import { DAY_MS } from '../../../src/platform/clock.ts'
import { createInvitation } from '../../../src/accounts/registrations/invitations.ts'
import { openStage, PASSWORD } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { codeIn, linkIn } from '../../support/letter.ts'
import type { Visitor } from '../../support/visitor.ts'

const MODES = { closed: 'Sign-up is closed', invitation: 'You need an invitation' } as const
/** The page of a link that works no longer. Its form for another link is there in every mode. */
const EXPIRED = '/activate?token=gone'
const REGISTERS = 'href="/register"'
let count = 0
const anyEmail = () => `mode-${(count += 1)}-${Date.now()}@example.org`
const openIn = (mode: string, more: Record<string, string> = {}) =>
  openStage({ store: 'sqlite', env: { ACCOUNT_SERVER_ACCOUNT_REGISTRATION: mode, ...more } })

async function registering(stage: Stage, visitor: Visitor, path: string, email: string) {
  const sent = await visitor.followForm(
    await visitor.get(path),
    { email, password: PASSWORD },
    { action: '/register' },
  )
  expect(sent.heading, email).to.equal('Check your email')
  return stage.waitForMail(email)
}

describe('the pages of registration', () => {
  const opened: Stage[] = []
  after(async () => {
    for (const stage of opened) await stage.stop()
  })

  for (const [mode, heading] of Object.entries(MODES))
    it(`say that registration takes more, and no link leads there, in the mode ${mode}`, async () => {
      const stage = await openIn(mode)
      opened.push(stage)
      const visitor = stage.visitor()
      expect((await visitor.get('/register')).heading).to.equal(heading)
      for (const path of ['/', '/sign-in'])
        expect((await visitor.get(path)).text, path).not.to.contain('/register')
      expect((await visitor.get(EXPIRED)).text, EXPIRED).not.to.contain(REGISTERS)
    })

  it('take the address of the invitation, and its token stays with the form', async () => {
    const stage = opened[1] ?? (await openIn('invitation'))
    const email = anyEmail()
    const { link } = await createInvitation(stage.parts, { email, lifetimeMs: DAY_MS }, { actor: 'cli' })
    const visitor = stage.visitor()
    const page = await visitor.get(link.replace(stage.issuer, ''))
    expect(page.text).to.contain(`value="${email}"`)
    const other = await visitor.followForm(
      page,
      { email: anyEmail(), password: PASSWORD },
      { action: '/register' },
    )
    expect(other.text).to.contain('This invitation is for another email')
    const mail = await registering(stage, visitor, link.replace(stage.issuer, ''), email)
    const done = await visitor.get(linkIn(mail, '/activate'))
    expect(done.heading).to.equal('Your account')
    expect((await visitor.get(link.replace(stage.issuer, ''))).heading).to.equal(
      'This invitation no longer works',
    )
  })

  it('name the domains that may register', async () => {
    const stage = await openIn('domains', {
      ACCOUNT_SERVER_REGISTRATION_DOMAINS: 'example.org,staff.example',
    })
    opened.push(stage)
    const visitor = stage.visitor()
    expect((await visitor.get(EXPIRED)).text).to.contain(REGISTERS)
    const form = { email: 'a@other.example', password: PASSWORD }
    const refused = await visitor.followForm(await visitor.get('/register'), form, { action: '/register' })
    expect(refused.text).to.contain('Use an email at one of these domains: example.org, staff.example.')
    await registering(stage, visitor, '/register', anyEmail())
  })

  it('say that an account waits, after its code and at its sign-in, until it is approved', async () => {
    const stage = await openIn('approval')
    opened.push(stage)
    const visitor = stage.visitor()
    const email = anyEmail()
    expect((await visitor.get('/register')).text).to.contain('Someone approves new accounts here.')
    const code = codeIn(await registering(stage, visitor, '/register', email))
    const sent = await visitor.get('/register/sent')
    const done = await visitor.followForm(sent, { code }, { action: '/register/sent' })
    expect(done.heading).to.equal('Your account waits for approval')
    const waits = await visitor.signIn({ email, password: PASSWORD })
    expect(waits.text).to.contain('Your account still waits for approval.')
    expect((await visitor.signIn({ email, password: 'wrong' })).text).not.to.contain('waits')
  })
})

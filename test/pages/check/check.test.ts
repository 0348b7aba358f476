import { expect } from 'chai'
import type { Account } from '../../../src/accounts/account.ts'
import type { Puzzle } from '../../../src/attempts/puzzle.ts'
import { anyAddress, openStage, PASSWORD } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'
import { registerApp } from '../../protocol/challenge/first-party-app.ts'
import { codeIn } from '../../support/letter.ts'
import { isMounted } from '../../support/mounted.ts'
import { solutionOf } from '../../support/solved-puzzle.ts'
import type { Visited, Visitor } from '../../support/visitor.ts'

const BEFORE_CHALLENGE = 3
const BEFORE_MAIL = 6
const LIMIT = 10
const NEEDED = 'Too many sign-ins failed on your network.'
const WRONG = 'The email or password is not right.'
const CODE_SUBJECT = /^Your .* code$/

describe('the check of a browser', () => {
  let stage: Stage
  let person: Account
  let network: string
  let visitor: Visitor

  before(async () => {
    stage = await openStage({
      store: 'sqlite',
      env: {
        ACCOUNT_SERVER_NETWORK_FAILURES_BEFORE_CHALLENGE: String(BEFORE_CHALLENGE),
        ACCOUNT_SERVER_NETWORK_FAILURES_LIMIT: String(LIMIT),
        ACCOUNT_SERVER_ACCOUNT_FAILURES_BEFORE_CHALLENGE: String(BEFORE_MAIL),
        ACCOUNT_SERVER_CHALLENGE_BITS: '3',
      },
    })
  })
  after(async () => stage.stop())
  beforeEach(async () => {
    person = await stage.person()
    network = anyAddress()
    visitor = onNetwork()
  })

  let strangers = 0
  /** Each fails once: an account has a limit too. */
  const stranger = () => `nobody${(strangers += 1)}@example.org`
  const onNetwork = (ip = network) => stage.visitor({ 'x-forwarded-for': ip })
  const signIn = async (by: Visitor, email: string, password: string, fields: Record<string, string> = {}) =>
    by.followForm(await by.get('/sign-in'), { email, password, ...fields }, { action: '/sign-in' })
  const failOften = async (times = BEFORE_CHALLENGE) => {
    for (let n = 0; n < times; n += 1) await signIn(onNetwork(), stranger(), 'wrong')
  }
  const solved = async (by: Visitor, address: string) => {
    const answer = await by.get('/check/puzzle', { headers: { accept: 'application/json' } })
    return solutionOf(JSON.parse(answer.text) as Puzzle, address)
  }
  const isAccount = ({ heading }: Visited) => heading === 'Your account'

  it('is asked for on the pages to sign in, to register and for a lost password, once a network fails often', async () => {
    for (const path of ['/sign-in', '/register', '/forgot'])
      expect((await visitor.get(path)).text, path).not.to.contain('data-puzzle')
    await failOften()
    for (const path of ['/sign-in', '/register', '/forgot']) {
      const page = await onNetwork().get(path)
      expect(page.text, path).to.contain('data-puzzle="/check/puzzle"').and.contain('<noscript>')
      const policy = page.headers.get('content-security-policy') ?? ''
      expect(policy, path).to.contain("script-src 'self'; worker-src 'self'; connect-src 'self'")
      expect((await stage.visitor().get(path)).text, path).not.to.contain('data-puzzle')
    }
  })

  it('answers a wrong password alike for every address, before a solution and after it [S-2.152]', async () => {
    await failOften()
    for (const email of [person.email, stranger()]) {
      const by = onNetwork()
      expect((await signIn(by, email, 'wrong')).text, email).to.contain(NEEDED)
      const second = await signIn(by, email, 'wrong', { solution: await solved(by, email) })
      expect(second.text, email).to.contain(WRONG).and.not.to.contain(NEEDED)
    }
  })

  it('lets a person in with the solution, which works once', async () => {
    await failOften()
    const refused = await signIn(visitor, person.email, PASSWORD)
    expect(refused.text).to.contain(NEEDED).and.contain(`value="${person.email}"`)
    const solution = await solved(visitor, person.email)
    expect(isAccount(await signIn(visitor, person.email, PASSWORD, { solution }))).to.equal(true)
    const again = await signIn(onNetwork(), person.email, PASSWORD, { solution })
    expect(again.text).to.contain(NEEDED)
  })

  it('is not shown to a browser where the person signed in before', async () => {
    await signIn(visitor, person.email, PASSWORD)
    await failOften()
    visitor.setCookie('as_session', 'gone')
    const page = await visitor.get('/sign-in')
    expect(page.text).not.to.contain('data-puzzle')
    const done = await visitor.followForm(
      page,
      { email: person.email, password: PASSWORD },
      { action: '/sign-in' },
    )
    expect(isAccount(done)).to.equal(true)
  })

  it('takes a code of a mail in place of a script, for each of the three forms', async () => {
    await failOften()
    const [path = ''] = /\/check\?for=sign-in[^"]*/.exec((await visitor.get('/sign-in')).text) ?? []
    const asked = await visitor.followForm(
      await visitor.get(path),
      { email: person.email },
      { action: '/check' },
    )
    expect(asked.heading).to.equal('Check your email')
    const wrong = await visitor.followForm(asked, { code: 'AAAA-AAAA' }, { action: '/check/code' })
    expect(wrong.text).to.contain('That’s not the code from the email.')
    const code = codeIn(await stage.waitForMail(person.email, CODE_SUBJECT))
    const back = await visitor.followForm(wrong, { code }, { action: '/check/code' })
    expect(back.url.pathname).to.equal('/sign-in')
    expect(back.text).to.contain(`value="${person.email}"`).and.not.to.contain('data-puzzle')
    const done = await visitor.followForm(
      back,
      { email: person.email, password: PASSWORD },
      { action: '/sign-in' },
    )
    expect(isAccount(done)).to.equal(true)
  })

  it('mails a code for a registration to an address without an account, and none for a sign-in', async () => {
    await failOften()
    const email = `new.${Date.now()}@example.org`
    const ask = async (form: string) =>
      visitor.followForm(await visitor.get(`/check?for=${form}`), { email }, { action: '/check' })
    expect((await ask('sign-in')).heading).to.equal('Check your email')
    const page = await ask('register')
    const code = codeIn(await stage.waitForMail(email, CODE_SUBJECT))
    const back = await visitor.followForm(page, { code }, { action: '/check/code' })
    expect(back.url.pathname).to.equal('/register')
    const sent = await visitor.followForm(back, { email, password: PASSWORD }, { action: '/register' })
    expect(sent.url.pathname).to.equal('/register/sent')
    const inbox = await stage.parts.db('outbox_messages').count({ n: '*' })
    expect(Number(inbox[0]?.['n'])).to.be.lessThan(5)
  })

  it('refuses a registration and a reset without a solution, and takes them with one', async () => {
    await failOften()
    const forms = [
      ['/register', { email: 'fresh@example.org', password: PASSWORD }],
      ['/forgot', { email: person.email }],
    ] as const
    for (const [path, fields] of forms) {
      const refused = await visitor.followForm(await visitor.get(path), fields, { action: path })
      expect(refused.text, path).to.contain(NEEDED)
      const solution = await solved(visitor, fields.email)
      const taken = await visitor.followForm(refused, { ...fields, solution }, { action: path })
      expect(taken.url.pathname, path).to.equal(`${path}/sent`)
    }
  })

  it('leads an unknown browser of an account under attack to the code, and back to its form [S-2.156]', async () => {
    for (let n = 0; n < BEFORE_MAIL; n += 1) await signIn(onNetwork(anyAddress()), person.email, 'wrong')
    const refused = await signIn(visitor, person.email, PASSWORD)
    expect(refused.heading).to.equal('Get a code by email')
    expect(refused.text).to.contain('Someone is guessing the password').and.contain(`value="${person.email}"`)
    const asked = await visitor.followForm(refused, { email: person.email }, { action: '/check' })
    const code = codeIn(await stage.waitForMail(person.email, CODE_SUBJECT))
    const back = await visitor.followForm(asked, { code }, { action: '/check/code' })
    expect(
      isAccount(
        await visitor.followForm(back, { email: person.email, password: PASSWORD }, { action: '/sign-in' }),
      ),
    ).to.equal(true)
  })

  it('is not offered to a network over its second limit, which the pages say at once', async () => {
    const owner = onNetwork()
    await signIn(owner, person.email, PASSWORD)
    owner.setCookie('as_session', 'gone')
    for (let n = 0; n < LIMIT; n += 1) {
      const email = stranger()
      await signIn(visitor, email, 'wrong', { solution: await solved(visitor, email) })
    }
    const paused = {
      '/sign-in': 'Sign-in is paused here',
      '/register': 'Too many requests came from your network.',
      '/forgot': 'Too many requests came from your network.',
    }
    for (const [path, text] of Object.entries(paused)) {
      const page = await onNetwork().get(path)
      expect(page.text, path).to.contain(text).and.not.contain('data-puzzle').and.not.contain('/check?')
      expect((await owner.get(path)).text, `${path}, known`).not.to.contain(text)
    }
    for (const form of ['sign-in', 'register', 'forgot']) {
      const page = await onNetwork().get(`/check?for=${form}`)
      expect([page.status, page.heading], form).to.eql([429, 'Too many attempts'])
      expect(Number(page.headers.get('retry-after')), form).to.be.above(1)
    }
    expect((await owner.get('/check?for=sign-in')).heading, 'known').to.equal('Get a code by email')
  })

  it('ends a code after five wrong ones, and shows its form at addresses that were left', async () => {
    const page = await visitor.get('/check?for=forgot')
    let shown = await visitor.followForm(page, { email: person.email }, { action: '/check' })
    for (let n = 0; n < 5; n += 1)
      shown = await visitor.followForm(shown, { code: 'AAAA-AAAA' }, { action: '/check/code' })
    const code = codeIn(await stage.waitForMail(person.email, CODE_SUBJECT))
    const over = await visitor.followForm(shown, { code }, { action: '/check/code' })
    expect(over.text).to.contain('That code no longer works.')
    expect((await stage.visitor().get('/check/code?for=forgot')).heading).to.equal('Get a code by email')
  })

  if (isMounted('challenge'))
    it('gives an app a puzzle with its refusal, and takes the solution', async () => {
      const app = await registerApp(stage)
      const guess = () => app.begin({ username: stranger(), password: 'wrong' })
      for (let n = 0; n < BEFORE_CHALLENGE; n += 1) await guess()
      const right = { username: person.email, password: PASSWORD }
      const refused = await app.begin(right)
      const { auth_session, challenge, step } = refused.json() as {
        auth_session: string
        challenge: Puzzle
        step: string
      }
      expect([refused.status, step]).to.deep.equal([403, 'password'])
      const proof_of_work = solutionOf(challenge, person.email)
      const done = await app.challenge({ auth_session, ...right, proof_of_work })
      expect(done.status, done.text).to.equal(200)
    })
})

import { expect } from 'chai'
import { register } from '../provider/relying-party.ts'
import type { Answer } from '../provider/send.ts'
import { anyAddress, cookiesOf, openStage, PASSWORD } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'

const FLOOD = 250

describe('a flood of sign-ins', function () {
  let stage: Stage

  before(async () => {
    stage = await openStage({ store: 'sqlite', env: { ACCOUNT_SERVER_HASH_QUEUE_LENGTH: '8' } })
  })
  after(() => stage.stop())

  it('is refused with 503 and Retry-After, while tokens are issued and health is answered at once [S-2.8][S-5.18]', async () => {
    const machine = await register(stage, { redirect_uris: [], grant_types: ['client_credentials'] })
    const visitor = stage.visitor()
    const csrf = /name="_csrf" value="([^"]*)"/.exec((await visitor.get('/sign-in')).text)?.[1] ?? ''
    const cookie = cookiesOf(visitor)
    // A program gets the refusal itself, and no redirect to the page of it.
    const headers = () => ({ cookie, 'x-forwarded-for': anyAddress() })
    const attempt = (n: number) =>
      stage.send({
        to: '/sign-in',
        form: { _csrf: csrf, email: `p${n}@example.org`, password: 'x' },
        headers: headers(),
      })

    let over = false
    const flood = Promise.all(Array.from({ length: FLOOD }, (_, n) => attempt(n))).finally(
      () => (over = true),
    )
    const others: { answer: Answer; tookMs: number }[] = []
    while (!over) {
      others.push(await timed(() => machine.call('/oauth/token', { grant_type: 'client_credentials' })))
      others.push(await timed(() => stage.send({ to: '/health/live' })))
    }
    const answers = await flood
    const shed = answers.filter(({ status }) => status === 503)
    expect(shed.length).to.be.greaterThan(FLOOD / 4)
    for (const { headers: told } of shed)
      expect(Number(told['retry-after']), JSON.stringify(told)).to.be.within(1, 60)
    for (const { status, text } of answers) expect(status, text.slice(0, 300)).to.be.oneOf([303, 503])
    for (const { answer } of others) expect(answer.status, answer.text.slice(0, 300)).to.equal(200)
    const slowest = others.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b)
    expect(slowest[Math.floor(slowest.length / 2)], 'median in ms').to.be.below(1000)
  })

  it('leaves no effect as soon as it stops', async () => {
    const { email } = await stage.person()
    const page = await stage.visitor().signIn({ email, password: PASSWORD })
    expect(page.url.pathname).to.equal('/account')
  })
})

async function timed(ask: () => Promise<Answer>): Promise<{ answer: Answer; tookMs: number }> {
  const startedAt = performance.now()
  return { answer: await ask(), tookMs: performance.now() - startedAt }
}

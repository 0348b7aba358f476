import { expect } from 'chai'
import { timesAudited } from '../support/audit-trail.ts'
import type { Account } from '../../src/accounts/account.ts'
import { register } from '../provider/relying-party.ts'
import { anyAddress, cookiesOf, PASSWORD, STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createVisitor } from '../support/visitor.ts'
import type { Visitor } from '../support/visitor.ts'

const GUESSES = 200

for (const { name, stage: open } of STAGES)
  describe(`guessing passwords, on two processes with ${name}`, function () {
    let stage: Stage
    let limit: number

    before(async () => {
      stage = await open()
      limit = stage.parts.config.accounts.loginMaxFailures
    })

    const evaluated = async ({ id }: Account) =>
      timesAudited(stage.parts.db, { accountId: id, action: 'sign_in.failed' })
    const bodyOf = async (visitor: Visitor) => {
      const { text } = await visitor.get('/sign-in')
      return /name="_csrf" value="([^"]*)"/.exec(text)?.[1] ?? ''
    }

    /** All at once, through one form, as a script would; what was turned away for lack of cores is not an attempt. */
    async function guess(
      email: string,
      network: string,
      count: number,
      password = (n: number) => `guess ${n}`,
    ) {
      const visitor = createVisitor(stage.issuer, { 'x-forwarded-for': network })
      const csrf = await bodyOf(visitor)
      return Promise.all(
        Array.from({ length: count }, (_, n) =>
          stage.send({
            to: '/sign-in',
            form: { _csrf: csrf, email, password: password(n) },
            headers: { 'x-forwarded-for': network, cookie: cookiesOf(visitor) },
          }),
        ),
      )
    }

    it(`evaluates at most the limit of ${GUESSES} parallel guesses, and not even the right one after it [S-2.38][S-6.17][A14]`, async () => {
      const person = await stage.person()
      const network = anyAddress()
      const answers = await guess(person.email, network, GUESSES)
      for (const { status, text } of answers) expect(status, text.slice(0, 300)).to.be.oneOf([303, 429, 503])
      const wrong = answers.filter(({ status }) => status === 303)
      expect([...new Set(wrong.map(({ headers }) => headers['location']))]).to.eql(['/sign-in'])
      expect(await evaluated(person)).to.be.within(1, limit)
      while ((await evaluated(person)) < limit) await guess(person.email, network, 1)
      const late = await guess(person.email, network, 3, () => PASSWORD)
      expect(late.map(({ status }) => status)).to.eql([429, 429, 429])
      expect(await evaluated(person)).to.equal(limit)
    })

    it('counts every spelling of an address, and every form, together [S-2.41]', async () => {
      const person = await stage.person()
      const app = await register(stage)
      const network = anyAddress()
      const [local = '', domain = ''] = person.email.split('@')
      const spellings = [
        person.email,
        person.email.toUpperCase(),
        ` ${person.email} `,
        `${local}@${domain.toUpperCase()}`,
      ]
      const visitor = createVisitor(stage.issuer, { 'x-forwarded-for': network })
      for (let n = 0; n < limit; n += 1) {
        const fields = { email: spellings[n % spellings.length]!, password: `guess ${n}` }
        if (n % 2 === 0) await visitor.followForm(await visitor.get('/sign-in'), fields)
        else await visitor.followForm(await visitor.get(app.authorizePath()), fields, { action: '/sign-in' })
      }
      const page = await visitor.signIn({ email: person.email, password: PASSWORD })
      expect([page.status, page.heading]).to.eql([429, 'Too many attempts'])
    })

    it('is not reset when the owner uses a session, which needs no password [S-6.7]', async () => {
      const person = await stage.person()
      const network = anyAddress()
      const owner = createVisitor(stage.issuer, { 'x-forwarded-for': network })
      await owner.signIn({ email: person.email, password: PASSWORD })
      for (let n = 1; n < limit; n += 1) await guess(person.email, network, 1)
      const app = await register(stage)
      const code = await app.codeFor(person, { prompt: undefined }, owner)
      expect((await app.redeem(code)).status).to.equal(200)
      await guess(person.email, network, 1)
      const stranger = createVisitor(stage.issuer, { 'x-forwarded-for': network })
      expect((await stranger.signIn({ email: person.email, password: PASSWORD })).status).to.equal(429)
    })

    it('cannot lock out an owner in a browser that signed in before, even from the same network [S-2.40][S-6.12][A14]', async () => {
      const person = await stage.person()
      const network = anyAddress()
      const owner = createVisitor(stage.issuer, { 'x-forwarded-for': network })
      const credentials = { email: person.email, password: PASSWORD }
      expect((await owner.signIn(credentials)).url.pathname).to.equal('/account')
      for (const { name: cookie, path } of owner.cookies())
        if (!cookie.includes('device')) owner.setCookie(cookie, '', path)
      await guess(person.email, network, limit + 5)
      const stranger = createVisitor(stage.issuer, { 'x-forwarded-for': network })
      const [strange, own] = await Promise.all([stranger.signIn(credentials), owner.signIn(credentials)])
      expect(strange.status).to.equal(429)
      expect(own.url.pathname).to.equal('/account')
    })

    it('takes the own budget from every browser but the one that changed the password [S-2.46]', async () => {
      const person = await stage.person()
      const network = anyAddress()
      const [thief, owner] = [network, anyAddress()].map((from) =>
        createVisitor(stage.issuer, { 'x-forwarded-for': from }),
      ) as [Visitor, Visitor]
      for (const visitor of [thief, owner]) await visitor.signIn({ email: person.email, password: PASSWORD })
      const stolen = thief.cookie('as_device') ?? ''
      const before = owner.cookie('as_device') ?? ''
      const changed = await owner.followForm(await owner.get('/account/password'), {
        currentPassword: PASSWORD,
        newPassword: 'a new otter 93 lamp',
      })
      expect(changed.status).to.equal(200)
      const after = owner.cookie('as_device') ?? ''
      await guess(person.email, network, limit + 5)
      const pathWith = async (value: string) => {
        const visitor = createVisitor(stage.issuer, { 'x-forwarded-for': network })
        visitor.setCookie('as_device', value)
        const answer = await visitor.signIn({ email: person.email, password: 'a new otter 93 lamp' })
        return answer.url.pathname
      }
      const paths = await Promise.all([stolen, before, after].map(pathWith))
      expect(paths).to.eql(['/try-later', '/try-later', '/account'])
    })

    it('gives no own budget for the device cookie of another account, or for a forged one', async () => {
      const [mine, victim] = [await stage.person(), await stage.person()]
      const network = anyAddress()
      const mallory = createVisitor(stage.issuer, { 'x-forwarded-for': network })
      await mallory.signIn({ email: mine.email, password: PASSWORD })
      const device = mallory.cookie('as_device') ?? ''
      await guess(victim.email, network, limit + 5)
      const values = [device, device.replace(mine.id, victim.id), `${device}x`, 'x', '']
      const statuses = await Promise.all(
        values.map(async (value) => {
          const again = createVisitor(stage.issuer, { 'x-forwarded-for': network })
          again.setCookie('as_device', value)
          return (await again.signIn({ email: victim.email, password: PASSWORD })).status
        }),
      )
      expect(statuses).to.eql(values.map(() => 429))
    })
  })

import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import {
  endAuthSession,
  nextAuthSession,
  openAuthSession,
} from '../../../src/protocol/challenge/auth-session.ts'
import type { Services } from '../../../src/services.ts'
import type { AuthSession } from '../../../src/protocol/challenge/auth-session.ts'
import { MINUTE_MS, SECOND_MS } from '../../../src/platform/clock.ts'
import { createSealer } from '../../../src/platform/tokens.ts'
import { STORES } from '../../contracts/stores.ts'
import type { OpenStore } from '../../contracts/stores.ts'

const session: AuthSession = {
  clientId: 'an-app',
  jkt: 'a-thumbprint',
  request: { code_challenge: 'a-challenge', scope: 'openid' },
  passed: { accountId: 'an-account', amr: ['pwd'] },
}
const mine = { clientId: 'an-app', jkt: 'a-thumbprint' }

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error as { error: string }).error,
  )

for (const { name, open } of STORES.filter((one) => ['SQLite', 'MariaDB', 'Redis'].includes(one.name)))
  describe(`auth_session on ${name}`, function () {
    let now = Date.now()
    let opened: OpenStore
    let needs: Pick<Services, 'store' | 'clock' | 'sealer'>

    before(async () => {
      const clock = () => now
      opened = await open(clock)
      needs = { store: opened.store, clock, sealer: createSealer([randomBytes(32)]) }
    })
    after(() => opened.close())

    const begin = () => nextAuthSession(needs, undefined, session)

    it('holds what was asked and passed, for one client and one key', async () => {
      const id = await begin()
      expect(id).to.match(/^as_[\w-]{59}$/)
      expect(await openAuthSession(needs, id, mine)).to.eql(session)
      for (const by of [
        { ...mine, clientId: 'another' },
        { ...mine, jkt: 'another' },
        { clientId: 'an-app', jkt: undefined },
      ])
        expect(await refusal(openAuthSession(needs, id, by)), JSON.stringify(by)).to.equal('invalid_session')
    })

    it('is good for one step, which gives the next; the end gives none', async () => {
      const first = await begin()
      const second = await nextAuthSession(needs, first, session)
      expect(second).not.to.equal(first)
      expect(await refusal(openAuthSession(needs, first, mine))).to.equal('invalid_session')
      expect(await refusal(nextAuthSession(needs, first, session))).to.equal('invalid_session')
      expect(await refusal(endAuthSession(needs, second))).to.equal('done')
      expect(await refusal(openAuthSession(needs, second, mine))).to.equal('invalid_session')
      expect(await refusal(endAuthSession(needs, second))).to.equal('invalid_session')
    })

    it('is taken by one of many parallel requests', async () => {
      const id = await begin()
      const all = await Promise.all(
        Array.from({ length: 20 }, () => refusal(nextAuthSession(needs, id, session))),
      )
      expect(all.filter((outcome) => outcome === 'done')).to.have.length(1)
      expect(new Set(all)).to.eql(new Set(['done', 'invalid_session']))
    })

    it('shows nothing of its content in the store', async () => {
      const id = await begin()
      for (const { key, value } of await opened.dump())
        for (const secret of ['an-account', 'a-challenge', id])
          expect(key + value, secret).not.to.contain(secret)
    })

    // Redis keeps its own time.
    if (name !== 'Redis')
      it('expires after ten minutes', async () => {
        const id = await begin()
        now += 10 * MINUTE_MS - SECOND_MS
        expect(await openAuthSession(needs, id, mine)).to.eql(session)
        now += 2 * SECOND_MS
        expect(await refusal(openAuthSession(needs, id, mine))).to.equal('invalid_session')
        now = Date.now()
      })
  })

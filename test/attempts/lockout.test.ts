import { expect } from 'chai'
import { bucketsOf, resetAttempts, returnAttempt, shares, takeAttempt } from '../../src/attempts/lockout.ts'
import type { Db } from '../../src/platform/sql/database.ts'
import { onEachDatabase } from '../accounts/account-world.ts'

onEachDatabase('Attempts to sign in', (world) => {
  const attemptOf = (name: string, last: number) => ({
    emailCanonical: `${name}@example.com`,
    ip: `198.51.100.${last}`,
    accountId: `account ${name}`,
  })
  async function expectNoFailure(attempt: ReturnType<typeof attemptOf>, what: string) {
    const { slots } = bucketsOf(world().needs.config.keys.index, attempt)
    const rows = await world().needs.db('attempt_buckets').whereIn('bucket', slots).select('failures')
    const counted = rows.map(({ failures }) => failures)
    expect(counted, what).to.eql([0])
  }

  for (const [what, settle] of [
    ['with the right password', resetAttempts],
    ['that were never evaluated', returnAttempt],
  ] as const)
    it(`${what} leave no failure behind, also many in parallel that begin the count`, async () => {
      const { needs } = world()
      for (let round = 0; round < 10; round += 1) {
        const attempt = attemptOf(`${settle.name}-${round}`, round)
        const one = async () => {
          const { allowed } = await takeAttempt(needs, attempt, Date.now())
          expect(allowed, `round ${round}`).to.equal(true)
          await settle(needs, attempt)
        }
        await Promise.all(Array.from({ length: 12 }, one))
        await expectNoFailure(attempt, `round ${round}`)
      }
    })

  it('with the right password leave no failure behind where a later one overtakes the first of the count', async () => {
    const { needs } = world()
    const attempt = attemptOf('overtaken', 250)
    const [share = ''] = shares(needs.config.keys.index, attempt)
    const overtaken = Promise.withResolvers<void>()
    const first = takeAttempt({ ...needs, db: held(needs.db, share, overtaken.promise) }, attempt, Date.now())
    // The first has begun the count once the later one is not the first.
    const { slots } = bucketsOf(needs.config.keys.index, attempt)
    while (!(await needs.db('attempt_buckets').whereIn('bucket', slots).first('bucket')))
      await new Promise((resolve) => setImmediate(resolve))
    await takeAttempt(needs, attempt, Date.now())
    overtaken.resolve()
    await first
    await Promise.all([resetAttempts(needs, attempt), resetAttempts(needs, attempt)])
    await expectNoFailure(attempt, 'both were right')
  })
})

/** Knex runs a statement when somebody waits for it. */
const RUN = 'then'

/** A database where statements about one bucket wait. */
function held(db: Db, bucket: string, until: Promise<void>): Db {
  return new Proxy(db, {
    apply(target, self, args) {
      const rows = Reflect.apply(target, self, args) as ReturnType<Db>
      const where = rows.where.bind(rows) as (...given: unknown[]) => typeof rows
      rows.where = ((...given: unknown[]) => {
        const [of] = given as [{ bucket?: string }]
        if (of.bucket === bucket) {
          const then = rows.then.bind(rows)
          const later = (...next: Parameters<typeof then>) => until.then(() => then(...next))
          Reflect.set(rows, RUN, later)
        }
        return where(...given)
      }) as typeof rows.where
      return rows
    },
  })
}

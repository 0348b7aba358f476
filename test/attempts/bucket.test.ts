import { expect } from 'chai'
import { resetBucket, takeFromBucket } from '../../src/attempts/bucket.ts'
import { onEachDatabase } from '../accounts/account-world.ts'

const LIMIT = 15

onEachDatabase('A bucket of attempts', (world) => {
  const take = (bucket: string) =>
    takeFromBucket(world().needs.db, {
      bucket,
      limit: LIMIT,
      windowMs: 60_000,
      blockMs: 60_000,
      nowMs: Date.now(),
    })

  it('is never full for attempts that succeed, even for many in parallel', async () => {
    for (let round = 0; round < 25; round += 1) {
      const bucket = `succeeding-${round}`
      const one = async () => {
        const taken = await take(bucket)
        await resetBucket(world().needs.db, bucket)
        return taken.allowed
      }
      const all = await Promise.all(Array.from({ length: 12 }, one))
      expect(all, `round ${round}`).not.to.include(false)
    }
  })

  it('lets as many through as its limit says, also of more at once', async () => {
    const all = await Promise.all(Array.from({ length: 40 }, () => take('guessing')))
    expect(all.filter(({ allowed }) => allowed)).to.have.length(LIMIT)
    const late = await take('guessing')
    expect(late.allowed ? 0 : late.retryAfterSeconds).to.be.within(50, 60)
  })
})

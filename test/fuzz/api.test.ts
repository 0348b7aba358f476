import { expect } from 'chai'
import { playApi } from './api-play.ts'

/** `npm run fuzz -- --api` sends more. */
const REQUESTS = 300
/** Set TEST_SEED to the seed of a failure to see it again. */
const SEED = Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000)

describe(`requests made of the OpenAPI document (seed ${SEED})`, function () {
  this.timeout(300_000)

  it(`get documented answers: ${REQUESTS} of them, never a 5xx`, async () => {
    const report = await playApi({ store: 'sqlite', requests: REQUESTS, seed: SEED })
    expect(report.faults, `seed ${SEED}`).to.eql([])
    const good = Object.entries(report.statuses).filter(([status]) => status < '300')
    const count = good.reduce((sum, [, one]) => sum + one, 0)
    expect(count, JSON.stringify(report.statuses)).to.be.above(REQUESTS / 10)
  })
})

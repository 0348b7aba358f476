import { expect } from 'chai'
import type { Store } from '../support/running-server.ts'
import { play } from './play.ts'
import { describeFault } from './verdict.ts'

/** `npm run fuzz` sends more. */
const REQUESTS = 700
/** Set TEST_SEED to the seed of a failure to see it again. */
const SEED = Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000)

const STORES: Store[] = ['sqlite', 'mariadb+redis']

for (const store of STORES)
  describe(`mutated requests on ${store} (seed ${SEED})`, function () {
    this.timeout(300_000)

    it(`get a clear answer: ${REQUESTS} of them, never a 5xx, never a stalled process [S-3.21]`, async () => {
      const report = await play({ store, requests: REQUESTS, seed: SEED })
      expect(report.faults.map(describeFault), `seed ${SEED}`).to.eql([])
      expect(report.requests).to.equal(REQUESTS)
      // Most of the good requests must have been good, or the mutations begin with nothing.
      const good =
        (report.statuses['200'] ?? 0) + (report.statuses['302'] ?? 0) + (report.statuses['303'] ?? 0)
      expect(good, JSON.stringify(report.statuses)).to.be.above(REQUESTS / 10)
    })
  })

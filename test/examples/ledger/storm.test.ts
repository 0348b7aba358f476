import { expect } from 'chai'
import { storm } from '../../../examples/ledger/bench/storm.ts'
import { createDatabase } from '../../support/services.ts'

for (const store of ['SQLite', 'MariaDB'])
  describe(`the ledger’s books, on ${store}`, function () {
    this.timeout(300_000)

    it('balance after random transfers at once and three times kill -9, and each key has one answer', async () => {
      const mariadb = store === 'MariaDB' ? await createDatabase() : undefined
      const result = await storm({
        database: mariadb?.dsn,
        transfers: 2000,
        atOnce: 32,
        kills: 3,
        people: 25,
      })
      await mariadb?.drop()
      expect(result).to.include({
        kills: 3,
        sumOfBalances: 0,
        sumOfEntries: 0,
        overdrawn: 0,
        unaccounted: 0,
        different: 0,
        checked: 1000,
      })
      // Both ends of the rules were reached: money moved, and some had none left.
      expect(result.answers[201], '201').to.be.above(1000)
      expect(result.resent, 'requests that a kill cut off').to.be.above(0)
      expect(Object.keys(result.answers).filter((status) => !['201', '422'].includes(status))).to.eql([])
    })
  })

import { expect } from 'chai'
import { showProgress } from '../../examples/ledger/bench/progress.ts'
import { storm } from '../../examples/ledger/bench/storm.ts'
import { dataFolder } from '../support/service-process.ts'
import { createDatabase } from '../support/services.ts'

for (const store of ['SQLite', 'MariaDB'])
  describe(`the ledger’s books, on ${store}`, function () {
    this.timeout(300_000)

    it('balance after random transfers at once and three times kill -9, and each key has one answer', async () => {
      const mariadb = store === 'MariaDB' ? await createDatabase() : undefined
      const result = await storm({
        database: mariadb?.dsn,
        folder: dataFolder('ledger-storm'),
        transfers: 600,
        atOnce: 32,
        kills: 3,
        people: 10,
      })
      await mariadb?.drop()
      expect(result).to.include({
        kills: 3,
        sumOfBalances: 0,
        sumOfEntries: 0,
        overdrawn: 0,
        unbalanced: 0,
        unaccounted: 0,
        different: 0,
        checked: 600,
      })
      // Both ends of the rules were reached: money moved, and some had none left.
      expect(result.answers[201], '201').to.be.above(300)
      expect(result.answers[422], '422').to.be.above(0)
      expect(result.resent, 'requests that a kill cut off').to.be.above(0)
      expect(Object.keys(result.answers).filter((status) => !['201', '422'].includes(status))).to.eql([])
    })
  })

describe('a storm of transfers', () => {
  const FEW = { transfers: 20, atOnce: 2, kills: 0, people: 2 }

  it('ends with words when the ledger answers nothing, or does not start', async () => {
    const folder = dataFolder('ledger-storm')
    const failures = await Promise.allSettled([
      storm({ ...FEW, folder, quietMs: 1 }),
      storm({ ...FEW, folder, database: 'mysql://nobody@127.0.0.1:1/none' }),
    ])
    const words = failures.map((one) => one.status === 'rejected' && String(one.reason))
    expect(words[0]).to.match(
      /The ledger answered nothing for 0.001 s, after \d+ of 20 transfers and 0 kills/,
    )
    expect(words[1]).to.match(/the ledger did not start: .*ECONNREFUSED/s)
  })

  it('shows how far it is and the time left, in one line of a terminal and in few lines of a file', () => {
    for (const isTTY of [true, false]) {
      const [time, said] = [{ ms: 0 }, [] as string[]]
      const output = { isTTY, write: (text: string) => said.push(text) }
      const progress = showProgress({ transfers: 30_000, kills: 2 }, output, () => time.ms)
      for (let done = 1; done <= 5000; done += 1) {
        time.ms += 10
        progress.onProgress(done, 1)
      }
      expect(said.length, String(isTTY)).to.equal(isTTY ? 100 : 3)
      expect(said.at(-1), String(isTTY)).to.equal(
        isTTY
          ? '\r\u001b[K  5000 of 30000, 100/s, killed 1 of 2, 5 min left'
          : '  4500 of 30000, 100/s, killed 1 of 2, 5 min left\n',
      )
    }
  })
})

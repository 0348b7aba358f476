/** What happened how often: counts of several processes, which survive restarts. */
import { expect } from 'chai'
import { createTally } from '../../src/platform/metrics/tally.ts'
import { NO_METRICS } from '../../src/platform/metrics/metrics.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/platform/clock.ts'
import { TALLIED } from '../../src/statistics/series.ts'
import { addCounts, purgeStatistics, readStatistics } from '../../src/statistics/statistics.ts'
import { startStatistics } from '../../src/statistics/writer.ts'
import { openStage, STAGES, until } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { createCaller } from './caller.ts'

const NOW = Date.UTC(2031, 4, 10, 9, 30, 20)

for (const { name, stage: open } of STAGES)
  describe(`statistics, on ${name}`, () => {
    let stage: Stage

    before(async () => {
      stage = await open()
    })
    beforeEach(() => stage.parts.db('statistics').delete())

    const db = () => stage.parts.db
    const failed = (count: number) => new Map([['sign_in.failed', count]])
    const shown = async (period: 'hour' | 'day' | 'month', nowMs = NOW) => {
      const { groups } = await readStatistics(db(), period, nowMs)
      return groups.sign_in.find((one) => one.name === 'failed')!
    }

    it('add up what two processes count at once, in each step', async () => {
      await Promise.all(Array.from({ length: 8 }, () => addCounts(db(), failed(2), NOW)))
      for (const period of ['hour', 'day', 'month'] as const) {
        const { total, counts } = await shown(period)
        expect([total, counts.at(-1)], period).to.eql([16, 16])
      }
    })

    it('keep each count in its minute, its quarter of an hour and its day', async () => {
      await addCounts(db(), failed(1), NOW)
      await addCounts(db(), failed(2), NOW - 2 * MINUTE_MS)
      await addCounts(db(), failed(4), NOW - 3 * HOUR_MS)
      await addCounts(db(), failed(8), NOW - 2 * DAY_MS)
      expect((await shown('hour')).counts.slice(-3)).to.eql([2, 0, 1])
      const day = await shown('day')
      expect([day.total, day.counts.length, day.counts.at(-13)]).to.eql([7, 96, 4])
      const month = await shown('month')
      expect([month.total, month.counts.length, month.counts.at(-3)]).to.eql([15, 30, 8])
    })

    it('are deleted once no period shows them', async () => {
      await addCounts(db(), failed(1), NOW)
      await purgeStatistics(db(), NOW + 3 * HOUR_MS)
      expect((await db()('statistics').select('step')).map(({ step }) => step as string).toSorted()).to.eql([
        'day',
        'quarter',
      ])
      await purgeStatistics(db(), NOW + 63 * DAY_MS)
      expect(await db()('statistics').select('step')).to.eql([])
    })

    it('are written at the end of a process, and later where the database failed', async () => {
      const tally = createTally(NO_METRICS, TALLIED)
      const count = tally.metrics.counter<'grant' | 'result'>({
        name: 'account_server_token_requests_total',
        help: '',
        labels: ['grant', 'result'],
      })
      const away = { db: db(), clock: () => Number.NaN, log: stage.parts.log }
      const writer = startStatistics({ ...away, clock: () => clock() }, tally)
      let clock = (): number => {
        throw new Error('away')
      }
      count({ grant: 'ciba', result: 'issued' })
      await writer.write()
      expect(await db()('statistics').select('step')).to.eql([])
      clock = () => NOW
      count({ grant: 'ciba', result: 'refused' })
      await writer.stop()
      const { groups } = await readStatistics(db(), 'day', NOW)
      expect(groups.token.find((one) => one.name === 'ciba')?.total).to.equal(1)
      expect(groups.failure.find((one) => one.name === 'token')?.total).to.equal(1)
    })

    it('show over the API what people did here', async () => {
      const api = await createCaller(stage, ['statistics:read'])
      await api.tokenOf(await stage.person())
      await stage.parts.statistics.write()
      const token = await api.ownToken()
      const { status, text } = await api.call('GET', '/statistics?period=hour', { token })
      expect(status, text).to.equal(200)
      const body = JSON.parse(text) as { groups: Record<string, { total: number }[]>; queues: object }
      expect(Object.keys(body.groups)).to.eql(['registration', 'sign_in', 'method', 'token', 'failure'])
      expect(body.queues).to.have.all.keys(
        'mails_waiting',
        'mails_given_up',
        'messages_waiting',
        'messages_given_up',
      )
    })
  })

describe('statistics of failures', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage({ store: 'sqlite' })
  })
  after(() => stage.stop())

  it('count what failed here apart from what was refused', async () => {
    const { db, statistics, clock } = stage.parts
    const api = await createCaller(stage, ['statistics:read', 'groups:read'])
    const token = await api.ownToken()
    await statistics.write()
    await db('statistics').delete()
    await db.schema.renameTable('groups', 'groups_away')
    const { status } = await api.call('GET', '/groups', { token })
    await db.schema.renameTable('groups_away', 'groups')
    expect(status).to.equal(500)
    const counted = async () => {
      await statistics.write()
      const { groups } = await readStatistics(db, 'hour', clock())
      return groups.failure.map(({ name, total }) => [name, total])
    }
    // It is counted once the connection knows that the answer is out.
    await until(async () => (await counted()).some(([, total]) => total !== 0), 'the failure is counted')
    expect(await counted()).to.eql([
      ['token', 0],
      ['limit', 0],
      ['server', 1],
    ])
  })
})

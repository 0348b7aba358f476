import { expect } from 'chai'
import { killFaults, measureKills } from '../../bench/event-kills.ts'
import { measureOutage, outageFaults } from '../../bench/event-outage.ts'
import { startEventService } from '../../bench/event-service.ts'
import type { EventService } from '../../bench/event-service.ts'

/** The short form of `npm run bench -- --events`, on MariaDB with a real Redis stream and a webhook. */
describe('events, while the worker is killed and a receiver is away', () => {
  let service: EventService

  before(async () => {
    service = await startEventService({ people: 40, rabbitmq: false })
  })
  after(async () => service?.stop())

  it('are not lost; at most one batch arrives twice for each kill, and the order stays', async () => {
    const report = await measureKills(service, { events: 300, kills: 2, atOnce: true })
    expect(killFaults(report)).to.deep.equal([])
    expect(report.recorded).to.be.at.least(300)
  })

  it('drain fast when the receiver is back, and nobody waited for it', async () => {
    const report = await measureOutage(service, { awaySeconds: 1, calmSeconds: 0.5, backlog: 400 })
    // A second of registrations is too short for a ratio on a busy machine; the bench measures that one.
    const noise = /took|got events/
    expect(outageFaults(report).filter((fault) => !noise.test(fault))).to.deep.equal([])
    expect(report.registrationMs.away).to.be.below(10 * report.registrationMs.calm)
    expect(report.otherMs.away).to.be.below(10 * report.otherMs.calm)
  })
})

import { expect } from 'chai'
import { recordAudit } from '../../src/audit/audit.ts'
import type { AuditEvent } from '../../src/audit/audit.ts'
import { linkSome } from '../../src/audit/chain/link.ts'
import { MINUTE_MS } from '../../src/platform/clock.ts'
import { onEachTrail } from './trail.ts'

onEachTrail('equal failures', (trail) => {
  const failed = (more: Partial<AuditEvent> = {}) =>
    recordAudit(trail().db, {
      atMs: trail().now(),
      action: 'sign_in.failed',
      actor: 'anonymous',
      accountId: 'ann',
      ip: '192.0.2.1',
      detail: { browser: 'Firefox on Linux' },
      ...more,
    })
  const counts = async () => {
    const rows: { times: number }[] = await trail().db('audit_events').orderBy('id').select('times')
    return rows.map(({ times }) => times)
  }

  it('of one minute are one entry with a count, also those at once [S-4.37]', async () => {
    await Promise.all(Array.from({ length: 30 }, () => failed()))
    await failed({ ip: '192.0.2.200' })
    expect(await counts()).to.deep.equal([31])
  })

  it('of another person, network, browser, app or minute have an entry of their own', async () => {
    await failed()
    await failed({ accountId: 'bob' })
    await failed({ accountId: undefined })
    await failed({ ip: '198.51.100.1' })
    await failed({ detail: {} })
    await failed({ detail: { browser: 'Firefox on Linux', client: 'app' } })
    await failed({ atMs: trail().now() + MINUTE_MS })
    await failed({ action: 'second_factor.failed' })
    expect(await counts()).to.deep.equal(Array(8).fill(1))
  })

  it('are chained when their minute is over, and the entry changes no more', async () => {
    await failed()
    await failed()
    expect(await linkSome(trail().here)).to.equal(0)
    trail().pass(1)
    await trail().linkAll()
    await failed({ atMs: trail().now() - 24 * 60 * MINUTE_MS })
    expect(await counts()).to.deep.equal([2, 1])
    trail().pass(1)
    await trail().linkAll()
    expect(await trail().verify()).to.deep.equal([])
  })

  it('are all that is folded: what succeeds and what is changed has an entry each', async () => {
    await failed({ action: 'sign_in.succeeded' })
    await failed({ action: 'sign_in.succeeded' })
    await failed({ action: 'account.checked' })
    await failed({ action: 'account.checked' })
    expect(await counts()).to.deep.equal([1, 1, 1, 1])
  })
})

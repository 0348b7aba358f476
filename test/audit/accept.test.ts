import { expect } from 'chai'
import { acceptBreak } from '../../src/audit/chain/accept.ts'
import { verifyAudit } from '../../src/audit/chain/verify.ts'
import { onEachTrail } from './trail.ts'
import type { Trail } from './trail.ts'

const GIVEN = { by: 'Kim', reason: 'Restored from a backup.', actor: 'cli' }

onEachTrail('a broken place of the audit trail', (trail) => {
  const events = () => trail().db('audit_events')
  const at = (seq: number) => events().where({ chain: 'account', chainSeq: seq })
  const accept = (entry: number) => acceptBreak(trail().here, entry, GIVEN)

  it('is no fault once it is accepted, and an entry says who, when and why', async () => {
    const entry = await breakEnd(trail())
    expect(await trail().faults())
      .to.include('administration noted 1')
      .and.have.length.greaterThan(1)
    await accept(entry)
    await trail().linkAll()
    const { faults, accepted } = await verifyAudit(trail().here)
    expect(faults).to.deep.equal([])
    expect(accepted.map(({ fault }) => fault)).to.include('noted')
    const said = await events().where({ action: 'audit.break_accepted' }).first('actor', 'atMs', 'detail')
    expect(said).to.include({ actor: 'cli' })
    expect(Number(said.atMs)).to.equal(trail().now())
    expect(JSON.parse(said.detail)).to.include({ by: 'Kim', reason: GIVEN.reason, entry })
  })

  it('hides no other one, and no further change of itself', async () => {
    await accept(await breakEnd(trail()))
    await at(2).update({ actor: 'somebody else' })
    expect(await trail().faults()).to.deep.equal(['account changed 2'])
    const [{ id }] = (await at(2).select('id')) as [{ id: number }]
    await accept(Number(id))
    expect(await trail().faults()).to.deep.equal([])
    await at(2).update({ actor: 'yet another' })
    expect(await trail().faults()).to.deep.equal(['account changed 2'])
    await at(2).update({ actor: 'somebody else' })
    await at(3).delete()
    expect(await trail().faults()).to.deep.equal(['account removed 3-3'])
  })

  it('is accepted by the server alone: no row that somebody wrote by SQL counts', async () => {
    await trail().write(5)
    await trail().linkAll()
    await at(2).update({ actor: 'somebody else' })
    const [fault] = (await verifyAudit(trail().here)).faults
    const anchor = (await trail().db('audit_anchors').first()) as { sealed: string }
    const forged = {
      ...anchor,
      id: 'account:2:changed',
      seq: 2,
      kind: 'accepted',
      hash: 'mark' in fault! ? fault.mark : '',
    }
    const { faults } = await verifyAudit(trail().here, {
      known: [{ ...forged, kind: 'accepted', atMs: 1, chain: 'account' }],
    })
    expect(
      faults.map(({ fault }) => fault),
      'in a file of anchors',
    ).to.deep.equal(['changed'])
    await trail().db('audit_anchors').insert(forged)
    expect(await trail().faults())
      .to.include('account changed 2')
      .and.include('account anchor 2')
  })

  it('is named by an entry where there is a fault', async () => {
    await trail().write(5)
    await trail().linkAll()
    const refused = await accept(1).catch((error: unknown) => error)
    expect(refused).to.include({ code: 'nothing_to_accept' })
    expect(await events().where({ action: 'audit.break_accepted' }).first('id')).to.equal(undefined)
  })
})

/** Somebody removes the last entry and moves the end of its chain. Answers the entry that the server writes about it. */
async function breakEnd(trail: Trail): Promise<number> {
  await trail.write(5)
  await trail.linkAll()
  await trail.db('audit_events').where({ chain: 'account', chainSeq: 5 }).delete()
  await trail.db('audit_chains').where({ chain: 'account' }).update({ seq: 4 })
  await trail.write(1)
  await trail.linkAll()
  const noted = (await trail.db('audit_events').where({ action: 'audit.chain_broken' }).first('id')) as {
    id: number
  }
  return Number(noted.id)
}

import { expect } from 'chai'
import { recordAudit } from '../../src/audit/audit.ts'
import { countUnlinked, linkSome } from '../../src/audit/chain/link.ts'
import { verifyAudit } from '../../src/audit/chain/verify.ts'
import { listAnchors } from '../../src/audit/chain/anchors.ts'
import { createSealer, deriveKey } from '../../src/platform/tokens.ts'
import { isSqlite } from '../../src/platform/sql/database.ts'
import { onEachTrail } from './trail.ts'

onEachTrail('the chain of the audit trail', (trail) => {
  const events = () => trail().db('audit_events')
  const at = (seq: number) => events().where({ chain: 'account', chainSeq: seq })

  it('links what was committed, each kind in a chain of its own, and is intact', async () => {
    await trail().write(450)
    await trail().write(3, 'sign_in.failed')
    expect(await countUnlinked(trail().db)).to.equal(453)
    // Failures are open for their minute.
    trail().pass(1)
    await trail().linkAll()
    expect(await countUnlinked(trail().db)).to.equal(0)
    const { entries, faults, ends } = await verifyAudit(trail().here)
    expect({ entries, faults }).to.deep.equal({ entries: 453, faults: [] })
    expect(ends.map(({ chain, seq }) => `${chain} ${seq}`)).to.deep.equal(['account 450', 'attempt 3'])
  })

  it('finds a changed entry at its place, in every column [S-4.31]', async () => {
    await trail().write(9)
    await trail().linkAll()
    const changes = {
      action: 'account.deleted',
      actor: 'somebody else',
      accountId: 'a',
      ip: '192.0.2.1',
      detail: '{}',
      atMs: 1,
      clientId: 'app',
      requestId: 'r',
      times: 2,
    }
    for (const [column, value] of Object.entries(changes)) {
      const before: Record<string, unknown> = await at(5).first(column)
      await at(5).update({ [column]: value })
      expect(await trail().faults(), column).to.deep.equal(['account changed 5'])
      await at(5).update(before)
    }
    expect(await trail().faults()).to.deep.equal([])
  })

  it('finds removed entries, at the beginning, in the middle and at the end [S-4.32]', async () => {
    await trail().write(9)
    await trail().linkAll()
    await events().whereIn('chainSeq', [1, 4, 5, 9]).delete()
    expect(await trail().faults()).to.deep.equal([
      'account removed 1-1',
      'account removed 4-5',
      'account removed 9-9',
    ])
  })

  it('finds an inserted entry, after the end and in the place of another one [S-4.33]', async () => {
    await trail().write(5)
    await trail().linkAll()
    const row = { atMs: 1, action: 'account.added', actor: 'x', detail: '{}', chain: 'account' }
    await events().insert({ ...row, chainSeq: 6, chainHash: 'x'.repeat(43) })
    const [changed, beyond] = await trail().faults()
    expect([changed, beyond]).to.deep.equal(['account changed 6', 'account inserted 6'])
    await at(6).delete()
    await at(3).update({ chainSeq: null, chain: null })
    await events().insert({ ...row, chainSeq: 3, chainHash: 'x'.repeat(43) })
    expect(await trail().faults()).to.deep.equal(['account changed 3', 'account changed 4'])
  })

  it('finds a chain that somebody computed again, who has the database and no key [S-4.34]', async () => {
    await trail().write(5)
    await trail().linkAll()
    await at(2).update({ actor: 'somebody else' })
    await events().update({ chain: null, chainSeq: null, chainHash: null })
    await trail().db('audit_chains').delete()
    await trail().db('audit_anchors').delete()
    const stranger = { ...trail().here, sealer: createSealer([deriveKey('stranger', 'data')]) }
    await linkSome(stranger)
    expect(await trail().faults()).to.deep.equal(['account anchor 5', 'account head 5'])
  })

  it('goes on after such a change, and keeps that it was seen', async () => {
    await trail().write(5)
    await trail().linkAll()
    await at(5).delete()
    await trail().db('audit_chains').where({ chain: 'account' }).update({ seq: 4 })
    await trail().write(1)
    await trail().linkAll()
    const noted = await events().where({ action: 'audit.chain_broken' }).first('detail', 'chain')
    expect(noted).to.deep.include({ chain: 'administration' })
    expect(await trail().faults()).to.include('administration noted 1')
  })

  it('finds a state of before that was put back, by an anchor', async () => {
    await trail().write(3)
    await trail().linkAll()
    const head: unknown = await trail().db('audit_chains').first()
    trail().pass(1)
    await trail().write(3)
    await trail().linkAll()
    expect(await listAnchors(trail().db)).to.have.length(2)
    await events().where('chainSeq', '>', 3).delete()
    await trail().db('audit_chains').delete()
    await trail().db('audit_chains').insert(head)
    expect(await trail().faults()).to.deep.equal(['account removed 4-6'])
  })

  it('finds by exported anchors what was removed with its anchors', async () => {
    await trail().write(3)
    await trail().linkAll()
    const known = await listAnchors(trail().db)
    await trail().empty()
    const { faults } = await verifyAudit(trail().here, { known })
    expect(faults.map(({ fault, seq }) => `${fault} ${seq}`)).to.deep.equal(['anchor_missing 3', 'removed 1'])
  })

  it('chains an entry that is committed late, after those that came before it', async () => {
    const trx = isSqlite(trail().db) ? undefined : await trail().db.transaction()
    const late = { atMs: trail().now() - 1, action: 'account.added', actor: 'late' } as const
    if (trx) await recordAudit(trx, late)
    await trail().write(2)
    await trail().linkAll()
    if (trx) await trx.commit()
    else await recordAudit(trail().db, late)
    await trail().linkAll()
    expect(await at(3).first('actor')).to.deep.equal({ actor: 'late' })
    expect(await trail().faults()).to.deep.equal([])
  })

  it('is one chain where two processes extend it at once [S-4.35]', async () => {
    const other = trail().another()
    await trail().write(1500)
    const linkers = [trail().here, other, trail().here, other].map(async (one) => {
      while ((await linkSome(one, 50)) > 0);
    })
    const writes = Array.from({ length: 10 }, () => trail().write(20))
    await Promise.all([...linkers, ...writes])
    await trail().linkAll()
    const { entries, faults } = await verifyAudit(trail().here)
    expect({ entries, faults }).to.deep.equal({ entries: 1700, faults: [] })
  })

  it('can be verified after old entries were purged, and purges no entry that was changed [S-4.36]', async () => {
    await trail().write(700)
    await trail().linkAll()
    trail().pass(10)
    await trail().write(5)
    await trail().linkAll()
    expect(await trail().prune(7)).to.equal(500)
    expect(await trail().prune(7)).to.equal(200)
    expect(await trail().prune(7)).to.equal(0)
    expect(await trail().verify()).to.deep.equal([])
    const anchors = await listAnchors(trail().db)
    expect(anchors.map(({ seq, kind }) => `${seq} ${kind}`)).to.deep.equal([
      '200 regular',
      '700 pruned',
      '705 regular',
    ])
    await at(701).update({ atMs: 1 })
    expect(await trail().prune(7)).to.equal(0)
    expect(await trail().faults()).to.deep.equal(['account changed 701'])
    await at(701).delete()
    expect(await trail().faults()).to.deep.equal(['account removed 701-701'])
    await at(702).update({ atMs: 1 })
    expect(await trail().prune(7)).to.equal(0)
    // Once the anchor after them is old, they are old too, in spite of the change.
    trail().pass(8)
    expect(await trail().prune(7)).to.equal(4)
  })

  it('can be verified after all of it was purged', async () => {
    await trail().write(3)
    await trail().linkAll()
    trail().pass(10)
    await trail().prune(7)
    expect(await events()).to.deep.equal([])
    expect(await trail().verify()).to.deep.equal([])
    await trail().write(2)
    await trail().linkAll()
    expect(await trail().verify()).to.deep.equal([])
  })

  it('waits for an entry that still counts repetitions', async () => {
    await trail().write(1)
    await events().update({ chain: 'open', foldKey: 'k' })
    await trail().linkAll()
    expect(await countUnlinked(trail().db)).to.equal(1)
    trail().pass(1)
    await trail().linkAll()
    expect(await countUnlinked(trail().db)).to.equal(0)
  })
})

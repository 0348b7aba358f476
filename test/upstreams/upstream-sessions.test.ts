import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { HOUR_MS } from '../../src/platform/clock.ts'
import { listSessions, recordSession } from '../../src/sessions/account-sessions.ts'
import {
  bindUpstreamSession,
  endFromUpstream,
  idTokenOf,
  keepUpstreamSession,
  upstreamOfSession,
} from '../../src/upstreams/upstream-sessions.ts'
import { addUpstream } from '../../src/upstreams/upstream-changes.ts'
import { STAGES } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'

for (const { name, stage: open } of STAGES)
  describe(`sessions that began at another provider, on ${name}`, () => {
    let stage: Stage
    let upstreamId: string

    before(async () => {
      stage = await open()
      upstreamId = `sessions-${randomUUID().slice(0, 8)}`
      const input = { id: upstreamId, issuer: 'https://id.example.com', client_id: 'here' }
      await addUpstream(stage.parts, input, { actor: 'cli' })
    })

    async function begun(there: { sid?: string; idToken?: string } = {}) {
      const { parts } = stage
      const { id: accountId } = await stage.person()
      const session = { uid: randomUUID(), accountId, ip: '', expiresAtMs: parts.clock() + HOUR_MS }
      await recordSession(parts.db, session, 10, parts.clock())
      const id = await keepUpstreamSession(parts, { upstreamId, accountId, subject: accountId, there })
      await bindUpstreamSession(parts.db, id, session)
      const left = async () => (await listSessions(parts.db, accountId, parts.clock())).length
      return { id, uid: session.uid, accountId, session, left }
    }

    it('are found by the session here, with what a sign-out there needs', async () => {
      const { id, uid, session } = await begun({ idToken: 'an.id.token' })
      expect(await upstreamOfSession(stage.parts.db, uid)).to.eql({ id, upstreamId })
      expect(await idTokenOf(stage.parts, id)).to.equal('an.id.token')
      const other = { ...session, uid: randomUUID() }
      await bindUpstreamSession(stage.parts.db, id, other)
      expect(await upstreamOfSession(stage.parts.db, other.uid), 'is bound once').to.equal(undefined)
    })

    it('are bound to no session of another account', async () => {
      const { id, session } = await begun()
      await stage.parts.db('upstream_sessions').where({ id }).update({ sessionUid: null })
      const { id: accountId } = await stage.person()
      await bindUpstreamSession(stage.parts.db, id, { ...session, accountId })
      expect(await upstreamOfSession(stage.parts.db, session.uid)).to.equal(undefined)
    })

    it('end by their sid or subject, by one token once, also in ten parallel requests', async () => {
      const sid = randomUUID()
      const [one, other] = [await begun({ sid }), await begun()]
      const tokenId = randomUUID()
      const out = { upstreamId, tokenId, sid }
      const ended = await Promise.all(Array.from({ length: 10 }, () => endFromUpstream(stage.parts, out)))
      expect(ended.filter((count) => count !== undefined)).to.eql([1])
      expect([await one.left(), await other.left()]).to.eql([0, 1])
      const bySubject = { upstreamId, tokenId: randomUUID(), subject: other.accountId }
      expect(await endFromUpstream(stage.parts, { ...bySubject, upstreamId: 'another' })).to.equal(0)
      expect(await other.left(), 'of another provider').to.equal(1)
      expect(await endFromUpstream(stage.parts, bySubject)).to.equal(1)
      expect(await other.left()).to.equal(0)
    })
  })

import { expect } from 'chai'
import { locate } from '../../../src/grant-store/token-ids.ts'
import { movableTime } from '../../support/movable-time.ts'
import { register } from '../relying-party.ts'
import { openStage } from '../stage.ts'
import type { Stage } from '../stage.ts'
import { lineOf } from './told.ts'

for (const store of ['sqlite', 'mariadb+redis'] as const)
  describe(`an expired code, on ${store}`, () => {
    let stage: Stage
    before(async () => {
      stage = await openStage({ store })
    })
    after(() => stage?.stop())
    const time = movableTime()

    it('differs from an invented one in the log, and not in the answer', async () => {
      const app = await register(stage)
      const code = await app.codeFor(await stage.person())
      const place = locate('AuthorizationCode', code)
      const { payload } = await stage.parts.store.readToken(place?.key ?? '')
      const { exp } = JSON.parse(payload ?? '{}') as { exp: number }
      time.advance((exp + 1) * 1000 - Date.now())
      const [late, invented] = [await app.redeem(code), await app.redeem(`${code.slice(0, -9)}AAAAAAAAA`)]
      expect([late.status, late.text]).to.eql([invented.status, invented.text])
      expect(late.json()).to.include({ error: 'invalid_grant' })
      expect(await lineOf(stage, late)).to.include({ detail: 'authorization code is expired' })
      expect(await lineOf(stage, invented)).to.include({ detail: 'authorization code not found' })
    })
  })

import { expect } from 'chai'
import { createPageMemory } from '../../../src/pages/security/page-memory.ts'
import type { AnyContext } from '../../../src/http/request/request-state.ts'
import type { Member } from '../../../src/interaction/member.ts'
import { MINUTE_MS } from '../../../src/platform/clock.ts'
import { createSealer, deriveKey } from '../../../src/platform/tokens.ts'
import { loadConfig } from '../../../src/settings/config.ts'

const CODES = ['37CF-9DKM-TXY3']

describe('what the pages of one’s security remember', () => {
  let nowMs = Date.UTC(2030, 0, 1)
  const config = loadConfig({}, { persist: false })
  const memory = createPageMemory({
    config,
    sealer: createSealer([deriveKey('x', 'data')]),
    clock: () => nowMs,
  })
  const member = { sessionUid: 'mine' } as Member

  function browser() {
    const jar = new Map<string, string>()
    const cookies = {
      get: (name: string) => jar.get(name),
      set: (name: string, value: string) => void jar.set(name, value),
    }
    return { jar, ctx: { cookies } as unknown as AnyContext }
  }

  it('are new recovery codes for fifteen minutes, and the rest of it for longer [S-2.73]', () => {
    const { ctx, jar } = browser()
    memory.keep(ctx, member, { provenAtMs: nowMs, newCodes: { codes: CODES, madeAtMs: nowMs } })
    expect([...jar.values()].join(' ')).not.to.contain(CODES[0])
    const provenAtMs = nowMs
    nowMs += 15 * MINUTE_MS - 1
    expect(memory.read(ctx, member).newCodes?.codes).to.eql(CODES)
    nowMs += 1
    expect(memory.read(ctx, member)).to.eql({ provenAtMs })
  })

  it('is for the session that it was kept in', () => {
    const { ctx } = browser()
    memory.keep(ctx, member, { provenAtMs: nowMs })
    expect(memory.read(ctx, member)).to.eql({ provenAtMs: nowMs })
    expect(memory.read(ctx, { sessionUid: 'another' } as Member)).to.eql({})
  })
})

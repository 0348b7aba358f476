import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import type { AbandonedReport } from '../../bench/abandoned.ts'
import { FLOW_UNIT_BYTES } from '../../src/provider/records/flow-limits.ts'

const RUN = join(import.meta.dirname, '../../bench/run.ts')

/** As docs/operations.md says: bytes in Redis, and seconds until the last of them is gone. */
const DOCUMENTED: Record<string, [bytes: number, seconds: number]> = {
  'pushed request': [1500, 60],
  'pushed request, largest': [16_000, 60],
  'device code': [1500, 1200],
  'CIBA request': [1500, 1200],
  'sign-in page': [1500, 1200],
  'session of nobody (/device)': [1000, 600],
  'authorization challenge': [1000, 600],
}

describe('what strangers leave behind', () => {
  it('is as small and as short-lived as the documents say, also after a flood [S-2.59]', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [RUN, '--abandoned', '--json'])
    const { flows, flood } = JSON.parse(stdout) as AbandonedReport
    expect(flows.map(({ flow }) => flow)).to.deep.equal(Object.keys(DOCUMENTED))
    for (const { flow, bytes, staysSeconds } of flows) {
      expect(bytes, flow).to.be.within(100, DOCUMENTED[flow]![0])
      expect(staysSeconds, flow).to.be.within(1, DOCUMENTED[flow]![1])
    }
    expect(flood.taken).to.be.within(1, flood.sent / 4)
    expect(flood.bytes).to.be.within(1, flood.limit * FLOW_UNIT_BYTES * 1.1)
  })
})

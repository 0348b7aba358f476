import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { median } from '../../bench/measure.ts'
import type { Report } from '../../bench/report.ts'

const RUN = join(import.meta.dirname, '../../bench/run.ts')
const bench = (...args: string[]) => promisify(execFile)(process.execPath, [RUN, ...args])

describe('the benchmark', () => {
  it('measures the server on both stores beside the bare library, without one failed request', async () => {
    const { stdout } = await bench('--quick', '--seconds', '0.4', '--only', 'introspection,refresh', '--json')
    const { conditions, results } = JSON.parse(stdout) as Report
    expect(conditions).to.include({ node: process.version, passwordHash: 'Argon2id, 19456 KiB, t=2, p=1' })
    expect(results.map(({ workload, target }) => `${workload} ${target}`)).to.deep.equal([
      'introspection bare',
      'introspection sqlite',
      'introspection redis',
      'refresh, ES256 id_token bare',
      'refresh, ES256 id_token sqlite',
      'refresh, ES256 id_token redis',
    ])
    for (const { target, requestsPerSecond, p50Ms, p99Ms, ratio, failures } of results) {
      expect(failures, target).to.equal(0)
      expect(requestsPerSecond, target).to.be.above(0)
      expect(p99Ms, target).to.be.at.least(p50Ms)
      expect(ratio, target).to.be.above(0)
      if (target === 'bare') expect(ratio, target).to.equal(1)
    }
  })

  it('names the allowed values when it gets another one', async () => {
    const failure = await bench('--only', 'nothing').catch((error: unknown) => error)
    expect(failure).to.include({ code: 1, stderr: 'bench: --only: no workload begins with "nothing"\n' })
  })

  it('takes the middle of its rounds', () => {
    expect(median([3, 1, 2])).to.equal(2)
    expect(median([4, 1, 2, 3])).to.equal(2.5)
  })
})

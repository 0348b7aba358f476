import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { EVERY_TEST, queueOf } from '../../scripts/test-order.mjs'
import { recordTimes } from '../../scripts/test-times.mjs'

const ROOT = join(import.meta.dirname, '../..')
const PROCESSES = [0, 1, 2, 3]

/** What each process gets when all take a file in turn. */
function handedOut(): string[][] {
  const queue = queueOf(EVERY_TEST)
  const files: string[][] = PROCESSES.map(() => [])
  for (let turn = 0; turn < queue.files.length; turn += 1) {
    const index = turn % PROCESSES.length
    files[index]!.push(queue.next(index))
  }
  expect(queue.next(0), 'when no file is left').to.equal('')
  return files
}

describe('the order of a whole npm test', () => {
  it('has every file once', () => {
    const all = globSync(EVERY_TEST, { cwd: ROOT })
    expect(handedOut().flat().toSorted()).to.eql(all.toSorted())
  })

  it('gives files that share servers to few processes', () => {
    const takersOf = (uses: RegExp) =>
      handedOut().filter((files) => files.some((file) => uses.test(readFileSync(join(ROOT, file), 'utf8'))))
    expect(takersOf(/from '\.\/world\.ts'/), 'journeys').to.have.length(1)
    expect(takersOf(/import \{[^}]*\bSTAGES\b/), 'stages').to.have.length(2)
    expect(takersOf(/\b(?:startRabbitmq|sink-receivers)\b/), 'RabbitMQ').to.have.length(1)
  })

  it('leaves browsers and faults to runs of their own', () => {
    const filesOf = (run: 'behaviour' | 'journeys' | 'faults' | 'upgrade') => queueOf(EVERY_TEST, run).files
    expect(filesOf('faults')).to.include.members(['test/faults/outage.test.ts', 'test/fuzz/fuzz.test.ts'])
    expect(filesOf('journeys')).to.include.members([
      'test/journeys/consent.test.ts',
      'test/views/accessibility.test.ts',
      'test/examples/relying-party.test.ts',
    ])
    const runs = ['behaviour', 'journeys', 'faults', 'upgrade'] as const
    const all = runs.flatMap(filesOf)
    expect(all.toSorted()).to.eql(queueOf(EVERY_TEST).files.toSorted())
    for (const file of filesOf('behaviour'))
      expect(readFileSync(join(ROOT, file), 'utf8'), file).not.to.match(/chromiumOnce\(/)
  })

  it('refuses a pattern that names no file', () => {
    expect(() => queueOf(['test/nothing/*.test.ts'])).to.throw('test/nothing/*.test.ts')
  })
})

describe('npm test -- --times', () => {
  it('counts what a process started as well', function () {
    if (process.platform !== 'linux') return
    const times = recordTimes()
    times.measure(process.pid, '')
    const busy =
      'const until = Date.now() + 60_000; while (process.cpuUsage().user < 300_000 && Date.now() < until);'
    spawnSync(process.execPath, ['-e', busy])
    times.measure(process.pid, 'busy.test.ts')
    const [, seconds] = /([\d.]+) +[\d.]+ +busy\.test\.ts/.exec(times.table(1)) ?? []
    expect(Number(seconds)).to.be.at.least(0.3)
  })
})

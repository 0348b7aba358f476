import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect } from 'chai'
import { isAlive } from '../../scripts/lock.mjs'
import { withNamedTests } from '../../scripts/named-tests.mjs'
import { startMocha } from '../../scripts/test-run.mjs'
import { dataFolder, pause } from '../support/service-process.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** Runs `npm test` on files of the given content, as somebody without a terminal does. */
function runTests(files: string[], args: string[] = []) {
  const paths = filesOf(files)
  const outer = Object.entries(process.env).filter(([name]) => name !== 'TEST_EVENTS_FILE')
  const child = spawn(process.execPath, [join(ROOT, 'scripts', 'run.mjs'), 'test', ...paths, ...args], {
    cwd: ROOT,
    env: Object.fromEntries(outer),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { text: '' }
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => (output.text += stripVTControlCharacters(String(chunk))))
  const ended = once(child, 'close').then(([code]) => ({ code: code as number, text: output.text }))
  return { child, output, ended }
}

function filesOf(texts: string[]): string[] {
  const folder = dataFolder('test-command')
  return texts.map((text, index) => {
    const path = join(folder, `sample-${index}.test.ts`)
    writeFileSync(path, text)
    return path
  })
}

const PASSING = `describe('good', () => { it('passes', () => {}); it('passes too', () => {}) })`
const FAILING = `describe('bad', () => { it('fails', () => { throw new Error('what went wrong') }) })`
/** Starts a child that keeps running unless somebody ends it, and waits. */
const WAITING = `import { spawn } from 'node:child_process'
describe('long', () => {
  it('passes first', () => {})
  it('waits', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    console.log('started ' + child.pid)
    await new Promise(() => {})
  })
})`

describe('npm test', () => {
  it('shows each test, how many files are done, and ends with one plain line', async () => {
    const { code, text } = await runTests([PASSING, PASSING]).ended
    expect(code).to.equal(0)
    expect(text.match(/✔ passes/g)).to.have.lengthOf(4)
    expect(text).to.match(/\n2 of 2 files in \d+:\d\d\n\n4 passed, 0 failed\n$/)
  })

  it('takes folders and patterns, and leaves other options as they are', () => {
    const named = ['test/scripts', 'test/**/key*.test.ts', '-g', 'test/none', '--bail']
    expect(withNamedTests(named)).to.eql(['test/scripts/**/*.test.ts', ...named.slice(1)])
  })

  for (const path of ['test/none', 'test/none.test.ts', 'test/none/**/*.test.ts'])
    it(`refuses ${path}, where no test is, instead of running all`, async () => {
      const { code, text } = await runTests([], [path]).ended
      expect(code).to.equal(1)
      expect(text).to.contain(`No test is at ${path}.`)
    })

  it('lists the failures at the end, with the file', async () => {
    const { code, text } = await runTests([FAILING, PASSING]).ended
    expect(code).to.equal(1)
    expect(text).to.match(/One failure\n\n +1\) bad\n +fails:\n[^]*what went wrong[^]*sample-0\.test\.ts/)
    expect(text).to.match(/\n2 passed, 1 failed\n$/)
  })

  it('reports a test process that dies, with what it was doing', async () => {
    const { code, text } = await runTests([
      PASSING,
      `describe('x', () => it('dies', () => process.kill(process.pid, 'SIGKILL')))`,
    ]).ended
    expect(code).to.equal(137)
    expect(text).to.match(/died while it ran .*sample-1\.test\.ts \(ended by SIGKILL\)/)
    expect(text).to.match(/\n2 passed, 1 failed\n$/)
  })

  it('reports a file that cannot be read', async () => {
    const { code, text } = await runTests([`const = `]).ended
    expect(code).to.equal(1)
    expect(text)
      .to.contain('died before it ran a test')
      .and.match(/\n0 passed, 1 failed\n$/)
  })

  it('fails when no test was found', async () => {
    const { code, text } = await runTests([PASSING], ['-g', 'nothing has this title']).ended
    expect(code).to.equal(1)
    expect(text)
      .to.contain('No test was found.')
      .and.match(/\n0 passed, 0 failed\n$/)
  })

  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    it(`sums up after ${signal} and leaves nothing running`, async () => {
      const { child, output, ended } = runTests([PASSING, WAITING])
      const started = /started (\d+)/
      while (!started.test(output.text)) await Promise.race([pause(20), ended])
      const left = Number(started.exec(output.text)?.[1])
      expect(isAlive(left)).to.equal(true)
      child.kill(signal)
      const { code, text } = await ended
      expect(code).to.equal(130)
      expect(text).to.match(/Interrupted after \d+:\d\d: 1 of 2 files done\.\n/)
      expect(text).to.match(/\n3 passed, 0 failed\n$/)
      expect(isAlive(left)).to.equal(false)
    })

  it('leaves nothing running when it is killed', async () => {
    const { child, output } = runTests([WAITING])
    const started = /started (\d+)/
    while (!started.test(output.text)) await pause(20)
    const left = Number(started.exec(output.text)?.[1])
    child.kill('SIGKILL')
    while (isAlive(left)) await pause(50)
  })
})

describe('one of the processes of a whole npm test', () => {
  it('runs one file after another as they are handed out, and keeps what they share', async () => {
    const { events, code, handedOut } = await runLane([SHARING, SHARING, FAILING])
    expect(code).to.equal(1)
    expect(handedOut).to.equal(4)
    const kinds = events.map(({ kind }) => kind).filter((kind) => kind !== 'text')
    const file = (...ends: string[]) => ['start', 'file', ...ends, 'file end', 'end']
    expect(kinds).to.eql([...file('pass'), ...file('pass'), ...file('fail')])
    expect(events.map(({ text = '' }) => text).join('')).to.match(/is the 1st[^]*is the 2nd[^]*fails/)
  })

  it('says with its exit code and its output why a file could not be read', async () => {
    const { code, output } = await runLane(['const = ', PASSING])
    expect(code).to.equal(1)
    expect(output).to.contain('SyntaxError')
  })
})

const SHARING = `globalThis.turn = (globalThis.turn ?? 0) + 1
const title = ['', 'is the 1st', 'is the 2nd'][globalThis.turn]
describe('shared', () => { it(title, () => {}) })`

async function runLane(files: string[]) {
  const paths = filesOf(files).map((path) => relative(ROOT, path))
  const events: { kind: string; text?: string }[] = []
  let [output, handedOut] = ['', 0]
  const { ended } = startMocha({
    args: ['plain'],
    env: {},
    eventsFile: join(dataFolder('lane'), 'events'),
    onEvent: (event) => events.push(event as (typeof events)[0]),
    onOutput: (text) => (output += text),
    nextFile: () => paths[handedOut++],
  })
  const { code } = await ended
  return { events, output, code, handedOut }
}

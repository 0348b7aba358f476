import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { createLogFile, LOOK_AFTER_BYTES } from '../../../src/platform/logging/log-file.ts'
import type { LogLimits } from '../../../src/platform/logging/log-file.ts'

const DAY_MS = 86_400_000
const KIB = 1024
const LIMITS: LogLimits = { maxFileBytes: 256 * KIB, keepDays: 7, maxTotalBytes: 1024 * KIB }

describe('Log files', () => {
  let dir: string
  let now: number

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'log-files-'))
    now = Date.UTC(2026, 0, 10, 12)
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  const open = (limits = LIMITS, clock = () => now) =>
    createLogFile({ dir, prefix: 'account-server', clock, fileMode: 0o600, limits })
  const names = () => readdirSync(dir).toSorted()
  const put = (name: string, bytes: number) => writeFileSync(join(dir, name), 'x'.repeat(bytes))
  const line = (text: string) => `${text.padEnd(KIB - 1, '.')}\n`

  it('begin anew each day [A18]', () => {
    const log = open()
    log.write(line('first'))
    now += DAY_MS
    log.write(line('second'))
    expect(names()).to.deep.equal(['account-server-2026-01-10.log', 'account-server-2026-01-11.log'])
    expect(readFileSync(join(dir, names()[1]!), 'utf8')).to.match(/^second/)
  })

  it('are followed by another when they are full, and lose no line', () => {
    const log = open({ ...LIMITS, maxTotalBytes: 100 * LIMITS.maxFileBytes })
    for (let n = 0; n < 1000; n += 1) log.write(line(`line ${n}`))
    const sizes = names().map((name) => statSync(join(dir, name)).size)
    expect(sizes.length).to.be.within(3, 4)
    for (const [index, size] of sizes.entries())
      expect(size, `file ${index}`).to.be.at.most(LIMITS.maxFileBytes + LOOK_AFTER_BYTES + KIB)
    const all = names().map((name) => readFileSync(join(dir, name), 'utf8'))
    expect(new Set(all.join('').match(/line \d+/g))).to.have.property('size', 1000)
    expect(names()).to.include('account-server-2026-01-10.1.log')
  })

  it('of days further back are deleted, and nothing else in the folder is [A18]', () => {
    for (const day of ['2026-01-02', '2026-01-03', '2026-01-09']) put(`account-server-${day}.log`, 10)
    put('account-server-2026-01-02.2.log', 10)
    const others = [
      'account-server-2026-01-02.log.gz',
      'notes.log',
      'other-2026-01-02.log',
      'account-server.log',
    ]
    for (const name of others) put(name, 10)
    open().write('now\n')
    expect(names()).to.have.members([
      ...others,
      'account-server-2026-01-03.log',
      'account-server-2026-01-09.log',
      'account-server-2026-01-10.log',
    ])
  })

  it('are deleted beyond the size of all together, the oldest first [S-4.19]', () => {
    for (const day of ['2026-01-05', '2026-01-06', '2026-01-07', '2026-01-08'])
      put(`account-server-${day}.log`, 256 * KIB)
    put('account-server-2026-01-08.10.log', 256 * KIB)
    put('account-server-2026-01-08.9.log', 256 * KIB)
    open().write('now\n')
    expect(names()).to.have.members([
      'account-server-2026-01-08.10.log',
      'account-server-2026-01-08.9.log',
      'account-server-2026-01-08.log',
      'account-server-2026-01-10.log',
    ])
  })

  it('are found again when they were moved or deleted', () => {
    const log = open()
    const file = join(dir, 'account-server-2026-01-10.log')
    log.write(line('before'))
    renameSync(file, join(dir, 'moved'))
    now += 2000
    log.write(line('after'))
    expect(readFileSync(file, 'utf8')).to.match(/^after/)
    rmSync(file)
    now += 2000
    log.write(line('again'))
    expect(readFileSync(file, 'utf8')).to.match(/^again/)
  })

  it('are written whole by several processes at once, over several files', async function () {
    const source = `
      import { createLogFile } from ${JSON.stringify(new URL('../../../src/platform/logging/log-file.ts', import.meta.url).href)}
      const limits = ${JSON.stringify({ ...LIMITS, maxTotalBytes: 100 * LIMITS.maxFileBytes })}
      const log = createLogFile({ dir: ${JSON.stringify(dir)}, prefix: 'p', clock: Date.now, fileMode: 0o600, limits })
      for (let n = 0; n < 1000; n += 1) log.write(\`\${process.pid} line \${n}\`.padEnd(${KIB - 1}, '.') + '\\n')`
    const processes = Array.from({ length: 3 }, () =>
      spawn(process.execPath, ['--input-type=module', '--eval', source], { stdio: 'inherit' }),
    )
    const codes = await Promise.all(processes.map(async (child) => (await once(child, 'close'))[0] as number))
    expect(codes).to.deep.equal([0, 0, 0])
    const lines = names().flatMap((name) => readFileSync(join(dir, name), 'utf8').trimEnd().split('\n'))
    expect(lines.every((one) => /^\d+ line \d+\.+$/.test(one) && one.length === KIB - 1)).to.equal(true)
    expect(new Set(lines)).to.have.property('size', 3000)
    expect(names().length).to.be.greaterThan(5)
  })
})

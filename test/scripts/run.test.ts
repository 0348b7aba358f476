import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { isNewEnough } from '../../scripts/runtime.mjs'
import { withLock } from '../../scripts/lock.mjs'
import { dataFolder, freePort, pause } from '../support/service-process.ts'

const ROOT = join(import.meta.dirname, '..', '..')

function run(args: string[], { cwd = ROOT, env = {} }: { cwd?: string; env?: Record<string, string> } = {}) {
  const child = spawn(process.execPath, [join(ROOT, 'scripts', 'run.mjs'), ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { out: '', err: '' }
  child.stdout.on('data', (chunk) => (output.out += String(chunk)))
  child.stderr.on('data', (chunk) => (output.err += String(chunk)))
  return {
    child,
    output,
    ended: once(child, 'close').then(([code]) => ({ code: code as number, ...output })),
  }
}

describe('npm scripts', () => {
  it('take Node 22.18, 23.6 and everything newer, and nothing older', () => {
    expect(['22.18.0', '22.21.1', '23.6.0', '24.0.0', '26.10.0'].filter(isNewEnough)).to.have.length(5)
    expect(['18.20.4', '20.20.2', '22.17.1', '23.5.0'].filter(isNewEnough)).to.eql([])
  })

  it('name the targets when there is no such one, without a stack trace', async () => {
    const { code, out, err } = await run(['nonsense']).ended
    expect([code, out]).to.eql([1, ''])
    expect(err).to.match(/^Usage: .*start\|worker\|cli.*\n$/)
  })

  it('run from any folder and put nothing of their own on stdout', async () => {
    const folder = dataFolder('elsewhere')
    const env = { ACCOUNT_SERVER_DATA_DIR: join(folder, 'data') }
    const { code, out } = await run(['cli', 'config', '--json'], { cwd: folder, env }).ended
    expect(code).to.equal(0)
    expect(JSON.parse(out)).to.be.an('object')
  })

  it('pass the exit code of a failed command on', async () => {
    const env = { ACCOUNT_SERVER_DATA_DIR: dataFolder('exit-code') }
    const { code, err } = await run(['cli', 'nonsense'], { env }).ended
    expect(code).to.equal(1)
    expect(err).to.match(/nonsense/)
  })

  it('hand SIGTERM to what they run and end as it ends', async () => {
    const port = String(await freePort())
    const env = { ACCOUNT_SERVER_DATA_DIR: dataFolder('signals'), ACCOUNT_SERVER_PORT: port }
    const { child, output, ended } = run(['start'], { env })
    while (!output.out.includes('is ready at')) await pause(20)
    child.kill('SIGTERM')
    expect((await ended).code).to.equal(0)
  })

  it('let one process install at a time, and take over from one that died', async () => {
    const folder = dataFolder('lock')
    const file = join(folder, 'deep', 'install.lock')
    let running = 0
    let most = 0
    const work = async () => {
      running += 1
      most = Math.max(most, running)
      await pause(5)
      running -= 1
    }
    mkdirSync(join(folder, 'deep'))
    writeFileSync(file, String(await deadProcess()))
    await Promise.all(Array.from({ length: 5 }, () => withLock(file, work)))
    expect(most).to.equal(1)
  })
})

async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  await once(child, 'close')
  return child.pid!
}

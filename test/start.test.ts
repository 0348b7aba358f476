import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { AppError } from '../src/platform/errors.ts'
import { readStartArguments } from '../src/process/start/start-arguments.ts'
import { ConfigError } from '../src/settings/config-error.ts'
import { loadConfig } from '../src/settings/config.ts'
import { settings } from '../src/settings/settings.ts'
import { makeCertificate } from './provider/binding/certificates.ts'
import { BARE_ENVIRONMENT, dataFolder, freePort, pause } from './support/service-process.ts'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

type Ended = { code: number | null; out: string; err: string }

function start(env: Record<string, string>, args: string[] = []) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...BARE_ENVIRONMENT, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { out: '', err: '' }
  child.stdout.on('data', (chunk) => (output.out += String(chunk)))
  child.stderr.on('data', (chunk) => (output.err += String(chunk)))
  const ended: Promise<Ended> = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    ...output,
  }))
  return { child, output, ended }
}

async function embedded(env: Record<string, string> = {}) {
  const port = await freePort()
  return {
    port,
    env: { ACCOUNT_SERVER_DATA_DIR: dataFolder('start'), ACCOUNT_SERVER_PORT: String(port), ...env },
  }
}

async function ready(started: ReturnType<typeof start>, words = 'is ready at'): Promise<string> {
  while (!started.output.out.includes(words)) {
    const next = await Promise.race([once(started.child.stdout, 'data'), started.ended])
    if (!Array.isArray(next)) throw new Error(`ended before it was ready: ${next.err}`)
  }
  return started.output.out
}

/** One line each, no stack, exit code 1. */
function expectPlainFailure({ code, out, err }: Ended, ...words: string[]): void {
  expect(code).to.equal(1)
  expect(out).to.equal('')
  expect(err).to.not.match(/^\s+at /m)
  for (const line of err.trim().split('\n')) expect(line).to.match(/^account-server: \S/)
  for (const word of words) expect(err, word).to.contain(word)
}

describe('starting', () => {
  it('prints the address, the mailbox and a password for the administrator, once [A26]', async () => {
    const { env, port } = await embedded()
    const first = start(env)
    const banner = await ready(first)
    expect(banner).to.contain(`http://localhost:${port}`).and.contain(`http://localhost:${port}/mailbox`)
    expect(banner).to.match(/Administrator\s+admin@localhost\.localdomain/)
    expect(banner).to.match(/Password\s+\S{20,}/)
    expect(banner).to.match(new RegExp(`Listening on\\s+http://127\\.0\\.0\\.1:${port}\\n`))
    first.child.kill('SIGINT')
    const stopped = await first.ended
    expect({ ...stopped, out: stopped.out.slice(banner.length) }).to.eql({
      code: 0,
      out: 'Stopped.\n',
      err: '',
    })
    const second = start(env)
    expect(await ready(second)).to.not.contain('Password')
    second.child.kill('SIGTERM')
    expect((await second.ended).code).to.equal(0)
  })

  it('prints the password from the process that made the administrator, also from a worker', async () => {
    const { env } = await embedded()
    const worker = start(env, ['--role', 'worker'])
    const banner = await ready(worker, 'worker is ready')
    expect(banner).to.match(/Administrator\s+admin@localhost\.localdomain\n\s+Password\s+\S{20,}/)
    worker.child.kill('SIGTERM')
    expect((await worker.ended).code).to.equal(0)
  })

  it('takes the administrator from the settings and then prints no password', async () => {
    const settings = {
      ACCOUNT_SERVER_ADMIN_EMAIL: 'root@example.com',
      ACCOUNT_SERVER_ADMIN_PASSWORD: 'correct horse battery',
    }
    const { env } = await embedded(settings)
    const started = start(env)
    const banner = await ready(started)
    expect(banner)
      .to.contain('root@example.com')
      .and.not.contain('correct horse')
      .and.not.match(/Password\s/)
    started.child.kill('SIGTERM')
    await started.ended
  })

  it('says in one line that the port is in use, and creates nothing', async () => {
    const { env, port } = await embedded()
    const holder = createServer().listen(port, '127.0.0.1')
    await once(holder, 'listening')
    const folder = join(dataFolder('start'), 'new')
    const ended = await start({ ...env, ACCOUNT_SERVER_DATA_DIR: folder }).ended
    expectPlainFailure(ended, `port ${port}`, 'in use', 'ACCOUNT_SERVER_PORT')
    expect(existsSync(folder)).to.equal(false)
    holder.close()
  })

  it('says in one line that the port for client certificates is in use', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const { port } = holder.address() as AddressInfo
    const { cert, key } = makeCertificate()
    const { env } = await embedded({
      ACCOUNT_SERVER_MTLS_PORT: String(port),
      ACCOUNT_SERVER_MTLS_CERT: cert,
      ACCOUNT_SERVER_MTLS_KEY: key,
    })
    expectPlainFailure(await start(env).ended, `port ${port}`, 'in use', 'ACCOUNT_SERVER_MTLS_PORT')
    holder.close()
  })

  it('says in one line that the data folder cannot be written', async () => {
    const file = join(dataFolder('start'), 'a-file')
    writeFileSync(file, '')
    const { env } = await embedded({ ACCOUNT_SERVER_DATA_DIR: join(file, 'inside') })
    expectPlainFailure(await start(env).ended, 'ACCOUNT_SERVER_DATA_DIR')
  })

  it('names every wrong setting at once, in a line each, and creates and prints nothing [S-3.32]', async () => {
    const folder = join(dataFolder('start'), 'new')
    const names = Object.keys(settings).filter((name) => !(name in ANYTHING_GOES))
    expect(names).to.have.length.above(40)
    const wrong = names.map((name) => [`ACCOUNT_SERVER_${name.toUpperCase()}`, '/\n<'])
    const misspelt = { ACCOUNT_SERVER_HOTS: 'x' }
    const env = { ...Object.fromEntries(wrong), ...misspelt, ACCOUNT_SERVER_DATA_DIR: folder }
    const ended = await start(env).ended
    expectPlainFailure(
      ended,
      ...wrong.map(([name]) => `account-server: ${name}: got `),
      'nearest is ACCOUNT_SERVER_HOST',
    )
    expect(ended.err.trim().split('\n')).to.have.lengthOf(wrong.length + 1)
    expect(existsSync(folder)).to.equal(false)
  })

  it('refuses a sender, a link, a host and a password of the administrator that could not work', () => {
    const wrong = {
      ACCOUNT_SERVER_MAIL_FROM: 'Accounts <accounts at example.com>',
      ACCOUNT_SERVER_ADMIN_PASSWORD: 'password1',
      ACCOUNT_SERVER_ADMIN_EMAIL: 'person@nowhere',
      ACCOUNT_SERVER_HOST: '300.1.1.1/8',
      ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL: 'smtp://',
      ACCOUNT_SERVER_WORKER_ACCOUNT_ACTIVATE_WEBURL_F: '/activate?token={token}',
      ACCOUNT_SERVER_COOKIE_KEYS: ',',
      ACCOUNT_SERVER_LOG_PREFIX: '../log',
    }
    const load = () => loadConfig(wrong, { persist: false })
    for (const name of Object.keys(wrong)) expect(load, name).to.throw(ConfigError, `${name}: got`)
    expect(load).to.not.throw('password1')
  })

  it('says in one line that the folder for logs cannot be written, and makes no data folder', async () => {
    const folder = join(dataFolder('start'), 'new')
    const { env } = await embedded({
      ACCOUNT_SERVER_DATA_DIR: folder,
      ACCOUNT_SERVER_LOG_DIR: join(MAIN, 'logs'),
    })
    expectPlainFailure(await start(env).ended, 'ACCOUNT_SERVER_LOG_DIR: got')
    expect(existsSync(folder)).to.equal(false)
  })

  it('shows its help and its version, and starts nothing', async () => {
    const folder = join(dataFolder('start'), 'new')
    const env = { ACCOUNT_SERVER_DATA_DIR: folder }
    const help = await start(env, ['--help']).ended
    expect(help).to.include({ code: 0, err: '' })
    expect(help.out).to.contain('npm start').and.contain('--role worker').and.contain('npm run cli')
    expect(readStartArguments(['--version'])).to.eql({ kind: 'print', text: 'account-server 0.1.0\n' })
    expectPlainFailure(await start(env, ['--hlep']).ended, '--hlep', '--help')
    expect(existsSync(folder)).to.equal(false)
  })

  it('refuses an unknown role', () => {
    expect(() => readStartArguments(['--role', 'cook'])).to.throw(AppError, 'server or worker')
  })

  it('runs several server processes on one port and replaces one that dies', async () => {
    const { env, port } = await embedded({ ACCOUNT_SERVER_WORKERS: '2' })
    const started = start(env)
    await ready(started)
    const before = childrenOf(started.child.pid)
    expect(before).to.have.lengthOf(2)
    process.kill(before[0]!, 'SIGKILL')
    await until(() => childrenOf(started.child.pid).filter((pid) => !before.includes(pid)).length === 1)
    expect((await fetch(`http://localhost:${port}/health/ready`)).status).to.equal(200)
    started.child.kill('SIGINT')
    const { code, out } = await started.ended
    expect(code).to.equal(0)
    expect(out.match(/is ready at/g)).to.have.lengthOf(1)
  })
})

/** Settings that take every text; folders are looked at when all settings can be read. */
const ANYTHING_GOES = {
  data_dir: 1,
  log_dir: 1,
  worker_smtp_server_user: 1,
  worker_smtp_server_password: 1,
  open_client_resources: 1,
  kafka_user: 1,
  kafka_password: 1,
}

function childrenOf(pid: number | undefined): number[] {
  const listed = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return listed === '' ? [] : listed.split(' ').map(Number)
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not happen within 60 s')
    await pause(20)
  }
}

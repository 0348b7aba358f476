import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { createServersHere } from './support/server-here.ts'
import { BARE_ENVIRONMENT, dataFolder, freePort } from './support/service-process.ts'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** In this process: the same functions read the settings and open the files. */
async function start(dataDir: string, more: Record<string, string> = {}) {
  const env = { ...BARE_ENVIRONMENT, ACCOUNT_SERVER_DATA_DIR: dataDir, ...more }
  const server = createServersHere({ env, ports: [await freePort()], withWorker: false })
  await server.start()
  return server
}

/** What others than the owner may do, by path. */
function open(dir: string): Record<string, string> {
  const paths = [
    dir,
    ...readdirSync(dir, { recursive: true, encoding: 'utf8' }).map((name) => join(dir, name)),
  ]
  const modes = paths.map((path): [string, number] => [path, statSync(path).mode & 0o077])
  return Object.fromEntries(
    modes.filter(([, mode]) => mode !== 0).map(([path, mode]) => [path, mode.toString(8)]),
  )
}

describe('what an embedded server keeps on disk', function () {
  let parent: string
  let dataDir: string
  let umask: number

  /** As an ordinary umask lets it: readable by everybody. */
  before(() => (umask = process.umask(0o022)))
  after(() => process.umask(umask))
  beforeEach(() => {
    parent = dataFolder('private')
    dataDir = join(parent, 'data')
  })

  it('is for its owner alone: folder, database with -wal and -shm, secret and logs [S-4.16]', async () => {
    const server = await start(dataDir)
    const names = readdirSync(dataDir)
    expect(names).to.include.members([
      'account-server.sqlite',
      'account-server.sqlite-wal',
      'secret.key',
      'logs',
    ])
    expect(open(dataDir)).to.deep.equal({})
    await server.end()
  })

  it('is taken from others at the next start, and the log says so [S-4.17]', async () => {
    await start(dataDir).then(async (server) => {
      await server.end()
    })
    const logs = join(dataDir, 'logs')
    const [log = ''] = readdirSync(logs)
    for (const path of [dataDir, logs]) chmodSync(path, 0o755)
    const files = [join(dataDir, 'account-server.sqlite'), join(dataDir, 'secret.key'), join(logs, log)]
    for (const path of files) chmodSync(path, 0o644)
    const server = await start(dataDir)
    expect(open(dataDir)).to.deep.equal({})
    const line = readFileSync(join(logs, log), 'utf8')
      .split('\n')
      .find((one) => one.includes('files.tightened'))
    for (const path of [dataDir, logs, ...files]) expect(line, path).to.contain(`"path":"${path}"`)
    expect(line).to.contain('"from":"0644","to":"0600"')
    await server.end()
  })

  it('leaves alone what is not its own', async () => {
    mkdirSync(join(dataDir, 'mine'), { recursive: true })
    chmodSync(join(dataDir, 'mine'), 0o755)
    const server = await start(dataDir)
    expect(open(dataDir)).to.deep.equal({ [join(dataDir, 'mine')]: '55' })
    await server.end()
  })

  it('is not put into a folder where everybody may write', async () => {
    mkdirSync(dataDir)
    chmodSync(dataDir, 0o1777)
    // Port 8700 may be that of a server which somebody started before the tests.
    const port = String(await freePort())
    const env = { ...BARE_ENVIRONMENT, ACCOUNT_SERVER_DATA_DIR: dataDir, ACCOUNT_SERVER_PORT: port }
    const { status, stderr } = spawnSync(process.execPath, [MAIN], { env, encoding: 'utf8' })
    expect(status).to.equal(1)
    expect(stderr).to.match(
      /^account-server: ACCOUNT_SERVER_DATA_DIR: got ".*everybody on this machine may write/,
    )
    expect(existsSync(join(dataDir, 'account-server.sqlite'))).to.equal(false)
  })

  it('is readable by the group, and nobody else, where LOG_DIR is a folder of its own', async () => {
    const logs = mkdtempSync(join(tmpdir(), 'logs-'))
    const dir = join(logs, 'ours')
    const server = await start(dataDir, { ACCOUNT_SERVER_LOG_DIR: dir })
    const [log = ''] = readdirSync(dir)
    expect(statSync(dir).mode & 0o777).to.equal(0o750)
    expect(statSync(join(dir, log)).mode & 0o777).to.equal(0o640)
    await server.end()
    rmSync(logs, { recursive: true })
  })
})

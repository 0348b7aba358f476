import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv, promisify } from 'node:util'
import { expect } from 'chai'
import { ROOT } from '../../scripts/find-binary.mjs'
import { loadConfig } from '../../src/settings/config.ts'
import { BARE_ENVIRONMENT, dataFolder, freePort, launch } from '../support/service-process.ts'
import type { Running } from '../support/service-process.ts'
import { createVisitor } from '../support/visitor.ts'
import { until } from '../provider/stage.ts'

const PAGE = readFileSync(join(ROOT, 'docs/small-setup.md'), 'utf8')
const run = promisify(execFile)
const PASSWORD = 'copper kettle on the moor'

/** The blocks of a chapter in one language. */
function blocks(chapter: string, language: string): string[] {
  const [, text = ''] = new RegExp(`^## ${chapter}\n([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, 'm').exec(PAGE) ?? []
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, code = '']) => code,
  )
}

describe('the small set-up', function () {
  const folder = dataFolder('small-setup')
  const copies = join(folder, 'backups')
  const started: Running[] = []
  before(() => {
    mkdirSync(copies)
    mkdirSync(join(folder, 'bin'))
    const shim = `#!/bin/sh\necho "$1" >>"${join(folder, 'systemctl.log')}"\n`
    writeFileSync(join(folder, 'bin/systemctl'), shim, { mode: 0o755 })
  })
  after(() => Promise.all(started.map(({ stop }) => stop())))

  function machine(name: string, port: number): Record<string, string> {
    return {
      ...BARE_ENVIRONMENT,
      PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
      ACCOUNT_SERVER_DATA_DIR: join(folder, name),
      ACCOUNT_SERVER_PORT: String(port),
      ACCOUNT_SERVER_ISSUER: `http://localhost:${port}`,
    }
  }
  async function startOn(env: Record<string, string>): Promise<Running> {
    const port = Number(env['ACCOUNT_SERVER_PORT'])
    const running = await launch({
      command: process.execPath,
      args: [join(ROOT, 'src/main.ts')],
      ports: [port],
      env,
    })
    started.push(running)
    const isReady = async () => (await fetch(`${env['ACCOUNT_SERVER_ISSUER']}/health/ready`)).status === 200
    // A busy machine was seen to refuse the first connection.
    await until(() => isReady().catch(() => false), 'the server is ready')
    return running
  }
  const addPerson = (email: string, env: Record<string, string>) =>
    run(
      process.execPath,
      ['src/cli.ts', 'account', 'create', '--email', email, '--verified', '--password', PASSWORD],
      { cwd: ROOT, env },
    )
  const signsIn = async (email: string, env: Record<string, string>) =>
    (await createVisitor(env['ACCOUNT_SERVER_ISSUER']!).signIn({ email, password: PASSWORD })).url.pathname

  it('has settings that a server starts with, on SQLite and with a mail server', () => {
    const [settings = ''] = blocks('Install', 'ini')
    const config = loadConfig(parseEnv(settings) as Record<string, string>, { persist: false })
    expect([config.mode, config.issuer]).to.eql(['embedded', 'https://accounts.example.com'])
  })

  it('names files that are there', () => {
    const named = [...PAGE.matchAll(/(?<![\w/])deploy\/[\w./-]*[\w]/g)].map(([path]) => path)
    expect(named).to.include('deploy/small/Caddyfile')
    for (const path of named) {
      const found =
        existsSync(join(ROOT, path)) ||
        readdirSync(join(ROOT, 'deploy/systemd')).some((name) =>
          join('deploy/systemd', name).startsWith(path),
        )
      expect(found, path).to.equal(true)
    }
  })

  it('comes back on a new machine from the copy of the night, by the commands of the page', async () => {
    const old = machine('old', await freePort())
    const running = await startOn(old)
    await addPerson('before@example.org', old)
    for (const name of ['20200101T000000Z', '20200102T000000Z'])
      for (const ending of ['sqlite', 'key']) writeFileSync(join(copies, `${name}.${ending}`), 'old')
    const backup = { cwd: ROOT, env: { ...old, BACKUP_DIR: copies, BACKUP_KEEP: '2' } }
    await run('sh', ['deploy/backup.sh'], backup)
    expect(readdirSync(copies), 'the oldest copy and its key are gone').to.have.length(4)
    expect(readdirSync(copies).some((name) => name.startsWith('20200101'))).to.equal(false)
    await addPerson('after@example.org', old)
    await running.stop()

    const fresh = machine('new', await freePort())
    await (await startOn(fresh)).stop()
    const [restore = ''] = blocks('Restore', 'sh')
    const here = restore
      .replaceAll('/var/backups/account-server', copies)
      .replaceAll('/var/lib/account-server', fresh['ACCOUNT_SERVER_DATA_DIR']!)
      .replaceAll('runuser -u account-server -- ', '')
    expect(here).to.contain('src/cli.ts restore')
    await run('sh', ['-euc', here], { cwd: ROOT, env: fresh })
    expect(readFileSync(join(folder, 'systemctl.log'), 'utf8')).to.equal('stop\nstart\n')
    await startOn(fresh)
    expect(await signsIn('before@example.org', fresh)).to.equal('/account')
    expect(await signsIn('after@example.org', fresh)).to.equal('/sign-in')
  })
})

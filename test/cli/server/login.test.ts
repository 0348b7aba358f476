import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { listEntries } from '../../../src/audit/entries.ts'
import { startServer } from '../../support/running-server.ts'
import type { RunningServer } from '../../support/running-server.ts'
import { administrator, answer, ownMachine } from './command-line-at.ts'

const PROBE = pathToFileURL(join(import.meta.dirname, '../../support/module-probe.mjs')).href

type Kept = { servers: Record<string, { accessToken: string; refreshToken: string; expiresAtMs: number }> }

describe('cli login', function () {
  this.timeout(180_000)
  let server: RunningServer
  let admin: Awaited<ReturnType<typeof administrator>>
  const machine = ownMachine()
  before(async () => {
    server = await startServer({ store: 'sqlite' })
    admin = await administrator(server)
  })
  after(async () => {
    await server.stop()
    machine.remove()
  })

  const kept = () => JSON.parse(readFileSync(machine.file, 'utf8')) as Kept
  const ofServer = () => kept().servers[server.issuer]!
  const change = (fields: object) => {
    const servers = { [server.issuer]: { ...ofServer(), ...fields } }
    writeFileSync(machine.file, JSON.stringify({ servers }), { mode: 0o600 })
  }
  const at = (...args: string[]) => machine.cli([...args, '--server', server.issuer])

  it('says where to sign in while nobody has', async () => {
    const { code, stderr } = await at('account', 'list')
    expect(code).to.equal(1)
    expect(stderr).to.contain(`Run: npm run cli -- login --server ${server.issuer}`)
  })

  it('signs an administrator in with a second factor, after a comparison of codes', async () => {
    const { address, code, outcome } = await machine.login(server.issuer)
    expect(address).to.equal(`${server.issuer}/device?user_code=${code}`)
    const page = await answer(server, admin, address, 'allow')
    expect(page.heading).to.equal('Device connected')
    expect(await outcome).to.include({
      code: 0,
      stdout: `Signed in at ${server.issuer} as ${admin.email}.\n`,
    })
    expect(statSync(machine.file).mode & 0o777).to.equal(0o600)
    expect(statSync(join(machine.file, '..')).mode & 0o777).to.equal(0o700)
  })

  it('then runs commands as that person, without settings, schema or database', async () => {
    const ann = await server.createAccount()
    const file = join(machine.folder, 'modules.json')
    const env = {
      NODE_OPTIONS: `--import=${PROBE}`,
      MODULES_FILE: file,
      ACCOUNT_SERVER_MYSQL_DSN: 'no address',
    }
    const args = ['account', 'disable', ann.email, '--server', server.issuer]
    const { code, stdout, stderr } = await machine.cli(args, env)
    expect({ code, stderr }).to.eql({ code: 0, stderr: '' })
    expect(stdout).to.match(/disabled +yes/)
    const loaded = JSON.parse(readFileSync(file, 'utf8')) as string[]
    expect(loaded).to.include('zod')
    for (const one of ['knex', 'better-sqlite3', 'mysql2', 'ioredis', 'oidc-provider', 'koa'])
      expect(loaded, one).not.to.include(one)
    const {
      entries: [entry],
    } = await listEntries(
      server.parts.db,
      { accountId: ann.account.id, action: 'account.disabled' },
      { limit: 1 },
    )
    expect(entry?.actor).to.equal(admin.account.id)
  })

  it('refreshes tokens that expired, and those that the server refuses', async () => {
    const first = ofServer()
    change({ expiresAtMs: 0 })
    expect(await at('group', 'list')).to.include({ code: 0, stdout: 'No groups.\n' })
    expect(ofServer().accessToken).not.to.equal(first.accessToken)
    change({ accessToken: 'at_unknown', expiresAtMs: Date.now() + 3_600_000 })
    expect(await at('group', 'list')).to.include({ code: 0, stdout: 'No groups.\n' })
    expect(statSync(machine.file).mode & 0o777).to.equal(0o600)
  })

  it('refuses a file that others can read', async () => {
    chmodSync(machine.file, 0o644)
    expect((await at('group', 'list')).stderr).to.contain(`chmod 600 ${machine.file}`)
    chmodSync(machine.file, 0o600)
  })

  it('revokes the tokens and forgets them with logout', async () => {
    const { accessToken: token, refreshToken } = ofServer()
    expect(await at('logout')).to.include({ code: 0, stdout: `Signed out at ${server.issuer}.\n` })
    expect(kept()).to.eql({ servers: {} })
    const headers = { authorization: `Bearer ${token}` }
    expect((await fetch(`${server.issuer}/api/v1/groups`, { headers })).status).to.equal(401)
    const form = { grant_type: 'refresh_token', client_id: 'command-line', refresh_token: refreshToken }
    const body = new URLSearchParams(form)
    expect((await fetch(`${server.issuer}/oauth/token`, { method: 'POST', body })).status).to.equal(400)
    expect((await at('logout')).stdout).to.equal(`Nobody was signed in at ${server.issuer}.\n`)
  })

  it('ends when the person refuses, and keeps nothing', async () => {
    const { address, outcome } = await machine.login(server.issuer)
    await answer(server, admin, address, 'deny')
    const { code, stderr } = await outcome
    expect(code).to.equal(1)
    expect(stderr).to.contain('The sign-in was refused in the browser.')
    expect(kept()).to.eql({ servers: {} })
  })

  it('warns somebody who may do nothing there', async () => {
    const person = await administrator(server)
    await server.parts.db('account_roles').where({ accountId: person.account.id }).delete()
    const { address, outcome } = await machine.login(server.issuer)
    await answer(server, person, address, 'allow')
    const { code, stdout } = await outcome
    expect(code).to.equal(0)
    expect(stdout).to.match(/\nWarning: .+ Most commands will be refused\./)
  })
})

import { spawn, execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve, relative } from 'node:path'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseEnv, promisify } from 'node:util'
import { expect } from 'chai'
import { loadConfig } from '../src/settings/config.ts'
import { NOUNS } from '../src/cli/nouns.ts'
import { makeCertificate } from './oidc/binding/certificates.ts'
import { startServer } from './support/running-server.ts'
import type { RunningServer } from './support/running-server.ts'
import { freePort, pause } from './support/service-process.ts'
import { withSettings } from './support/settings-table.ts'
import { createVisitor } from './support/visitor.ts'

const HOME = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(join(HOME, 'README.md'), 'utf8')
const documents = ['README.md', ...markdownIn('docs')]

describe('the README', () => {
  it('lists every setting as the schema has it', () => {
    expect(withSettings(readme), 'run npm run readme').to.equal(readme)
  })

  it('names only npm scripts that exist, and all of them', () => {
    const { scripts } = JSON.parse(readFileSync(join(HOME, 'package.json'), 'utf8')) as { scripts: object }
    const named = new Set(
      [...readme.matchAll(/npm (?:run (?:--silent )?([\w-]+)|(start|test))/g)].map(([, a, b]) => a ?? b),
    )
    expect([...named]).to.have.members(Object.keys(scripts))
  })

  it('lists every command of the command line', () => {
    const table = readme.slice(readme.indexOf('## The operator’s') + 1)
    for (const { name, commands } of NOUNS) {
      const row = table.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${name}\``))
      expect(row, name).to.be.a('string')
      for (const { verb } of commands) if (verb) expect(row).to.include(`\`${verb}\``)
    }
  })

  it('links only to files that exist, as all documents do', () => {
    for (const document of documents) {
      const text = readFileSync(join(HOME, document), 'utf8')
      const targets = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)|src="([^"]+)"/g)].map(
        ([, a, b]) => a ?? b ?? '',
      )
      for (const target of targets.filter((one) => !/^https?:/.test(one)))
        expect(existsSync(resolve(HOME, dirname(document), target)), `${document}: ${target}`).to.equal(true)
    }
  })

  it('comes with an .env.example that is a valid configuration once its lines are put to use', () => {
    const lines = readFileSync(join(HOME, '.env.example'), 'utf8').replace(/^#(?=ACCOUNT)/gm, '')
    const folder = mkdtempSync(join(tmpdir(), 'env-'))
    const { key, cert } = makeCertificate()
    const contents: Record<string, string> = { CERT: cert, KEY: key, CLIENT_CA: cert }
    const given = Object.entries(parseEnv(lines))
    const environment = given.map(([name, value]) => {
      if (!name.endsWith('_FILE')) return [name, value]
      const file = join(folder, name)
      const kind = /MTLS_(.*)_FILE/.exec(name)?.[1] ?? ''
      writeFileSync(file, contents[kind] ?? 'a secret of the tests, long enough to be one')
      return [name, file]
    })
    expect(given.length).to.be.greaterThan(8)
    expect(loadConfig(Object.fromEntries(environment) as Record<string, string>).mode).to.equal('service')
    rmSync(folder, { recursive: true })
  })
})

describe('what the README tells a newcomer to do', () => {
  let server: RunningServer
  let folder: string
  const ends: (() => void)[] = []

  before(async () => {
    server = await startServer({ store: 'sqlite' })
    ends.push(() => void server.stop())
    mkdirSync(join(HOME, '.cache'), { recursive: true })
    folder = mkdtempSync(join(HOME, '.cache', 'readme-'))
    ends.push(() => rmSync(folder, { recursive: true, force: true }))
  })

  after(() => {
    for (const end of ends.reverse()) end()
  })

  /** The documented text, with the ports and folders of this test in place of its own. */
  function here(text: string, ports: Record<string, number>): string {
    const moved = Object.entries(ports).reduce(
      (so, [from, to]) => so.replaceAll(`:${from}`, `:${to}`).replaceAll(`listen(${from}`, `listen(${to}`),
      text,
    )
    return moved
      .replaceAll('http://localhost:8700', server.issuer)
      .replaceAll(/\.\.\/my-\w+/g, relative(HOME, folder))
  }

  function codeBlock(file: string, ports: Record<string, number>): void {
    const block = new RegExp(`\`\`\`js\\n(// ${file}\\n[\\s\\S]*?)\`\`\``).exec(readme)?.[1]
    expect(block, file).to.be.a('string')
    writeFileSync(join(folder, file), here(block ?? '', ports))
  }

  async function commands(named: string, ports: Record<string, number>): Promise<void> {
    const lines = readme
      .split('\n')
      .filter((line) => line.startsWith('npm run --silent cli') && line.includes(named))
    expect(lines, named).to.have.length(1)
    await promisify(execFile)('sh', ['-c', here(lines[0] ?? '', ports)], { cwd: HOME, env: server.env })
  }

  function run(file: string): void {
    const child = spawn(process.execPath, [file], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] })
    ends.push(() => child.kill())
  }

  async function answering(address: string): Promise<void> {
    while (!(await fetch(address, { redirect: 'manual' }).catch(() => undefined))) await pause(20)
  }

  it('brings a first relying party up that greets the person who signed in', async () => {
    const ports = { 3000: await freePort() }
    await commands('client create --name "My app"', ports)
    codeBlock('app.mjs', ports)
    run('app.mjs')
    const app = `http://localhost:${ports[3000]}/`
    await answering(app)
    const person = await server.createAccount({ name: 'Sample Person' })
    const visitor = createVisitor(server.issuer)
    const begun = await fetch(app, { redirect: 'manual' })
    const signIn = await visitor.get(begun.headers.get('location') ?? '')
    const consent = await visitor.followForm(signIn, { email: person.email, password: person.password })
    const allowed = await visitor.followForm(consent, { decision: 'allow' }, { action: 'consent' })
    const greeting = await fetch(allowed.headers.get('location') ?? '')
    expect(await greeting.text()).to.equal(`Hello, Sample Person <${person.email}>\n`)
  })

  it('brings a first resource server up that answers a machine client and refuses everybody else', async () => {
    const ports = { 3001: await freePort() }
    await commands('resource create', ports)
    await commands('client create --name "Nightly job"', ports)
    for (const file of ['api.mjs', 'job.mjs']) codeBlock(file, ports)
    run('api.mjs')
    const api = `http://localhost:${ports[3001]}/`
    await answering(api)
    const { stdout } = await promisify(execFile)(process.execPath, ['job.mjs'], { cwd: folder })
    expect(stdout).to.match(/^200 Notes for [\w-]+\n/)
    const forged = await fetch(api, { headers: { authorization: 'Bearer forged' } })
    expect([forged.status, forged.headers.get('www-authenticate')]).to.deep.equal([
      401,
      'Bearer error="invalid_token"',
    ])
  })
})

function markdownIn(folder: string): string[] {
  const names = readdirSync(join(HOME, folder), { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.md')).map((name) => join(folder, name))
}

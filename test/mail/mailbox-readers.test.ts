import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { ConfigError } from '../../src/settings/config-error.ts'
import { loadConfig } from '../../src/settings/config.ts'
import { openStage, PASSWORD } from '../provider/stage.ts'
import { BARE_ENVIRONMENT, dataFolder, freePort } from '../support/service-process.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const DANGEROUS = 'ACCOUNT_SERVER_DANGEROUSLY_SHOW_MAILBOX_TO_ADMINISTRATORS'
const SMTP = 'ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL'
const PUBLIC = 'https://accounts.example.com'
/** Each is enough for others to reach the server. */
const REACHABLE: Record<string, string>[] = [
  { ACCOUNT_SERVER_HOST: '0.0.0.0' },
  { ACCOUNT_SERVER_ISSUER: PUBLIC },
]

/** Nothing is generated that would have to be written down. */
const configured = (env: Record<string, string>) => loadConfig(env, { persist: false })

/** Starts an embedded server; answers what it said when it ended, or what a stranger gets at /mailbox. */
async function tried(env: Record<string, string>) {
  const port = await freePort()
  const child = spawn(process.execPath, [MAIN], {
    env: {
      ...BARE_ENVIRONMENT,
      ACCOUNT_SERVER_DATA_DIR: dataFolder('mailbox'),
      ACCOUNT_SERVER_PORT: String(port),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk) => (said.out += String(chunk)))
  child.stderr.on('data', (chunk) => (said.err += String(chunk)))
  const ended = once(child, 'close')
  while (!said.out.includes('is ready at')) {
    const next = await Promise.race([once(child.stdout, 'data'), ended])
    if (typeof next[0] === 'number') return { code: next[0], err: said.err }
  }
  const host = env['ACCOUNT_SERVER_HOST'] ?? '127.0.0.1'
  const reached = { '0.0.0.0': '127.0.0.1', '::': '[::1]', '::1': '[::1]' }[host] ?? host
  const headers = { host: new URL(env['ACCOUNT_SERVER_ISSUER'] ?? `http://localhost:${port}`).host }
  const statuses: number[] = []
  for (const path of ['/mailbox', '/mailbox/any', '/mailbox/any/html'])
    statuses.push((await fetch(`http://${reached}:${port}${path}`, { headers })).status)
  child.kill('SIGINT')
  await ended
  return { statuses, out: said.out }
}

describe('the development mailbox', function () {
  it('is there where the server listens on loopback alone and its issuer is there as well', async () => {
    const { statuses, out } = await tried({ ACCOUNT_SERVER_HOST: '::1' })
    expect(statuses).to.eql([200, 404, 404])
    expect(out).to.match(/Mailbox +http:\/\/localhost/)
    for (const host of ['127.0.0.1', '127.0.0.9', 'localhost', '::1'])
      expect(configured({ ACCOUNT_SERVER_HOST: host }).mail.mailbox, host).to.equal('everybody')
  })

  it('keeps a server from starting that others could reach [S-3.27]', async () => {
    const { code, err } = await tried({ ACCOUNT_SERVER_HOST: '0.0.0.0' })
    expect(code).to.equal(1)
    expect(err).to.contain(SMTP).and.contain(`${DANGEROUS}=true`)
  })

  for (const [what, env] of [
    ['that listens on every address', { ACCOUNT_SERVER_HOST: '0.0.0.0' }],
    ['that listens on every address of IPv6', { ACCOUNT_SERVER_HOST: '::' }],
    ['with a public issuer, behind a proxy on the same machine', { ACCOUNT_SERVER_ISSUER: PUBLIC }],
    ['with both', { ACCOUNT_SERVER_HOST: '0.0.0.0', ACCOUNT_SERVER_ISSUER: PUBLIC }],
    ['that asks for it', { ACCOUNT_SERVER_HOST: '0.0.0.0', ACCOUNT_SERVER_MAILBOX: 'true' }],
    [
      'that asks for it beside SMTP',
      { ACCOUNT_SERVER_ISSUER: PUBLIC, ACCOUNT_SERVER_MAILBOX: 'true', [SMTP]: 'smtp://127.0.0.1:9' },
    ],
  ] as [string, Record<string, string>][])
    it(`is refused to a server ${what}, by the names of the settings [S-3.27]`, () => {
      const found = [SMTP, `${DANGEROUS}=true`]
      for (const [name, value] of Object.entries(env))
        if (name.endsWith('HOST') || name.endsWith('ISSUER')) found.push(`${name} is "${value}"`)
      for (const words of found) expect(() => configured(env), words).to.throw(ConfigError, words)
    })

  it('is not there where mails go to an SMTP server', async () => {
    const smtp = { [SMTP]: 'smtp://127.0.0.1:9' }
    const { statuses, out } = await tried({ ...smtp, ACCOUNT_SERVER_HOST: '0.0.0.0' })
    expect(statuses).to.eql([404, 404, 404])
    expect(out).not.to.contain('Mailbox')
    for (const env of REACHABLE)
      expect(configured({ ...env, ...smtp }).mail.mailbox, Object.keys(env)[0]).to.equal('none')
  })

  it('shows strangers nothing where it is opened', async () => {
    const opened = { [DANGEROUS]: 'true' }
    const { statuses, out } = await tried({ ...opened, ACCOUNT_SERVER_ISSUER: PUBLIC })
    expect(statuses).to.eql([403, 403, 403])
    expect(out).to.contain('for signed-in administrators')
    for (const env of REACHABLE)
      expect(configured({ ...env, ...opened }).mail.mailbox, Object.keys(env)[0]).to.equal('administrators')
  })

  it('is read by signed-in administrators alone where it is opened [S-3.28]', async () => {
    const stage = await openStage({
      store: 'sqlite',
      env: { ACCOUNT_SERVER_HOST: '0.0.0.0', [DANGEROUS]: 'true' },
    })
    const [stranger, member, administrator] = [stage.visitor(), stage.visitor(), stage.visitor()]
    await member.signIn({ email: (await stage.person()).email, password: PASSWORD })
    await administrator.signIn({ email: 'admin@example.org', password: PASSWORD })
    const asked = await stranger.followForm(await stranger.get('/forgot'), { email: 'admin@example.org' })
    expect(asked.text, 'no way to it on a page for everybody').not.to.contain('/mailbox')
    expect((await stranger.get('/')).text).not.to.contain('/mailbox')
    for (const [who, visitor] of Object.entries({ stranger, member })) {
      const page = await visitor.get('/mailbox')
      expect(page.status, who).to.equal(403)
      expect(page.text, who).to.contain('Only an administrator')
    }
    const page = await administrator.get('/mailbox')
    expect(page.status).to.equal(200)
    expect(page.heading).to.contain('ailbox')
    await stage.stop()
  })
})

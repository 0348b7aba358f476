import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect } from 'chai'
import { terminalLines } from '../../src/process/start/terminal-lines.ts'
import type { Terminal } from '../../src/process/start/terminal-lines.ts'
import { until } from '../provider/stage.ts'
import { findBinary } from '../../scripts/find-binary.mjs'
import { BARE_ENVIRONMENT, dataFolder, freePort } from '../support/service-process.ts'
import { createVisitor } from '../support/visitor.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
const NODE = [process.execPath, '--disable-warning=ExperimentalWarning', MAIN]
const EMAIL = 'admin@example.org'

/** `script` is the terminal of the program; every Debian and macOS has it. */
function inTerminal(command: string[]): string[] {
  const script = findBinary('script')
  if (!script) throw new Error('no program `script`: it gives the server a terminal')
  return process.platform === 'darwin'
    ? [script, '-q', '/dev/null', ...command]
    : [script, '-qefc', command.map(quoted).join(' '), '/dev/null']
}

/** For the shell that `script` starts: a folder may have a blank in its name. */
function quoted(argument: string): string {
  return `'${argument.replaceAll("'", "'\\''")}'`
}

async function startIn(command: string[]) {
  const [port, folder] = [await freePort(), dataFolder('terminal')]
  const issuer = `http://localhost:${port}`
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    env: {
      ...BARE_ENVIRONMENT,
      TERM: 'xterm-256color',
      ACCOUNT_SERVER_PORT: String(port),
      ACCOUNT_SERVER_DATA_DIR: folder,
      ACCOUNT_SERVER_ADMIN_EMAIL: EMAIL,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  await until(() => out.includes('is ready at'), 'the server is ready')
  return {
    issuer,
    folder,
    lines: () => stripVTControlCharacters(out).split(/\r?\n/),
    raw: () => out,
    async stop() {
      child.kill('SIGTERM')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

/** A refusal of ours, one of the protocol, a mail, and a request that works. */
async function useAll(issuer: string): Promise<void> {
  const visitor = createVisitor(issuer)
  await visitor.get('/nothing-here')
  await visitor.get('/oauth/authorize?client_id=unknown&response_type=code')
  await visitor.followForm(await visitor.get('/forgot'), { email: EMAIL }, { action: '/forgot' })
}

describe('the terminal of a developer', () => {
  it('shows one coloured line for each refusal and each mail, and the log has all lines', async () => {
    const server = await startIn(inTerminal(NODE))
    try {
      await useAll(server.issuer)
      const has = (pattern: RegExp) => server.lines().some((line) => pattern.test(line))
      await until(
        () => has(/^\d\d:\d\d:\d\d {2}mail {5}http:\/\/localhost:\d+\/mailbox$/),
        'the mail is shown',
      )
      expect(
        has(/^\d\d:\d\d:\d\d {2}refused {2}404 {2}GET {2}\/nothing-here {2}not_found/),
        server.raw(),
      ).to.equal(true)
      expect(has(/refused {2}authorization\.error {2}invalid_client/), server.raw()).to.equal(true)
      const refusals = server.lines().filter((line) => line.includes('refused'))
      expect(refusals, refusals.join('\n')).to.have.length(2)
      expect(server.raw()).to.contain('\u{1b}[33mrefused')
      expect(server.raw()).to.not.contain('http.request')
      expect(logOf(server.folder)).to.contain('"http.request"')
    } finally {
      await server.stop()
    }
  })

  it('shows every line with --verbose, also without a terminal, and then without colours', async () => {
    const server = await startIn([...NODE, '--verbose'])
    try {
      await useAll(server.issuer)
      const isShown = () =>
        server.lines().some((line) => /info {5}http\.request .*route=\/forgot /.test(line))
      await until(isShown, 'requests are shown')
      expect(server.raw()).to.not.contain('\u{1b}[')
      expect(server.lines().some((line) => line.startsWith('{'))).to.equal(false)
    } finally {
      await server.stop()
    }
  })

  it('stays empty where output goes to a file or another program, and on a public server', () => {
    const mail = { mailbox: 'none' } as Parameters<typeof terminalLines>[0]['mail']
    const to = (isTTY: boolean): Terminal => ({ isTTY, isColourful: isTTY, write: () => true })
    const local = { issuer: 'http://localhost:8700', mail }
    const publicly = { issuer: 'https://accounts.example.com', mail }
    expect(terminalLines(local, to(false), false)).to.equal(undefined)
    expect(terminalLines(publicly, to(true), true)).to.equal(undefined)
    expect(terminalLines(local, to(true), false)).to.not.equal(undefined)
  })

  it('shows faults in red, and no control character of a request', () => {
    let shown = ''
    const write = (text: string) => (shown += text)
    const config = { issuer: 'http://localhost:8700', mail: { mailbox: 'none' } } as Parameters<
      typeof terminalLines
    >[0]
    const lines = terminalLines(config, { isTTY: true, isColourful: false, write }, false)
    const time = '2026-01-02T03:04:05.000Z'
    const fault = {
      status: 500,
      method: 'GET',
      path: '/x\u{1b}[2J\ny',
      err: { type: 'TypeError', message: 'no' },
    }
    lines?.write(
      `${JSON.stringify({ time, level: 'error', msg: 'http.failed', errorId: 'AAAA-BBBB', ...fault })}\n`,
    )
    expect(shown).to.equal('03:04:05  failed   500  GET  /x [2J y  http.failed  TypeError  no  AAAA-BBBB\n')
  })
})

function logOf(folder: string): string {
  const logs = join(folder, 'logs')
  return readdirSync(logs)
    .map((file) => readFileSync(join(logs, file), 'utf8'))
    .join('')
}

/** The command line of somebody at a machine of their own, which has no settings and no database of the server. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { grantRole } from '../../../src/accounts/roles.ts'
import { enroll } from '../../factors/enrolled.ts'
import { BARE_ENVIRONMENT } from '../../support/service-process.ts'
import type { RunningServer } from '../../support/running-server.ts'
import { createVisitor } from '../../support/visitor.ts'
import type { Visited } from '../../support/visitor.ts'
import type { Outcome } from '../command-line.ts'

const CLI = join(import.meta.dirname, '../../../src/cli.ts')
const CODE = /Open (\S+)\nand compare the code: {2}(\S+)/

export function ownMachine() {
  const folder = mkdtempSync(join(tmpdir(), 'account-server-own-'))
  const env = { XDG_CONFIG_HOME: folder }
  const start = (args: string[], more: Record<string, string> = {}): ChildProcess =>
    spawn(process.execPath, [CLI, ...args], { cwd: folder, env: { ...BARE_ENVIRONMENT, ...env, ...more } })
  return {
    folder,
    env,
    file: join(folder, 'account-server', 'sign-ins.json'),
    cli: (args: string[], more?: Record<string, string>) => outcomeOf(start(args, more)),
    /** Begins `login`. Answers the address with the code once it is shown, and what becomes of the command. */
    async login(server: string) {
      const child = start(['login', '--server', server])
      const outcome = outcomeOf(child)
      return { ...(await shownBy(child, outcome)), outcome }
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}

async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)))
  const [stdout, stderr, code] = await Promise.all([text(child.stdout!), text(child.stderr!), ended])
  return { code, stdout, stderr }
}

function shownBy(child: ChildProcess, outcome: Promise<Outcome>): Promise<{ address: string; code: string }> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr!.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const [, address, code] = CODE.exec(said) ?? []
      if (address !== undefined && code !== undefined) resolve({ address, code })
    })
    void outcome.then(({ stdout, stderr }) => reject(new Error(`login ended: ${stdout}${stderr}`)))
  })
}

/** Somebody with the role admin, who has an authenticator app. */
export async function administrator(server: RunningServer) {
  const person = await server.createAccount()
  await grantRole(server.parts.db, person.account.id, 'admin')
  return { ...person, factor: await enroll(server.parts, person.account.id) }
}

type Administrator = Awaited<ReturnType<typeof administrator>>

/** Opens the address that `login` showed, signs in, compares the code and answers. */
export async function answer(
  server: RunningServer,
  { email, password, factor }: Administrator,
  address: string,
  decision: 'allow' | 'deny',
): Promise<Visited> {
  const visitor = createVisitor(server.issuer)
  let page = await visitor.get(new URL(address))
  page = await visitor.followForm(page, { email, password }, { action: '/sign-in' })
  page = await visitor.followForm(page, { code: await factor.code() })
  return visitor.followForm(page, { decision }, { action: '/consent' })
}

/** The account server that the stacks meet: embedded, on a free loopback port, with a data folder that is gone afterwards. */
import { rmSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cli } from '../examples/account-server.ts'
import { ROOT } from '../scripts/find-binary.mjs'
import type { Person } from './person.ts'
import { startProgram } from './programs.ts'
import type { Answer } from './stack.ts'

export const PERSON: Person = {
  email: 'zoe.person@example.com',
  password: 'violet kettle 41',
  name: 'Zoë Person',
}

/** @param settings beside the port and the data folder */
export async function startAccountServer(port: number, settings: Record<string, string> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'account-server-interop-'))
  const forget = () => rmSync(dataDir, { recursive: true, force: true })
  process.once('exit', forget)
  const env = {
    ACCOUNT_SERVER_PORT: String(port),
    ACCOUNT_SERVER_DATA_DIR: dataDir,
    ...settings,
  }
  const program = await startProgram([process.execPath, 'src/main.ts'], ROOT, env, port)
  const command = async (...args: string[]) => (await cli(args, { ...process.env, ...env })) as Answer
  const { email, password, name } = PERSON
  await command('account', 'create', '--email', email, '--password', password, '--name', name, '--verified')
  return {
    issuer: `http://localhost:${port}`,
    cli: command,
    stop: () => program.stop().then(forget),
  }
}

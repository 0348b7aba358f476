/**
 * The tokens of `login`, by server, in a file that nobody else can read. A token opens the administration, so the file is
 * refused where others may read it.
 */
import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../platform/errors.ts'

const kept = z.object({
  accessToken: z.string(),
  expiresAtMs: z.number(),
  refreshToken: z.string().optional(),
})
const file = z.object({ servers: z.record(z.string(), kept) })

export type KeptSignIn = z.infer<typeof kept>

/** Under `XDG_CONFIG_HOME`, by default `~/.config`. */
export function signInsFile(environment: NodeJS.ProcessEnv): string {
  return join(environment['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'account-server', 'sign-ins.json')
}

/** @throws AppError `sign_ins_readable`, `sign_ins_invalid` */
export function readSignIn(path: string, server: string): KeptSignIn | undefined {
  return readAll(path)[server]
}

/** Nothing removes it. The others stay. */
export function keepSignIn(path: string, server: string, signIn: KeptSignIn | undefined): void {
  const { [server]: _before, ...others } = readAll(path)
  const servers = signIn === undefined ? others : { ...others, [server]: signIn }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify({ servers }, null, 2)}\n`, { mode: 0o600, flush: true })
  // A draft that a killed process left keeps the mode that it had.
  chmodSync(draft, 0o600)
  renameSync(draft, path)
}

function readAll(path: string): Record<string, KeptSignIn> {
  let text: string
  try {
    if ((statSync(path).mode & 0o077) !== 0)
      throw new AppError('sign_ins_readable', 400, `Others can read ${path}. Run: chmod 600 ${path}`)
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw error
  }
  const read = file.safeParse(jsonOf(text))
  if (read.success) return read.data.servers
  throw new AppError('sign_ins_invalid', 400, `${path} is damaged. Remove it, and sign in again.`)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

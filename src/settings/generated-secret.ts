/** The generated secret of an embedded server without a configured one. It is kept in the data folder. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from './config-error.ts'

export const SECRET_FILE = 'secret.key'

/** Throws ConfigError when the folder cannot be written. `persist: false` makes one that is kept nowhere. */
export function generatedSecret(dataDir: string, persist: boolean): string {
  const file = join(dataDir, SECRET_FILE)
  if (existsSync(file)) return readFileSync(file, 'utf8').trim()
  const generated = randomBytes(32).toString('base64url')
  if (!persist) return generated
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    writeFileSync(file, `${generated}\n`, { mode: 0o600, flag: 'wx' })
    return generated
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      return readFileSync(file, 'utf8').trim()
    const got = error instanceof Error ? error.message.replace(/^(\w+): .*/, '$1') : ''
    throw new ConfigError([
      `ACCOUNT_SERVER_DATA_DIR: got "${dataDir}", takes a folder that can be written (${got})`,
    ])
  }
}

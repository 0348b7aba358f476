/** The passphrase of an export, from a file: process lists and shell histories show arguments. */
import { readFileSync } from 'node:fs'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'

/** The first line. Undefined where none is named. */
export function passphraseOf(input: Input): string | undefined {
  const file = input.text('passphrase-file')
  if (file === undefined) return undefined
  const [line = ''] = read(file).split(/\r?\n/)
  if (line === '') throw usageError(`--passphrase-file: the first line of ${file} is empty`)
  return line
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw usageError(`--passphrase-file: ${file} cannot be read`)
  }
}

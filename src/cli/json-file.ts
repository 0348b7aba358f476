/** Reads a JSON file that an option names. */
import { readFileSync } from 'node:fs'
import { usageError } from './usage-error.ts'

/** A mistake in the file is reported without its content: it may be a private key. */
export function readJsonFile(option: string, file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const why = error instanceof SyntaxError ? 'is not JSON' : 'cannot be read'
    throw usageError(`--${option}: ${file} ${why}`)
  }
}

/**
 * The passphrase of an export: from a file, else a terminal is asked. It is no argument, because process lists and shell
 * histories show those.
 */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'

type Terminal = { input: NodeJS.ReadableStream & { isTTY?: boolean }; output: NodeJS.WritableStream }

const NEW = 'Passphrase for keys, secrets and second factors (empty: they are left out): '

/**
 * `isNew`: it is typed twice, and may be left empty. Answers undefined where there is none. Asks nothing where a program
 * reads the answer (`--json`) or standard input is no terminal.
 */
export function passphraseFrom(
  input: Input,
  { isNew }: { isNew: boolean },
  terminal: Terminal = { input: process.stdin, output: process.stderr },
): () => Promise<string | undefined> {
  return async () => {
    const file = input.text('passphrase-file')
    if (file !== undefined) return firstLineOf(file)
    if (!terminal.input.isTTY || input.flag('json')) return undefined
    const prompt = openPrompt(terminal)
    try {
      const typed = await prompt.ask(isNew ? NEW : 'Passphrase of the export: ')
      if (typed !== '' && isNew && (await prompt.ask('Again: ')) !== typed)
        throw usageError('the two passphrases differ')
      return typed === '' ? undefined : typed
    } finally {
      prompt.close()
    }
  }
}

function firstLineOf(file: string): string {
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

/** Shows nothing of what is typed. Keeps a line that comes before its question. */
function openPrompt({ input, output }: Terminal) {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input, output: unseen, terminal: true })
  const typed = lines[Symbol.asyncIterator]()
  return {
    async ask(question: string): Promise<string> {
      output.write(question)
      const line = await typed.next()
      output.write('\n')
      if (line.done) throw usageError('no passphrase was typed')
      return line.value
    },
    close: () => lines.close(),
  }
}

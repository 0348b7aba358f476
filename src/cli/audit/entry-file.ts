/** A file of entries that `audit export` writes: one JSON object on each line, for the eyes of its owner alone. */
import { createWriteStream, renameSync, rmSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { Answer } from '../../command-line/command.ts'

/** `onWritten` runs before the file gets its name: where it throws, there is no file. */
export async function exportedTo(
  file: string,
  pieces: AsyncIterable<readonly object[]>,
  onWritten: (entries: number) => Promise<void> = () => Promise.resolve(),
): Promise<Answer> {
  const draft = `${file}.${process.pid}`
  let written = 0
  async function* lines() {
    for await (const entries of pieces) {
      written += entries.length
      yield entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
    }
  }
  try {
    await pipeline(lines(), createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true }))
    await onWritten(written)
    renameSync(draft, file)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
  return { data: { written: file, entries: written }, text: `Wrote ${file} with ${written} entries.` }
}

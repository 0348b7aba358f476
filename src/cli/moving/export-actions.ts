/** What the command `export` does. */
import { createWriteStream, renameSync, rmSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { exportedLines } from '../../moving/rows/export-rows.ts'
import type { Exported } from '../../moving/rows/export-rows.ts'
import { newSealing } from '../../moving/rows/passphrase.ts'
import { movedTables } from '../../process/moved-tables.ts'
import type { Parts } from '../../process/start/parts.ts'
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { columns } from '../../command-line/layout.ts'
import { progressBar } from '../../command-line/progress-bar.ts'
import type { ProgressBar } from '../../command-line/progress-bar.ts'
import { passphraseFrom } from './passphrase.ts'
import { smallHeap } from './small-heap.ts'

export async function run(input: Input, { db, sealer, config, features }: Parts): Promise<Answer> {
  const keepSmall = smallHeap()
  const [file = ''] = input.operands
  const passphrase = await passphraseFrom(input, { isNew: true })()
  const made = passphrase === undefined ? undefined : await newSealing(passphrase)
  const exported: Exported = { counts: {}, leftOut: {}, secondFactors: 0 }
  const sealers = { data: sealer, file: made?.sealer }
  const sealing = { sealers, sealing: made?.sealing, digestKey: config.keys.index }
  const needs = { db, ...movedTables(features), ...sealing }
  const [counted] = await db('accounts').count({ all: '*' })
  const bar = progressBar(process.stderr, { quiet: input.flag('json') })
  await write(file, exportedLines(needs, exported), bar, () => {
    const { accounts = 0 } = exported.counts
    keepSmall(accounts)
    return { done: accounts / Math.max(1, Number(counted?.['all'] ?? 0)), text: `${accounts} accounts` }
  })
  const { accounts = 0, ...others } = exported.counts
  return {
    data: {
      written: file,
      accounts,
      second_factors: exported.secondFactors,
      others,
      left_out: exported.leftOut,
    },
    text: textOf(file, exported, passphrase !== undefined),
  }
}

type Done = { done: number; text: string }

/** Beside the file first, and in its place when it is whole. */
async function write(
  file: string,
  lines: AsyncIterable<object[]>,
  bar: ProgressBar,
  progress: () => Done,
): Promise<void> {
  const draft = `${file}.${process.pid}`
  async function* texts() {
    for await (const some of lines) {
      yield some.map((line) => `${JSON.stringify(line)}\n`).join('')
      const { done, text } = progress()
      bar.draw(done, text)
    }
  }
  try {
    await pipeline(texts(), createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true }))
    renameSync(draft, file)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  } finally {
    bar.clear()
  }
}

function textOf(file: string, { counts, leftOut, secondFactors }: Exported, hasPassphrase: boolean): string {
  const { accounts = 0, ...others } = counts
  const moved = Object.entries(others).filter(([, count]) => count > 0)
  const missing = Object.entries(leftOut)
  return [
    `Wrote ${accounts} accounts to ${file}${secondFactors > 0 ? `, ${secondFactors} of them with a second factor` : ''}.`,
    ...(moved.length > 0 ? [`Beside them:\n${rowsOf(moved)}`] : []),
    ...(missing.length > 0
      ? [`${hasPassphrase ? 'No data key opens' : 'Left out without a passphrase'}:\n${rowsOf(missing)}`]
      : []),
  ].join('\n\n')
}

function rowsOf(counts: [string, number][]): string {
  return columns(counts.map(([what, count]) => [`  ${what}`, String(count)]))
}

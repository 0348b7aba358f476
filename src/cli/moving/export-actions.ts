/** What the command `export` does. */
import { once } from 'node:events'
import { createWriteStream, renameSync, rmSync } from 'node:fs'
import { finished } from 'node:stream/promises'
import { exportedAccounts } from '../../moving/export-accounts.ts'
import type { Services } from '../../services.ts'
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { progressBar } from '../../command-line/progress-bar.ts'

export async function run(input: Input, { db }: Services): Promise<Answer> {
  const [file = ''] = input.operands
  const draft = `${file}.${process.pid}`
  const bar = progressBar(process.stderr)
  const [counted] = await db('accounts').count({ all: '*' })
  const all = Number(counted?.['all'] ?? 0)
  let accounts = 0
  try {
    const out = createWriteStream(draft, { flags: 'wx', mode: 0o600 })
    await once(out, 'open')
    for await (const lines of exportedAccounts(db)) {
      accounts += lines.length
      if (!out.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))) await once(out, 'drain')
      bar.draw(accounts / Math.max(all, accounts), `${accounts} accounts`)
    }
    out.end()
    await finished(out)
    renameSync(draft, file)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  } finally {
    bar.clear()
  }
  return { data: { written: file, accounts }, text: `Wrote ${accounts} accounts to ${file}.` }
}

/** What the command `migrate` does. */
import { migrate as bringUp, withStartupLock } from '../platform/sql/migrate.ts'
import type { Services } from '../services.ts'
import type { Answer } from '../command-line/command.ts'
import type { Input } from '../command-line/input.ts'

export async function migrate(_input: Input, { db, log }: Services): Promise<Answer> {
  const { batch, applied } = await withStartupLock(db, () => bringUp(db))
  if (applied.length === 0) return { data: { applied }, text: 'The schema is up to date.' }
  log.info({ applied }, 'schema.migrated')
  return { data: { batch, applied }, text: applied.map((name) => `applied ${name}`).join('\n') }
}

/** `migrate`: the schema of the database. */
import type { Parts } from '../process/parts.ts'
import { migrate as bringUp, withStartupLock } from '../platform/migrate.ts'
import type { Answer, Noun } from './command.ts'

export const migrate: Noun = {
  name: 'migrate',
  about: 'Brings the schema of the database up to date',
  commands: [
    {
      noun: 'migrate',
      opens: 'database',
      about: 'Brings the schema up to date under a lock; run twice, or by several at once, it does it once.',
      examples: ['migrate', 'migrate --json'],
      run: (_input, parts) => run(parts),
    },
  ],
}

async function run({ db, log }: Parts): Promise<Answer> {
  const { batch, applied } = await withStartupLock(db, () => bringUp(db))
  if (applied.length === 0) return { data: { applied }, text: 'The schema is up to date.' }
  log.info({ applied }, 'schema.migrated')
  return { data: { batch, applied }, text: applied.map((name) => `applied ${name}`).join('\n') }
}

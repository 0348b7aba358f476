/** What the commands `backup` and `restore` do. */
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { copyDatabase, databaseFault, isInUse } from '../../platform/sql/database-file.ts'
import { makePrivate } from '../../platform/private-files.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import type { Config } from '../../settings/config.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'

export async function backUp(input: Input, { config }: Services): Promise<Answer> {
  const [file = ''] = input.operands
  const source = embeddedFile(config)
  await copyTo(source, file)
  const { size: bytes } = statSync(file)
  return { data: { written: file, bytes }, text: `Wrote ${file}, ${Math.ceil(bytes / 1024)} KiB.` }
}

export async function restore(input: Input, config: Config): Promise<Answer> {
  const [file = ''] = input.operands
  const target = embeddedFile(config)
  const fault = databaseFault(file)
  if (fault !== undefined) throw usageError(`${file} ${fault}`)
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
  const replaced = existsSync(target)
  if (replaced && !input.flag('force'))
    throw new AppError(
      'database_exists',
      409,
      `${target} exists already; --force replaces it and keeps the old file beside it`,
    )
  if (replaced && isInUse(target))
    throw new AppError('database_in_use', 409, 'a server uses the database; stop it first')
  const kept = replaced ? `${target}.before-restore` : undefined
  await copyTo(file, target, () => {
    if (kept) renameSync(target, kept)
    // A log of the old database must not be applied to the new one.
    for (const ending of ['-wal', '-shm']) rmSync(target + ending, { force: true })
  })
  const beside = kept ? ` The database that was there is ${kept}.` : ''
  return { data: { restored: target, kept: kept ?? null }, text: `Restored ${target}.${beside}` }
}

/** Writes a private draft beside the target, and renames it when it is complete. */
async function copyTo(source: string, target: string, makeRoom = () => {}): Promise<void> {
  const draft = `${target}.${process.pid}`
  try {
    makePrivate(draft)
    await copyDatabase(source, draft)
    chmodSync(draft, 0o600)
    makeRoom()
    renameSync(draft, target)
  } catch (error) {
    for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(draft + ending, { force: true })
    throw error
  }
}

function embeddedFile({ mode, database }: Config): string {
  if (mode === 'embedded') return database.sqliteFile
  throw usageError(
    'backup and restore are for an embedded server; dump MySQL with mysqldump (docs/operations.md)',
  )
}

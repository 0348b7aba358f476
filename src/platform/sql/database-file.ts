/** The SQLite file as a whole: copied while it is in use, checked, and asked whether somebody uses it. */
import Database from 'better-sqlite3'

/** Writes a consistent copy. Writers go on meanwhile; the copy has what was committed when it ended. */
export async function copyDatabase(source: string, target: string): Promise<void> {
  const from = new Database(source, { readonly: true, fileMustExist: true })
  try {
    await from.backup(target)
  } finally {
    from.close()
  }
}

/** Why the file cannot be restored, or nothing. */
export function databaseFault(file: string): string | undefined {
  let opened: Database.Database | undefined
  try {
    opened = new Database(file, { readonly: true, fileMustExist: true })
    if (opened.pragma('quick_check', { simple: true }) !== 'ok') return 'is damaged'
    const tables = opened.prepare("select count(*) from sqlite_master where name = 'accounts'").pluck().get()
    return tables === 1 ? undefined : 'is not a database of this server'
  } catch {
    return 'cannot be read as a database'
  } finally {
    opened?.close()
  }
}

const DAMAGED = /^SQLITE_(NOTADB|CORRUPT)/

/** True while another process has the database open. A damaged file counts as free: no server can work with it. */
export function isInUse(file: string): boolean {
  const opened = new Database(file, { timeout: 0 })
  try {
    // The mode changes only when nobody else has the file open.
    return opened.pragma('journal_mode = DELETE', { simple: true }) !== 'delete'
  } catch (error) {
    return !(error instanceof Error && 'code' in error && DAMAGED.test(String(error.code)))
  } finally {
    opened.close()
  }
}

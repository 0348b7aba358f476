/**
 * Names programs with long ids in the audit trail: `client:` and up to 255 characters. MySQL and MariaDB widen the column
 * without a copy of the table. SQLite limits no text.
 */
import type { Knex } from 'knex'
import { isSqlite } from '../src/platform/sql/database.ts'

export async function up(db: Knex): Promise<void> {
  if (isSqlite(db)) return
  await db.raw(
    `alter table audit_events
      modify column actor varchar(262) character set utf8mb4 collate utf8mb4_bin not null,
      algorithm = inplace, lock = none`,
  )
}

/** The wide column stays: the previous release writes to it as before. */
export async function down(): Promise<void> {}

/** What MySQL or MariaDB says of a schema, in an order of its own, without what differs between two equal ones. */
import type { Db } from '../../../src/platform/sql/database.ts'

const QUESTIONS = {
  columns: `select table_name, column_name, column_type, is_nullable, column_default, collation_name, extra
    from information_schema.columns where table_schema = database() order by 1, 2`,
  indexes: `select table_name, index_name, seq_in_index, column_name, non_unique
    from information_schema.statistics where table_schema = database() order by 1, 2, 3`,
  foreignKeys: `select k.table_name, k.constraint_name, k.column_name, k.referenced_table_name, k.referenced_column_name,
    r.delete_rule from information_schema.key_column_usage k
    join information_schema.referential_constraints r
      on r.constraint_schema = k.table_schema and r.constraint_name = k.constraint_name and r.table_name = k.table_name
    where k.table_schema = database() order by 1, 2, 3`,
  tables: `select table_name, engine, table_collation from information_schema.tables
    where table_schema = database() order by 1`,
}

export async function serverSchema(db: Db): Promise<Record<string, unknown[]>> {
  const answers: Record<string, unknown[]> = {}
  for (const [name, question] of Object.entries(QUESTIONS)) {
    const [rows] = (await db.raw(question)) as [Record<string, unknown>[]]
    answers[name] = rows.map((row) => Object.values(row).join(' | '))
  }
  return answers
}

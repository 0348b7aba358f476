/** Copies of a database that is made once: a copy takes a tenth of what its migrations take. */
import { constants, copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { openDatabase } from '../../src/platform/sql/database.ts'
import { migrate } from '../../src/platform/sql/migrate.ts'
import { createDatabase } from './service-mariadb.ts'
import type { TestDatabase } from './service-mariadb.ts'
import { dataFolder } from './service-process.ts'

let migratedFile: Promise<string> | undefined
let migratedTables: Promise<string> | undefined

/** Puts a SQLite file with the schema and nothing else at `path`, where no file is. */
export async function copyMigratedFile(path: string): Promise<void> {
  migratedFile ??= makeMigratedFile()
  copyFileSync(await migratedFile, path, constants.COPYFILE_EXCL)
}

/** A database of its own on the shared SQL server, with the schema and nothing else. */
export async function createMigratedDatabase(): Promise<TestDatabase> {
  migratedTables ??= makeMigratedTables()
  const database = await createDatabase()
  await fill(database.dsn, await migratedTables)
  return database
}

async function makeMigratedFile(): Promise<string> {
  const sqliteFile = join(dataFolder('migrated'), 'migrated.sqlite')
  const db = openDatabase({ sqliteFile })
  await migrate(db)
  // Closing writes the log of SQLite into the file.
  await db.destroy()
  return sqliteFile
}

async function makeMigratedTables(): Promise<string> {
  const { dsn } = await createDatabase()
  const db = openDatabase({ mysqlDsn: dsn, sqliteFile: '' })
  await migrate(db)
  await db.destroy()
  return statementsToCopy(dsn)
}

/** The SQL that makes the tables and rows of the database `dsn` in another one of the same server. */
export function statementsToCopy(dsn: string): Promise<string> {
  return withConnection(dsn, async (connection) => {
    const ask = async (sql: string) => (await connection.query<RowDataPacket[]>(sql))[0]
    const from = new URL(dsn).pathname.slice(1)
    const statements = ['SET FOREIGN_KEY_CHECKS = 0']
    for (const table of (await ask('SHOW TABLES')).flatMap((row) => Object.values(row).map(String))) {
      const [made] = await ask(`SHOW CREATE TABLE \`${table}\``)
      statements.push(String(made?.['Create Table']))
      const isEmpty = (await ask(`SELECT 1 FROM \`${table}\` LIMIT 1`)).length === 0
      if (!isEmpty) statements.push(`INSERT INTO \`${table}\` SELECT * FROM \`${from}\`.\`${table}\``)
    }
    return statements.join(';\n')
  })
}

/** Runs what `statementsToCopy` answered in the empty database `dsn`. */
export async function fill(dsn: string, statements: string): Promise<void> {
  await withConnection(dsn, (connection) => connection.query(statements))
}

async function withConnection<T>(dsn: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await createConnection({ uri: dsn, multipleStatements: true })
  try {
    return await work(connection)
  } finally {
    await connection.end()
  }
}

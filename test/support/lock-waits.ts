/** What waits for locks in MariaDB or MySQL, so that a test can let two statements block each other. */
import type { Db } from '../../src/platform/sql/database.ts'
import { pause } from './service-process.ts'

/** InnoDB answers from memory to all who ask again within a tenth of a second. */
const LOOKS_AGAIN_MS = 150

/** How many statements about this table wait for a lock just now. */
export async function lockWaits(db: Db, table: string): Promise<number> {
  await pause(LOOKS_AGAIN_MS)
  const waiting = `SELECT COUNT(*) AS many FROM information_schema.innodb_trx
    WHERE trx_state = 'LOCK WAIT' AND trx_query LIKE ?`
  const [[row]] = (await db.raw(waiting, [`%${table}%`])) as [[{ many: number }]]
  return row.many
}

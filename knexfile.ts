/** Lets the knex command line work on the same database as the server: `npx knex --knexfile knexfile.ts migrate:list`. */
import { loadConfig } from './src/settings/config.ts'
import { openDatabase } from './src/platform/sql/database.ts'

const { database } = loadConfig()
const { client } = openDatabase(database)

export default { ...client.config, migrations: { directory: './migrations', loadExtensions: ['.ts'] } }

/** The ledger with the account server of the bench, on SQLite or MariaDB, in the process of the test. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLedger } from '../../../examples/ledger/app.ts'
import { startFakeProvider } from '../../../examples/ledger/bench/fake-provider.ts'
import { openDatabase } from '../../../examples/ledger/database.ts'
import { readSettings } from '../../../examples/ledger/settings.ts'
import { listenOn } from '../listening.ts'
import { dataFolder, freePort } from '../../support/service-process.ts'
import { createDatabase } from '../../support/services.ts'

export type LedgerStore = 'sqlite' | 'mariadb'

export const CREDENTIALS = {
  resource: { client_id: 'resource', client_secret: 'a secret of the tests' },
  app: { client_id: 'app', client_secret: 'a secret of the tests' },
}

export async function startLedger(store: LedgerStore, given: Record<string, string> = {}) {
  const folder = dataFolder('ledger')
  const port = await freePort()
  const publicUrl = `http://localhost:${port}`
  const provider = await startFakeProvider({ audience: `${publicUrl}/`, people: 50 })
  const mariadb = store === 'mariadb' ? await createDatabase() : undefined
  const credentialsFile = join(folder, 'credentials.json')
  writeFileSync(credentialsFile, JSON.stringify(CREDENTIALS))
  const env = {
    LEDGER_ISSUER: provider.issuer,
    LEDGER_PUBLIC_URL: publicUrl,
    LEDGER_TOKENS: 'jwt',
    LEDGER_DATABASE: mariadb?.dsn ?? join(folder, 'ledger.sqlite'),
    LEDGER_CREDENTIALS_FILE: credentialsFile,
    LEDGER_LOG_DIR: join(folder, 'logs'),
    ...given,
  }
  const settings = readSettings(env)
  const ledger = await createLedger(settings, CREDENTIALS)
  const end = await listenOn(port, ledger.server)
  const db = await openDatabase(settings.database)
  return {
    publicUrl,
    folder,
    env,
    db,
    provider,
    async stop() {
      await end()
      await Promise.all([ledger.close(), db.destroy(), provider.stop()])
      await mariadb?.drop()
    },
  }
}

export type LedgerHere = Awaited<ReturnType<typeof startLedger>>

type Call = { path: string; token?: string; body?: unknown; key?: string | undefined; method?: string }

export type Called = { status: number; headers: Headers; body: Record<string, unknown> }

export async function call({ publicUrl }: { publicUrl: string }, given: Call): Promise<Called> {
  const { path, token, body, key, method = body === undefined ? 'GET' : 'POST' } = given
  const answer = await fetch(publicUrl + path, {
    method,
    headers: {
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(key !== undefined && { 'Idempotency-Key': key }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await answer.text()
  return {
    status: answer.status,
    headers: answer.headers,
    body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
  }
}

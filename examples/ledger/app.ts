/** Puts the ledger together: database, access, API, documentation and page behind one HTTP server. */
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import Koa from 'koa'
import { createLookUp } from './access/look-up.ts'
import { createProvider } from './access/provider.ts'
import { createTokenCheck } from './access/tokens.ts'
import { createAccountIds } from './books/account-ids.ts'
import { purgeKept } from './books/kept-answer.ts'
import { openDatabase } from './database.ts'
import type { Db } from './database.ts'
import { apiRoutes } from './http/api.routes.ts'
import { docsRoutes } from './http/docs.routes.ts'
import { operationsOf } from './http/operations.ts'
import { createLog } from './log.ts'
import type { Log } from './log.ts'
import { createMoney } from './pages/money.ts'
import { answerUnknown, pageRoutes } from './pages/page.routes.ts'
import { purgeSessions } from './pages/session.ts'
import type { Credentials, Settings } from './settings.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

export type Ledger = { server: Server; close: () => Promise<void> }

/** The server does not listen yet. `close` ends what the ledger holds, after the server was closed. */
export async function createLedger(
  settings: Settings,
  credentials: Credentials,
  clock: () => number = Date.now,
): Promise<Ledger> {
  const log = createLog({ dir: settings.logDir, days: settings.logDays, clock })
  const db = await openDatabase(settings.database)
  const resource = createProvider(settings.issuer, credentials.resource)
  const app = createProvider(settings.issuer, credentials.app)
  const needs = {
    ...settings,
    db,
    clock,
    log,
    accountIds: createAccountIds(db),
    lookUp: createLookUp(settings, app),
    checkToken: createTokenCheck(settings, resource),
  }
  const operations = operationsOf(settings)
  const koa = new Koa()
  koa.on('error', (err: unknown) => log.error({ err }, 'request.failed'))
  koa.use(apiRoutes(needs, operations).routes())
  koa.use(docsRoutes({ ...settings, docsClientId: credentials.docs?.client_id }, operations).routes())
  const pages = { ...needs, provider: app, money: createMoney(settings.currency) }
  koa.use(pageRoutes(pages).routes())
  koa.use((ctx) => answerUnknown(ctx, pages))
  const purge = purgeHourly(db, settings, { clock, log })
  log.info({ issuer: settings.issuer, publicUrl: settings.publicUrl }, 'ledger.started')
  return {
    server: createServer(koa.callback()),
    async close() {
      clearInterval(purge)
      await db.destroy()
    },
  }
}

function purgeHourly(
  db: Db,
  { keyDays }: Settings,
  { clock, log }: { clock: () => number; log: Log },
): NodeJS.Timeout {
  const purge = setInterval(() => {
    Promise.all([purgeKept(db, clock() - keyDays * DAY_MS), purgeSessions(db, clock())]).catch(
      (err: unknown) => log.error({ err }, 'purge.failed'),
    )
  }, HOUR_MS)
  return purge.unref()
}

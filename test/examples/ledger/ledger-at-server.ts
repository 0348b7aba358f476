/** The ledger, registered at a running account server by the commands of its own start script. */
import { join } from 'node:path'
import { createLedger } from '../../../examples/ledger/app.ts'
import { ensureRegistered } from '../../../examples/ledger/registration.ts'
import { readSettings } from '../../../examples/ledger/settings.ts'
import { answerOf } from '../../cli/command-line.ts'
import { listenOn } from '../listening.ts'
import type { RunningServer } from '../../support/running-server.ts'
import { dataFolder, freePort } from '../../support/service-process.ts'

export type LedgerAtServer = Awaited<ReturnType<typeof startLedgerAt>>

export async function startLedgerAt(server: RunningServer, given: Record<string, string> = {}) {
  const folder = dataFolder('ledger')
  const port = await freePort()
  const settings = readSettings({
    LEDGER_ISSUER: server.issuer,
    LEDGER_PUBLIC_URL: `http://localhost:${port}`,
    LEDGER_DATABASE: join(folder, 'ledger.sqlite'),
    LEDGER_CREDENTIALS_FILE: join(folder, 'credentials.json'),
    LEDGER_LOG_DIR: join(folder, 'logs'),
    ...given,
  })
  const run = (args: string[]) => answerOf(server.parts, args).then(({ data }) => data)
  const { credentials, changed } = await ensureRegistered(settings, run)
  const clock = { offsetMs: 0 }
  const ledger = await createLedger(settings, credentials, () => Date.now() + clock.offsetMs)
  const end = await listenOn(settings.port, ledger.server)
  return {
    ...settings,
    settings,
    credentials,
    changed,
    run,
    clock,
    async stop() {
      await end()
      await ledger.close()
    },
  }
}

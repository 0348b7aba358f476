/** `npm run example -- ledger`: the ledger with the account server that runs here, or with one that is started for it. */
import { once } from 'node:events'
import { cli, ensureAccountServer } from '../account-server.ts'
import { firstFreePort } from '../free-ports.ts'
import { createLedger } from './app.ts'
import { ensureRegistered } from './registration.ts'
import { readSettings } from './settings.ts'

const USUAL_PORT = 8730

/** Resolves when the ledger listens. */
export async function startLedger(issuer: string): Promise<void> {
  await ensureAccountServer(issuer)
  const port = process.env['LEDGER_PUBLIC_URL'] ? undefined : await firstFreePort(USUAL_PORT)
  const address = port === undefined ? {} : { LEDGER_PUBLIC_URL: `http://localhost:${port}` }
  const settings = readSettings({ LEDGER_ISSUER: issuer, ...process.env, ...address })
  const { credentials, changed } = await ensureRegistered(settings, cli)
  const { server } = await createLedger(settings, credentials)
  server.listen(settings.port, settings.host)
  await once(server, 'listening')
  process.stdout.write(
    `\n${changed ? 'Registered the ledger at the account server.\n' : ''}` +
      `Account server   ${issuer}\nLedger           ${settings.publicUrl}\n` +
      `API              ${settings.publicUrl}/docs\nCtrl-C ends both.\n`,
  )
}

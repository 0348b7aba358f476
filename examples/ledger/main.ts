/** Starts the ledger with the settings of the environment, as `npm start` in this folder and in a container. */
import { once } from 'node:events'
import { createLedger } from './app.ts'
import { readCredentials, readSettings } from './settings.ts'

async function main(): Promise<void> {
  const settings = readSettings()
  const { server, close } = await createLedger(settings, readCredentials(settings.credentialsFile))
  server.listen(settings.port, settings.host)
  await once(server, 'listening')
  process.stdout.write(`Ledger ${settings.publicUrl}\n`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      server.close(() => void close().then(() => process.exit(0)))
      server.closeIdleConnections()
    })
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`ledger: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})

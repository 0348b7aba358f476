/**
 * A worker process of its own, for tests that kill one: relays mails from the given database to the given SMTP server.
 * It says `started` once it takes signals. With `STALL` set it never acknowledges what it has sent, which it says, and its
 * lease is short.
 */
import { createMailer } from '../../src/mail/mailer.ts'
import { createSmtpTransport } from '../../src/mail/smtp-transport.ts'
import { createRelay } from '../../src/outbox/relay.ts'
import type { Sink } from '../../src/outbox/sink.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { openDatabase } from '../../src/platform/sql/database.ts'
import type { DatabaseSettings } from '../../src/platform/sql/database.ts'
import { createLogger } from '../../src/platform/logging/log.ts'
import { createSealer } from '../../src/platform/tokens.ts'
import { loadCatalogue } from '../../src/words/catalogue.ts'

const { DATABASE = '', DATA_KEY = '', SMTP_URL = '', STALL } = process.env
const db = openDatabase(JSON.parse(DATABASE) as DatabaseSettings)
const mailer = createMailer({
  transport: createSmtpTransport({ url: SMTP_URL, requireTls: false }),
  from: 'no-reply@accounts.example',
  serverName: 'Example',
  publicUrl: 'https://accounts.example',
  clock: systemClock,
  catalogue: loadCatalogue({ strict: true }),
})
const stalling: Sink = {
  async deliver(message) {
    await mailer.deliver(message)
    process.send?.('sent')
    await new Promise(() => undefined)
  },
}
const relay = createRelay({
  db,
  clock: systemClock,
  log: createLogger('silent', 'worker'),
  sealer: createSealer([Buffer.from(DATA_KEY, 'base64')]),
  sinks: { mail: STALL ? stalling : mailer },
  ...(STALL && { leaseMs: 1500 }),
  pollMs: 20,
})
process.on('SIGTERM', async () => {
  await relay.stop()
  await db.destroy()
  process.exit(0)
})

relay.start()
process.send?.('started')

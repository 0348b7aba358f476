/**
 * The worker: delivers the messages of the outbox by topic, and runs upkeep. Embedded, it runs in the server's own
 * process. Otherwise it runs in processes of its own, as many as wanted.
 */
import type Provider from 'oidc-provider'
import { createMailboxTransport } from '../mail/mailbox.ts'
import { createMailer } from '../mail/mailer.ts'
import { createSmtpTransport } from '../mail/smtp-transport.ts'
import type { SmtpServer } from '../mail/smtp-transport.ts'
import { mailBrandOfClient } from '../clients/logo/mail-brand.ts'
import { createEndedSink, ENDED_TOPIC } from '../grant-store/access-endings.ts'
import { MAIL_TOPIC } from '../outbox/outbox.ts'
import { measureQueues } from '../outbox/metrics/queue-metrics.ts'
import { createRelay } from '../outbox/relay.ts'
import type { Sink } from '../outbox/sink.ts'
import type { Config } from '../settings/config.ts'
import type { Parts } from './start/parts.ts'
import { isLoopback } from '../settings/kinds/setting-kinds.ts'
import { isLoopbackHost } from '../platform/network/ip-address.ts'
import { loadCatalogue } from '../words/catalogue.ts'
import { LINKED_AT_ONCE, linkSome } from '../audit/chain/link.ts'
import { createPoller } from '../platform/poller.ts'
import { createUpkeep } from './upkeep.ts'
import { createKeptProvider } from './worker-provider.ts'

const CHAINED_EVERY_MS = 1000

export type Worker = {
  start: () => void
  /** Accepts no more work, and resolves when the work in progress is done. */
  stop: () => Promise<void>
}

/** `provider` is the one that the process has already; without it the worker opens one when it first needs it. */
export function createWorker(
  parts: Parts,
  provider: () => Provider | Promise<Provider> = createKeptProvider(parts),
): Worker {
  const mails = mailSink(parts)
  const delivery = { provider: async () => provider() }
  const relay = createRelay({
    ...parts,
    sinks: {
      [MAIL_TOPIC]: mails.sink,
      [ENDED_TOPIC]: createEndedSink(parts),
      ...Object.assign({}, ...parts.features.map(({ sinks }) => sinks?.(delivery))),
    },
    sources: parts.features.flatMap(({ sinkSource }) => sinkSource ?? []),
  })
  const upkeep = createUpkeep(parts)
  const chaining = createChaining(parts)
  measureQueues(parts)
  parts.onCommitted(relay.wake)
  return {
    start() {
      warnOfClearText(parts)
      parts.feed.start()
      relay.start()
      upkeep.start()
      chaining.start()
    },
    async stop() {
      await Promise.all([relay.stop(), upkeep.stop(), chaining.stop()])
      mails.close()
    },
  }
}

/** Chains the entries of the audit trail soon after they were committed. */
export function createChaining(parts: Parts) {
  const { log } = parts
  const step = async () => (await linkSome(parts)) >= LINKED_AT_ONCE
  return createPoller(step, CHAINED_EVERY_MS, (err) => log.warn({ err }, 'audit.chaining_failed'))
}

function warnOfClearText({ config, log }: Parts): void {
  const server = smtpServerOf(config)
  if (!server || server.requireTls) return
  const { protocol, hostname, host } = new URL(server.url)
  if (protocol === 'smtp:' && !isLoopbackHost(hostname)) log.warn({ server: host }, 'mail.tls_waived')
}

/** Where mails go, as the settings say. */
export function mailSink(parts: Pick<Parts, 'config' | 'db' | 'clock'>): { sink: Sink; close: () => void } {
  const { config, db, clock } = parts
  const { issuer: publicUrl, serverName, brand, mail } = config
  const server = smtpServerOf(config)
  const transport = server ? createSmtpTransport(server) : createMailboxTransport(parts)
  const catalogue = loadCatalogue({ strict: isLoopback(publicUrl) })
  const brandOfApp = (clientId: string) => mailBrandOfClient(db, clientId)
  const look = { serverName, brand, brandOfApp, publicUrl, catalogue }
  const sink = createMailer({ transport, from: mail.from, clock, ...look })
  return { sink, close: () => transport.close() }
}

/** Nothing where mails stay in the development mailbox. */
export function smtpServerOf({ mail }: Config): SmtpServer | undefined {
  if (mail.mailbox !== 'none' || !mail.workerSmtpServerUrl) return undefined
  return {
    url: mail.workerSmtpServerUrl,
    user: mail.workerSmtpServerUser,
    password: mail.workerSmtpServerPassword,
    requireTls: mail.workerSmtpRequireTls,
  }
}

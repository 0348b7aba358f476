/** Hands mails to an SMTP server over a small pool of connections, and tells a refused recipient from an outage. */
import { createTransport } from 'nodemailer'
import { DeliveryFailure } from '../outbox/sink.ts'
import { SECOND_MS } from '../platform/clock.ts'
import type { MailTransport } from './mail-transport.ts'

/** The server that takes the mails. */
type SmtpServer = {
  /** `smtp://host:port` (587 by default; STARTTLS where offered, or always) or `smtps://host:port` (465, TLS from the start). */
  url: string
  user?: string | undefined
  password?: string | undefined
  /** Sends nothing if STARTTLS fails: anyone on the network could read a password or a link. */
  requireTls: boolean
  connections?: number
}

export function createSmtpTransport(server: SmtpServer): MailTransport {
  const pool = createTransport({ pool: true, ...poolOptions(server) })
  return {
    async send({ messageId, from, to, subject, text, html }) {
      const recipient = { name: '', address: to }
      // No vacation notices in answer (RFC 3834 §5).
      const headers = { 'Auto-Submitted': 'auto-generated' }
      try {
        await pool.sendMail({ messageId, from, to: recipient, subject, text, html, headers })
      } catch (error) {
        throw asFailure(error)
      }
    },
    close: () => pool.close(),
  }
}

function poolOptions({ url, user, password, requireTls, connections = 5 }: SmtpServer) {
  const { protocol, hostname, port } = new URL(url)
  const secure = protocol === 'smtps:'
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (secure ? 465 : 587),
    secure,
    requireTLS: requireTls,
    ...(user ? { auth: { user, pass: password ?? '' } } : {}),
    maxConnections: connections,
    // Retries once, for a pooled connection that the server closed meanwhile. Further retries are the outbox's.
    maxRequeues: 1,
    connectionTimeout: 10 * SECOND_MS,
    greetingTimeout: 10 * SECOND_MS,
    socketTimeout: 20 * SECOND_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

type SmtpError = { code?: string; command?: string; responseCode?: number }

// A 5xx to the recipient or to the content is final (RFC 5321 §4.2.1). Any other 5xx (the login, the sender) means that
// our configuration is wrong. The mail should be sent once that is fixed.
const FINAL_COMMANDS = new Set(['RCPT TO', 'DATA'])

function asFailure(error: unknown): DeliveryFailure {
  const { code = 'unknown', command = '', responseCode } = error as SmtpError
  const permanent = FINAL_COMMANDS.has(command) && responseCode !== undefined && responseCode >= 500
  const reason = [...['smtp', responseCode ?? code, command].filter(Boolean), ...hint(command)].join(' ')
  return new DeliveryFailure(reason.slice(0, 100), { permanent, cause: error })
}

function hint(command: string): string[] {
  return command === 'STARTTLS' ? ['(ACCOUNT_SERVER_WORKER_SMTP_REQUIRE_TLS=false sends without TLS)'] : []
}

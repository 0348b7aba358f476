/** Hands mails to an SMTP server over a small pool of connections, and tells a refused recipient from an outage. */
import { createTransport } from 'nodemailer'
import { DeliveryFailure } from '../outbox/sink.ts'
import { SECOND_MS } from '../platform/clock.ts'
import type { MailTransport } from './mail-transport.ts'

/** The server that takes the mails. */
export type SmtpServer = {
  /** `smtp://host:port` (587 by default; STARTTLS where offered, or always) or `smtps://host:port` (465, TLS from the start). */
  url: string
  user?: string | undefined
  password?: string | undefined
  /** Sends nothing if STARTTLS fails: anyone on the network could read a password or a link. */
  requireTls: boolean
  connections?: number
}

export function createSmtpTransport(server: SmtpServer): MailTransport {
  const options = connectionOptions(server)
  const { connections = 5 } = server
  // Retries once, for a pooled connection that the server closed meanwhile. Further retries are the outbox's.
  const pool = createTransport({ pool: true, ...options, maxConnections: connections, maxRequeues: 1 })
  return {
    async send({ messageId, from, to, language, subject, text, html }) {
      const recipient = { name: '', address: to }
      // No vacation notices in answer (RFC 3834 §5). The language is for programs that read aloud (RFC 3282).
      const headers = { 'Auto-Submitted': 'auto-generated', 'Content-Language': language }
      try {
        await pool.sendMail({ messageId, from, to: recipient, subject, text, html, headers })
      } catch (error) {
        throw asFailure(error, options)
      }
    },
    close: () => pool.close(),
  }
}

/** How each connection is opened. The same for mails and for `mail doctor`. */
export function connectionOptions({ url, user, password, requireTls }: SmtpServer) {
  const { protocol, hostname, port } = new URL(url)
  const secure = protocol === 'smtps:'
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (secure ? 465 : 587),
    secure,
    requireTLS: requireTls,
    ...(user ? { auth: { user, pass: password ?? '' } } : {}),
    connectionTimeout: 10 * SECOND_MS,
    greetingTimeout: 10 * SECOND_MS,
    socketTimeout: 20 * SECOND_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

/** What the library says of a failure. `originalCode`: that of the system or of TLS. */
export type SmtpError = {
  code?: string
  originalCode?: string
  command?: string
  response?: string
  responseCode?: number
  message?: string
}

// A 5xx to the recipient or to the content is final (RFC 5321 §4.2.1). Any other 5xx (the login, the sender) means that
// our configuration is wrong. The mail should be sent once that is fixed.
const FINAL_COMMANDS = new Set(['RCPT TO', 'DATA'])

/** The outbox keeps no more of a reason. */
const LONGEST_REASON = 255

function asFailure(error: unknown, { host, port }: { host: string; port: number }): DeliveryFailure {
  const failed = error as SmtpError
  const { code = 'unknown', originalCode = code, command = '', responseCode } = failed
  const permanent = FINAL_COMMANDS.has(command) && responseCode !== undefined && responseCode >= 500
  const about = CONNECTING.has(command) ? [`${host}:${port}${hint(failed)}`] : []
  const reason = ['smtp', responseCode ?? originalCode, command, ...about].filter(Boolean).join(' ')
  return new DeliveryFailure(reason.slice(0, LONGEST_REASON), { permanent, cause: error })
}

/** Failures here are of the server and not of one mail. */
const CONNECTING = new Set(['CONN', 'EHLO', 'HELO', 'STARTTLS'])

function hint(error: SmtpError): string {
  if (isCertificateFault(error))
    return ' has a certificate that is not trusted; see npm run cli -- mail doctor'
  if (error.command !== 'STARTTLS') return ''
  return ' refuses TLS; set an smtps:// address, or ACCOUNT_SERVER_WORKER_SMTP_REQUIRE_TLS=false to send in clear text'
}

/** The library keeps only the words of a failed STARTTLS, those of OpenSSL and Node. */
export function isCertificateFault({ response, message = '' }: SmtpError): boolean {
  return response === undefined && /certificate/i.test(message)
}

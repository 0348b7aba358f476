/** What the settings of mails come to. */
import { isLoopback } from './kinds/setting-kinds.ts'
import { mailboxReaders } from './mail/mailbox-settings.ts'
import type { Settings } from './settings.ts'

export function mailSettings(given: Settings, issuer: string) {
  return {
    workerSmtpServerUrl: given.worker_smtp_server_url,
    workerSmtpServerUser: given.worker_smtp_server_user,
    workerSmtpServerPassword: given.worker_smtp_server_password,
    // Nobody can intercept a connection to this machine.
    workerSmtpRequireTls:
      given.worker_smtp_require_tls ?? !isLoopback(given.worker_smtp_server_url ?? 'smtp://localhost'),
    workerAccountActivateWeburlF:
      given.worker_account_activate_weburl_f ?? `${issuer}/activate?token={token}`,
    workerAccountResetWeburlF: given.worker_account_reset_weburl_f ?? `${issuer}/reset?token={token}`,
    from: given.mail_from ?? `"${given.server_name.replace(/["\\]/g, '')}" <no-reply@${mailHost(issuer)}>`,
    /** Who reads the development mailbox, where mails stay in it. */
    mailbox: mailboxReaders(given),
  }
}

function mailHost(issuer: string): string {
  const { hostname } = new URL(issuer)
  return /^[\d.[\]:]+$/.test(hostname) ? 'localhost' : hostname
}

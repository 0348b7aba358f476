/**
 * Who reads the development mailbox. It holds every link that the server mails, also those of the administrator. So
 * only a server that nobody else can reach shows it to everybody.
 */
import { isLoopbackHost } from '../../platform/network/ip-address.ts'
import { flag, isLoopback } from '../kinds/setting-kinds.ts'

const OPENED = 'ACCOUNT_SERVER_DANGEROUSLY_SHOW_MAILBOX_TO_ADMINISTRATORS'

export const mailboxSettings = {
  mailbox: flag().optional().meta({
    group: 'Mail',
    takes: 'true or false',
    fallback: 'true when embedded without SMTP',
    description: 'Development mailbox at /mailbox instead of SMTP; only where HOST and ISSUER are loopback.',
  }),
  dangerously_show_mailbox_to_administrators: flag().default(false).meta({
    group: 'Mail',
    description: 'Mailbox also elsewhere: every administrator can read the links of every account.',
  }),
}

type MailboxSettings = {
  mysql_dsn?: string | undefined
  issuer?: string | undefined
  host?: string
  worker_smtp_server_url?: string | undefined
  mailbox?: boolean | undefined
  dangerously_show_mailbox_to_administrators?: boolean
}

/** `none`: mails go to an SMTP server. */
export type MailboxReaders = 'none' | 'everybody' | 'administrators'

export function mailboxReaders(settings: MailboxSettings): MailboxReaders {
  const wanted = settings.mailbox ?? (!settings.mysql_dsn && !settings.worker_smtp_server_url)
  if (!wanted) return 'none'
  return settings.dangerously_show_mailbox_to_administrators ? 'administrators' : 'everybody'
}

/** The mistakes of an embedded server. Service mode has no mailbox. */
export function mailboxProblems(settings: MailboxSettings): string[] {
  if (settings.mysql_dsn || mailboxReaders(settings) !== 'everybody') return []
  const { host = '127.0.0.1', issuer } = settings
  const reachable = [
    isLoopbackHost(host) ? [] : `ACCOUNT_SERVER_HOST is "${host}"`,
    issuer === undefined || isLoopback(issuer) ? [] : `ACCOUNT_SERVER_ISSUER is "${issuer}"`,
  ].flat()
  if (reachable.length === 0) return []
  const what =
    settings.mailbox === true
      ? 'ACCOUNT_SERVER_MAILBOX: got "true", takes false here'
      : 'ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL is missing'
  return [
    `${what}: ${reachable.join(' and ')}, so others could read every mail in the development mailbox. ` +
      'Set ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL, or keep host and issuer on loopback. ' +
      `For a trial, ${OPENED}=true shows the mailbox to signed-in administrators alone.`,
  ]
}

/** What `mail doctor` finds: its faults, each with an exit code of its own and what to do about it. */

/** The order is that of a mail's way. The first fault gives the exit code. */
export const FAULTS = {
  host_unknown: {
    exitCode: 10,
    advice: 'The name of the mail server has no address. Check ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL.',
  },
  no_connection: {
    exitCode: 11,
    advice: 'The mail server cannot be reached. Check address, port and firewall.',
  },
  session_refused: { exitCode: 12, advice: 'The mail server refuses this machine. Its answer says why.' },
  tls_refused: {
    exitCode: 13,
    advice:
      'No TLS came about. Set an smtps:// address, or ACCOUNT_SERVER_WORKER_SMTP_REQUIRE_TLS=false to send in clear text.',
  },
  certificate_untrusted: {
    exitCode: 14,
    advice: 'Renew the certificate for this name. Name an authority of your own in NODE_EXTRA_CA_CERTS.',
  },
  login_refused: { exitCode: 15, advice: 'Check ACCOUNT_SERVER_WORKER_SMTP_SERVER_USER and its password.' },
  mails_late: {
    exitCode: 20,
    advice: 'Mails wait for more than a minute. Check that a worker runs, and read its log.',
  },
  mails_given_up: {
    exitCode: 21,
    advice: 'Mails were given up in the last 24 hours. See outbox list-dead --topic mail.',
  },
  worker_away: {
    exitCode: 22,
    advice: 'No worker took the letter. Start one: npm run worker, or the embedded server.',
  },
  letter_refused: {
    exitCode: 23,
    advice: 'The letter was not accepted. Check sender, recipient and the settings of the worker.',
  },
  dns_silent: { exitCode: 30, advice: 'The name server gives no answer. Name another one: --dns-server.' },
  spf: { exitCode: 31, advice: 'Publish one SPF record that names your mail server (RFC 7208).' },
  dkim: { exitCode: 32, advice: 'Publish the key that your mail server signs with (RFC 6376).' },
  dmarc: { exitCode: 33, advice: 'Publish a DMARC policy for the domain (RFC 7489).' },
} as const satisfies Record<string, { exitCode: number; advice: string }>

export type Fault = keyof typeof FAULTS

/** `warning`: mails leave, but an operator should know it. */
export type Finding = { check: string; found: string } & (
  | { state: 'ok' | 'warning' | 'skipped' }
  | { state: 'fault'; fault: Fault }
)

export function faultsOf(findings: readonly Finding[]): Fault[] {
  const found = new Set(findings.flatMap((one) => (one.state === 'fault' ? [one.fault] : [])))
  return Object.keys(FAULTS).filter((name): name is Fault => found.has(name as Fault))
}

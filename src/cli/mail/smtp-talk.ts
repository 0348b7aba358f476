/** Talks to the mail server as the transport does, as far as the login, and keeps what the server said. It sends no mail. */
import { lookup } from 'node:dns/promises'
import { TLSSocket } from 'node:tls'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { connectionOptions, isCertificateFault } from '../../mail/smtp-transport.ts'
import type { SmtpError, SmtpServer } from '../../mail/smtp-transport.ts'
import { DAY_MS } from '../../platform/clock.ts'
import { isLoopbackHost } from '../../platform/network/ip-address.ts'
import type { Fault, Finding } from './faults.ts'

/** Some authorities need days to renew a certificate. */
const EXPIRES_SOON_DAYS = 14

/** The steps in their order, up to the first that fails. */
export async function talkTo(server: SmtpServer, nowMs: number): Promise<Finding[]> {
  const options = connectionOptions(server)
  const { host, port, auth } = options
  const addresses = await addressesOf(host)
  if (typeof addresses === 'string') return [fault('host', 'host_unknown', `${host}: ${addresses}`)]
  const findings: Finding[] = [ok('host', `${host}: ${addresses.join(', ')}`)]
  const said = new Map<string, string>()
  const connection = new SMTPConnection({ ...options, transactionLog: true, logger: listener(said) })
  try {
    await connected(connection)
    findings.push(ok('connection', `port ${port}: ${said.get('') ?? ''}`))
    findings.push(...encryption(connection, said, nowMs, host))
    findings.push(await login(connection, auth, said))
  } catch (error) {
    findings.push(...failed(error as SmtpError, said, port))
  } finally {
    connection.close()
  }
  return findings.map((one) => ({ ...one, found: withoutSecrets(one.found, server) }))
}

const ok = (check: string, found: string): Finding => ({ check, state: 'ok', found })

function fault(check: string, name: Fault, found: string): Finding {
  return { check, state: 'fault', fault: name, found }
}

async function addressesOf(host: string): Promise<string[] | string> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address)
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  }
}

/** Keeps the latest answer to each command; that to none is the greeting. Commands hold secrets and are not kept. */
function listener(said: Map<string, string>) {
  let command = ''
  const hear = (entry: unknown, text?: unknown) => {
    const from = typeof entry === 'object' && entry !== null && 'tnx' in entry ? entry.tnx : undefined
    if (typeof text !== 'string') return
    if (from === 'client') command = /^[A-Z]+/.exec(text)?.[0] ?? command
    if (from === 'server') said.set(command, oneLine(text))
  }
  const ignore = () => undefined
  return {
    level: ignore,
    trace: ignore,
    debug: hear,
    info: ignore,
    warn: ignore,
    error: ignore,
    fatal: ignore,
  }
}

/** An answer may have several lines. */
export function oneLine(text: string): string {
  return text
    .split(/[\r\n]/)
    .map((line) => line.trim())
    .filter(Boolean)
    .join('; ')
}

function connected(connection: SMTPConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.on('error', reject)
    connection.connect((error) => (error ? reject(error) : resolve()))
  })
}

function encryption(
  { _socket: socket }: SMTPConnection,
  said: Map<string, string>,
  nowMs: number,
  host: string,
): Finding[] {
  if (!(socket instanceof TLSSocket)) {
    if (isLoopbackHost(host)) return [ok('TLS', 'none, and none is needed on this machine')]
    return [{ check: 'TLS', state: 'warning', found: 'none: passwords and links are sent in clear text' }]
  }
  const answer = said.get('STARTTLS')
  const tls = ok('TLS', [socket.getProtocol() ?? 'unknown', answer].filter(Boolean).join(': '))
  const { subject, subjectaltname, issuer, valid_to: until } = socket.getPeerCertificate()
  const names = subjectaltname ?? String(subject.CN)
  const daysLeft = Math.floor((Date.parse(until) - nowMs) / DAY_MS)
  const authority = [issuer.O, issuer.CN].filter(Boolean).join(' ')
  const found = `${names}; by ${authority}; ${daysLeft} days left`
  // Only NODE_TLS_REJECT_UNAUTHORIZED=0 lets it come this far.
  if (!socket.authorized) return [tls, fault('certificate', 'certificate_untrusted', found)]
  const state = daysLeft < EXPIRES_SOON_DAYS ? 'warning' : 'ok'
  return [tls, { check: 'certificate', state, found }]
}

async function login(
  connection: SMTPConnection,
  auth: { user: string; pass: string } | undefined,
  said: Map<string, string>,
): Promise<Finding> {
  if (!auth) return { check: 'login', state: 'skipped', found: 'no user is set' }
  if (!connection.allowsAuth) return fault('login', 'login_refused', 'the server offers no login')
  await new Promise<void>((resolve, reject) => {
    connection.login({ credentials: auth }, (error) => (error ? reject(error) : resolve()))
  })
  return ok('login', said.get('AUTH') ?? '')
}

function failed(error: SmtpError, said: Map<string, string>, port: number): Finding[] {
  const { code, originalCode = '', command, response, message = '' } = error
  const words = oneLine(response ?? message.replace(/^Error initiating TLS - /, ''))
  if (code === 'EAUTH') return [fault('login', 'login_refused', words)]
  const greeting = said.get('')
  const before = greeting === undefined ? [] : [ok('connection', `port ${port}: ${greeting}`)]
  if (isCertificateFault(error)) return [...before, fault('certificate', 'certificate_untrusted', words)]
  const isTls = code === 'ETLS' || command === 'STARTTLS' || /^(?:ERR_SSL|ERR_TLS|EPROTO)/.test(originalCode)
  if (isTls) return [...before, fault('TLS', 'tls_refused', words)]
  if (response) return [fault('connection', 'session_refused', words)]
  return [fault('connection', 'no_connection', `port ${port}: ${words}`)]
}

/** A server may repeat what it was sent. */
function withoutSecrets(words: string, { user = '', password = '' }: SmtpServer): string {
  if (!password) return words
  const encoded = (text: string) => Buffer.from(text).toString('base64')
  const secrets = [password, encoded(password), encoded(`\0${user}\0${password}`)]
  return secrets.reduce((text, secret) => text.replaceAll(secret, '********'), words)
}

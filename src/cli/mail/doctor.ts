/** What `mail doctor` does: each check in the order of a mail's way, and one exit code. */
import { domainToASCII } from 'node:url'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { table } from '../../command-line/layout.ts'
import { parseSender } from '../../mail/sender.ts'
import { mailQueue } from '../../outbox/mail-queue.ts'
import type { MailQueue } from '../../outbox/mail-queue.ts'
import { parseEmail } from '../../platform/email.ts'
import type { Parts } from '../../process/start/parts.ts'
import { smtpServerOf } from '../../process/worker.ts'
import { FAULTS, faultsOf } from './faults.ts'
import type { Fault, Finding } from './faults.ts'
import { senderRecords } from './sender-records.ts'
import { talkTo } from './smtp-talk.ts'
import { sendLetter } from './test-letter.ts'

const WAIT_SECONDS = 20

export async function doctor(input: Input, parts: Parts): Promise<Answer> {
  const to = recipient(input.text('to'))
  const waitSeconds = input.integer('wait', { min: 1, max: 300 }) ?? WAIT_SECONDS
  const server = smtpServerOf(parts.config)
  const queue = await mailQueue(parts.db, parts.clock())
  const [talk, records] = await Promise.all([
    server ? talkTo(server, parts.clock()) : [skipped('mail server', MAILBOX)],
    recordsOf(input, parts),
  ])
  const letter = to === undefined ? [] : [await sendLetter(parts, { to, waitSeconds })]
  return answer([...talk, ...queueFindings(queue), ...letter, ...records], queue)
}

const MAILBOX = 'mails stay in the development mailbox: ACCOUNT_SERVER_WORKER_SMTP_SERVER_URL is not set'

function recipient(typed: string | undefined): string | undefined {
  if (typed === undefined) return undefined
  const parsed = parseEmail(typed)
  if (!parsed.ok) throw usageError('--to takes an e-mail address')
  return parsed.email.canonical
}

function skipped(check: string, found: string): Finding {
  return { check, state: 'skipped', found }
}

async function recordsOf(input: Input, { config }: Parts): Promise<Finding[]> {
  const address = parseSender(config.mail.from)?.address ?? ''
  const domain = domainToASCII(address.slice(address.indexOf('@') + 1))
  const labels = domain.split('.')
  const top = labels.at(-1) ?? ''
  // The last label of an IP address is a number.
  if (labels.length < 2 || !/^[a-z]/i.test(top) || top === 'localhost')
    return [skipped('sender', `${address} is no address of the internet: ACCOUNT_SERVER_MAIL_FROM`)]
  const asked = { domain, selector: input.text('dkim-selector'), nameServer: input.text('dns-server') }
  try {
    return [{ check: 'sender', state: 'ok', found: address }, ...(await senderRecords(asked))]
  } catch (error) {
    if (error instanceof TypeError && 'code' in error)
      throw usageError('--dns-server takes an IP address, or one with a port')
    throw error
  }
}

function queueFindings({
  waiting,
  oldestAgeMs,
  late,
  givenUp,
  givenUpToday,
  lastError,
}: MailQueue): Finding[] {
  const why = lastError ? `; last error: ${lastError}` : ''
  const oldest = `, the oldest for ${Math.round(oldestAgeMs / 1000)} s${why}`
  const queue = { check: 'queue', found: waiting === 0 ? 'nothing waits' : `${waiting} waiting${oldest}` }
  const dead = { check: 'given up', found: `${givenUp}, of them ${givenUpToday} in the last 24 hours` }
  return [
    late ? { ...queue, state: 'fault', fault: 'mails_late' } : { ...queue, state: 'ok' },
    givenUpToday > 0 ? { ...dead, state: 'fault', fault: 'mails_given_up' } : { ...dead, state: 'ok' },
  ]
}

function answer(findings: Finding[], { waiting, oldestAgeMs, givenUp }: MailQueue): Answer {
  const faults = faultsOf(findings)
  const [first] = faults
  const rows = findings.map(({ check, state, found }) => [check, state, found])
  const exitCode = first === undefined ? 0 : FAULTS[first].exitCode
  return {
    data: {
      healthy: first === undefined,
      exit_code: exitCode,
      faults: faults.map((name) => ({
        fault: name,
        exit_code: FAULTS[name].exitCode,
        advice: FAULTS[name].advice,
      })),
      checks: findings,
      queue: { pending: waiting, oldest_pending_seconds: Math.round(oldestAgeMs / 1000), dead: givenUp },
    },
    text: `${table(['CHECK', 'RESULT', 'FOUND'], rows, '')}\n\n${verdict(faults)}`,
    exitCode,
  }
}

function verdict(faults: Fault[]): string {
  if (faults.length === 0) return 'No fault was found.'
  return faults.map((name) => `${name} (${FAULTS[name].exitCode}): ${FAULTS[name].advice}`).join('\n')
}

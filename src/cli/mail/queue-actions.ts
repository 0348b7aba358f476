/** What the commands of `mail` do with the queue. */
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { isoTime, record, table } from '../../command-line/layout.ts'
import { listMails, MAIL_STATES, theMail } from '../../deliveries/kept-mails.ts'
import type { KeptMail } from '../../deliveries/kept-mails.ts'
import { deleteMail, replayMail, replayMails } from '../../deliveries/mail-decisions.ts'
import { recipientKeys } from '../../outbox/mail/recipient.ts'
import { MAIL_KINDS } from '../../outbox/mail-request.ts'
import type { Services } from '../../services.ts'

export async function list(input: Input, services: Services): Promise<Answer> {
  const typed = input.text('state')
  const state = MAIL_STATES.find((one) => one === typed)
  if (typed !== undefined && !state) throw usageError(`--state takes ${MAIL_STATES.join(', ')}`)
  const limit = input.integer('limit', { min: 1, max: 1000 }) ?? 50
  const to = input.text('to')
  const keys = to === undefined ? {} : { keys: recipientKeys(services.config.keys.index, to, MAIL_KINDS) }
  const page = { state, before: input.text('after'), limit, ...keys }
  const mails = (await listMails(services, page)).map(toData)
  const rows = mails.map((one) => [one.id, one.state, one.kind, one.to, one.tries, one.last_error])
  const next = mails.length === limit ? (mails.at(-1)?.id ?? null) : null
  const lines = [table(['ID', 'STATE', 'KIND', 'TO', 'TRIES', 'LAST ERROR'], rows, 'No mails.')]
  if (next !== null) lines.push(`More: --after ${next}`)
  return { data: { mails, next }, text: lines.join('\n') }
}

export async function show({ operands: [id = ''] }: Input, services: Services): Promise<Answer> {
  const data = toData(await theMail(services, id))
  return { data, text: record(data) }
}

export async function replay(input: Input, services: Services): Promise<Answer> {
  const [id] = input.operands
  if ((id !== undefined) === input.flag('all')) throw usageError('mail replay takes an ID or --all')
  if (id !== undefined) {
    const data = toData(await replayMail(services, id))
    return { data, text: record(data) }
  }
  const replayed = await replayMails(services)
  return { data: { replayed }, text: `${replayed} due again.` }
}

export async function remove({ operands: [id = ''] }: Input, services: Services): Promise<Answer> {
  await deleteMail(services, id)
  return { data: { id, deleted: true }, text: `Deleted ${id}.` }
}

function toData(mail: KeptMail) {
  const time = (ms: number | null) => isoTime(ms === null ? null : Number(ms))
  return {
    id: mail.id,
    state: mail.state,
    kind: mail.kind,
    to: mail.to,
    tries: mail.attempts,
    last_error: mail.lastError,
    created_at: time(mail.createdAtMs),
    next_try_at: time(mail.nextAttemptAtMs),
    given_up_at: time(mail.deadAtMs),
    delivered_at: time(mail.deliveredAtMs),
  }
}

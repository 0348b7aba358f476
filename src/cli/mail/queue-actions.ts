/** What the commands of `mail` do with the queue. */
import { z } from 'zod'
import { itemsOf } from '../../command-line/api-pages.ts'
import type { Api } from '../../command-line/api.ts'
import type { Answer } from '../../command-line/command.ts'
import { usageError } from '../../command-line/input.ts'
import type { Input } from '../../command-line/input.ts'
import { record, table } from '../../command-line/layout.ts'
import { MAIL_STATES } from '../../deliveries/mail-states.ts'

const text = z.string().nullable()
const mail = z.looseObject({
  id: z.string(),
  state: z.string(),
  kind: text,
  to: text,
  tries: z.int(),
  last_error: text,
})

export async function list(input: Input, api: Api): Promise<Answer> {
  const state = input.text('state')
  if (state !== undefined && !MAIL_STATES.some((one) => one === state))
    throw usageError(`--state takes ${MAIL_STATES.join(', ')}`)
  const most = input.integer('limit', { min: 1, max: 1000 }) ?? 50
  const query = { state, to: input.text('to') }
  const { items: mails, next } = await itemsOf(api, 'listMails', mail, {
    query,
    most,
    after: input.text('after'),
  })
  const rows = mails.map((one) => [one.id, one.state, one.kind, one.to, one.tries, one.last_error])
  const lines = [table(['ID', 'STATE', 'KIND', 'TO', 'TRIES', 'LAST ERROR'], rows, 'No mails.')]
  if (next !== undefined) lines.push(`More: --after ${next}`)
  return { data: { mails, next: next ?? null }, text: lines.join('\n') }
}

export async function show({ operands: [id = ''] }: Input, api: Api): Promise<Answer> {
  const data = await api.call('getMail', mail, { params: { id } })
  return { data, text: record(data) }
}

export async function replay(input: Input, api: Api): Promise<Answer> {
  const [id] = input.operands
  if ((id !== undefined) === input.flag('all')) throw usageError('mail replay takes an ID or --all')
  if (id !== undefined) {
    const data = await api.call('replayMail', mail, { params: { id } })
    return { data, text: record(data) }
  }
  const data = await api.call('replayMails', z.object({ replayed: z.int() }))
  return { data, text: `${data.replayed} due again.` }
}

export async function remove({ operands: [id = ''] }: Input, api: Api): Promise<Answer> {
  await api.send('deleteMail', { params: { id } })
  return { data: { id, deleted: true }, text: `Deleted ${id}.` }
}

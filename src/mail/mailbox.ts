/** The mailbox of development: mails that would leave by SMTP are kept in a table instead, the last 200 of them. */
import type { Clock } from '../platform/clock.ts'
import { isDuplicate } from '../platform/sql/database.ts'
import type { Db } from '../platform/sql/database.ts'
import type { Mail, MailTransport } from './mail-transport.ts'

export type MailboxMessage = {
  id: string
  to: string
  /** Of the text, as the mail itself says it. */
  language: string
  subject: string
  text: string
  html: string
  atMs: number
}

const KEPT = 200

export function createMailboxTransport({ db, clock }: { db: Db; clock: Clock }): MailTransport {
  return {
    async send(mail) {
      await keep(db, mail, clock())
      await dropOldest(db)
    },
    close: () => undefined,
  }
}

/** Newest first, all of them or those to one address. */
export async function listMessages(db: Db, filter: { to?: string } = {}): Promise<MailboxMessage[]> {
  const query = messages(db)
  const found = await (filter.to === undefined
    ? query
    : query.where('recipient', filter.to.trim().toLowerCase()))
  return found.map(withLanguage)
}

export async function findMessage(db: Db, id: string): Promise<MailboxMessage | undefined> {
  const [message] = await messages(db).where({ id })
  return message && withLanguage(message)
}

type Kept = Omit<MailboxMessage, 'language'>

function withLanguage(message: Kept): MailboxMessage {
  return { ...message, language: /<html lang="([a-zA-Z-]{2,35})"/.exec(message.html)?.[1] ?? 'en' }
}

function messages(db: Db) {
  return db<Kept>('mailbox_messages')
    .select({
      id: 'id',
      to: 'recipient',
      subject: 'subject',
      text: 'text_body',
      html: 'html_body',
      atMs: 'at_ms',
    })
    .orderBy('id', 'desc')
}

async function keep(db: Db, { id, to, subject, text, html }: Mail, atMs: number): Promise<void> {
  const row = {
    id,
    recipient: to.toLowerCase(),
    subject: subject.slice(0, 255),
    textBody: text,
    htmlBody: html,
    atMs,
  }
  try {
    await db('mailbox_messages').insert(row)
  } catch (error) {
    // Delivered a second time (its first acknowledgement was lost): a mail program shows one Message-ID once as well.
    if (!isDuplicate(error)) throw error
  }
}

async function dropOldest(db: Db): Promise<void> {
  const [oldestKept]: string[] = await db('mailbox_messages')
    .orderBy('id', 'desc')
    .limit(1)
    .offset(KEPT - 1)
    .pluck('id')
  if (oldestKept !== undefined) await db('mailbox_messages').where('id', '<', oldestKept).delete()
}

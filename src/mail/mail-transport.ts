/** The port between a finished mail and how it leaves: SMTP, or the built-in mailbox of development. */

export type Mail = {
  /** The outbox row it was made from. */
  id: string
  /** Stays the same when the mail is sent again, so that mail programs show it once (RFC 5322 §3.6.4). */
  messageId: string
  from: { name: string; address: string }
  to: string
  /** Of the text, as a tag (BCP 47). */
  language: string
  subject: string
  text: string
  html: string
}

export type MailTransport = {
  /** Resolves once the mail has been taken over. Throws `DeliveryFailure`, permanent where its recipient is refused. */
  send: (mail: Mail) => Promise<void>
  close: () => void
}

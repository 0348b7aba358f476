/** What every mail is made of, and what its writers need. */
import type { MailRequest } from '../outbox/mail-request.ts'
import type { MessageArgs } from '../words/message.ts'

export type Letter = {
  subject: string
  /** What a mail program shows beside the subject. */
  preview: string
  heading: string
  greeting: string
  paragraphs: string[]
  action: { label: string; link: string }
  /** For typing by hand, if the link is not enough. */
  code?: { label: string; value: string }
  notes: string[]
}

export type RequestOf<T extends MailRequest['template']> = Extract<MailRequest, { template: T }>
export type DataOf<T extends MailRequest['template']> = RequestOf<T>['data']

export type Words = {
  language: string
  /** A text of the catalogue, in the reader's language. Each may name the `server`. */
  say: (id: string, args?: MessageArgs) => string
  /** A time, in the reader's language. */
  when: (atMs: number) => string
  /** The first line. */
  greeting: (name: string) => string
  /** An app in a text: its developer chose the name. `named` is `yes`, or `no` for a name that is not repeated. */
  app: (name: string | undefined) => { named: string; app: string }
}

// A stranger may have typed this name, and mail programs turn "evil.example" into a link. So only text that looks like
// a name is repeated.
const NAME_CHARACTERS = /^[\p{L}\p{M}\p{N} '’.-]+$/u
const LONGEST_NAME = 60

/** False for what a mail program could turn into a link. */
export function isPlainName(text: string): boolean {
  if (text.length > 2 * LONGEST_NAME || Array.from(text).length > LONGEST_NAME) return false
  // A dot ends a word: "J. R." is a name, "evil.example" is not.
  const dotsEndWords = text.split('.').every((part, at) => at === 0 || part === '' || part.startsWith(' '))
  return text.trim() !== '' && NAME_CHARACTERS.test(text) && dotsEndWords && !text.includes('..')
}

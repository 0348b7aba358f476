import type { Message } from '../../words/message.ts'

/** What the page of one's security says once, after a form: a message of the catalogue. */
export type NoticeName =
  | 'on'
  | 'saved'
  | 'removed'
  | 'cancelled'
  | 'expired'
  | 'on-already'
  | 'off-already'
  | 'codes-hidden'
  | 'unconfirmed'
  | 'app-removed'
  | 'key-added'
  | 'key-renamed'
  | 'key-removed'
  | 'key-gone'
  | 'key-last'
  | 'no-passkeys'
  | 'with-password'

export function noticeMessage(name: NoticeName, password: 'yes' | 'none'): Message {
  return { id: `security-notice-${name}`, args: { password } }
}

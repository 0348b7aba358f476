/** What can be said of a mail in the queue. `given_up`: after the last attempt. A delivered one keeps no address. */
export const MAIL_STATES = ['waiting', 'given_up', 'delivered'] as const
export type MailState = (typeof MAIL_STATES)[number]

/** The mails about guessed passwords: the notice to the owner, and the code that an unknown browser needs. */
import type { MailRequest } from '../outbox/mail-request.ts'

type DataOf<T extends MailRequest['template']> = Extract<MailRequest, { template: T }>['data']
type Words = { greeting: (name: string) => string; inWords: (atMs: number) => string }

export function passwordGuessed(
  data: DataOf<'password-guessed'>,
  serverName: string,
  { greeting, inWords }: Words,
) {
  return {
    subject: `Someone is guessing your ${serverName} password`,
    preview: 'Nobody got in. Browsers that you use are not affected.',
    heading: 'Someone is guessing your password',
    greeting: greeting(data.name),
    paragraphs: [
      `Since ${inWords(data.whenMs)}, there were many failed sign-ins to your ${serverName} account, from different places. None of them knew your password.`,
      'Browsers where you signed in before work as usual. Any other browser now also needs a code from your email.',
      'If you use the same password elsewhere, choose a new one:',
    ],
    action: { label: 'Choose a new password', link: data.resetLink },
    notes: ['You get this mail once a day at most. Never give a code from your mail to anyone.'],
  }
}

export function checkCode(
  { name, code, link, expiresAtMs }: DataOf<'check-code'>,
  serverName: string,
  { greeting, inWords }: Words,
) {
  return {
    subject: `Your ${serverName} code`,
    preview: `Your code is ${code}.`,
    heading: 'Enter this code',
    greeting: greeting(name),
    paragraphs: [
      `Enter this code on the ${serverName} page that asked for it, in the same browser. It works until ${inWords(expiresAtMs)}.`,
    ],
    action: { label: 'Enter the code', link },
    code: { label: 'Your code:', value: code },
    notes: ['You did not ask for a code? Then ignore this mail, and never give the code to anyone.'],
  }
}

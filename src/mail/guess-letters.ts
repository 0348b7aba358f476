/** The mails about guessed passwords: the notice to the owner, and the code that an unknown browser needs. */
import type { DataOf, Letter, RequestOf, Words } from './letter.ts'

export function guessLetter(request: RequestOf<'password-guessed' | 'check-code'>, words: Words): Letter {
  return request.template === 'check-code'
    ? checkCode(request.data, words)
    : passwordGuessed(request.data, words)
}

function passwordGuessed(data: DataOf<'password-guessed'>, { say, when, greeting }: Words): Letter {
  return {
    subject: say('mail-password-guessed.subject'),
    preview: say('mail-password-guessed.preview'),
    heading: say('mail-password-guessed.heading'),
    greeting: greeting(data.name),
    paragraphs: [
      say('mail-password-guessed.body', { when: when(data.whenMs) }),
      say('mail-password-guessed.more'),
      say('mail-password-guessed.next'),
    ],
    action: { label: say('mail-password-guessed.action'), link: data.resetLink },
    notes: [say('mail-password-guessed.note')],
  }
}

function checkCode(data: DataOf<'check-code'>, { say, when, greeting }: Words): Letter {
  const { name, code, link, expiresAtMs } = data
  return {
    subject: say('mail-check-code.subject'),
    preview: say('mail-check-code.preview', { code }),
    heading: say('mail-check-code.heading'),
    greeting: greeting(name),
    paragraphs: [say('mail-check-code.body', { when: when(expiresAtMs) })],
    action: { label: say('mail-check-code.action'), link },
    code: { label: say('mail-check-code.code'), value: code },
    notes: [say('mail-check-code.note')],
  }
}

/** The mails about second factors besides the notice of a change. */
import type { DataOf, Letter, Words } from './letter.ts'

export function factorReset(data: DataOf<'factor-reset'>, { say, when, greeting }: Words): Letter {
  const until = when(data.dueAtMs)
  return {
    subject: say('mail-factor-reset-planned.subject'),
    preview: say('mail-factor-reset-planned.preview', { when: until }),
    heading: say('mail-factor-reset-planned.heading'),
    greeting: greeting(data.name),
    paragraphs: [
      say('mail-factor-reset-planned.body', { when: until }),
      say('mail-factor-reset-planned.next'),
    ],
    action: { label: say('mail-factor-reset-planned.action'), link: data.link },
    notes: [
      say('mail-factor-reset-planned.note'),
      say('mail-factor-reset-planned.stranger', { link: data.resetLink }),
    ],
  }
}

export function signInCode(data: DataOf<'sign-in-code'>, { say, when, greeting }: Words): Letter {
  const { name, purpose, code, link, expiresAtMs } = data
  return {
    subject: say('mail-sign-in-code.subject'),
    preview: say('mail-sign-in-code.preview', { code }),
    heading: say('mail-sign-in-code.heading'),
    greeting: greeting(name),
    paragraphs: [
      say('mail-sign-in-code.body', {
        when: when(expiresAtMs),
        second: purpose === 'sign_in' ? 'no' : 'yes',
      }),
    ],
    action: { label: say('mail-sign-in-code.action'), link },
    code: { label: say('mail-sign-in-code.code'), value: code },
    notes: [say('mail-sign-in-code.never'), say('mail-sign-in-code.note')],
  }
}

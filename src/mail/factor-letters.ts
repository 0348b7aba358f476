/** The mails about ways in, besides the notice of a changed factor. */
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
    notes: [
      say('mail-sign-in-code.never'),
      say(purpose === 'sign_in' ? 'mail-sign-in-code.note' : 'mail-sign-in-code.stranger'),
    ],
  }
}

/** Another provider can sign the person in from now on, or no longer. */
export function upstreamChanged(data: DataOf<'upstream-changed'>, { say, when, greeting }: Words): Letter {
  const { name, provider, kind, byOperator, whenMs, securityLink, resetLink } = data
  const id = `mail-upstream-${kind}`
  const facts = { provider, operator: byOperator ? 'yes' : 'no' }
  return {
    subject: say(`${id}.subject`, facts),
    preview: say('mail-if-you'),
    heading: say(`${id}.heading`, facts),
    greeting: greeting(name),
    paragraphs: [
      `${say(`${id}.body`, facts)} ${say('mail-factor.when', { when: when(whenMs) })}`,
      say('mail-factor.next'),
    ],
    action: { label: say('mail-factor.action'), link: securityLink },
    notes: [say('mail-factor.note', { link: resetLink })],
  }
}

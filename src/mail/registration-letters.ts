/** The mails about registering: an invitation, and the answer of an operator. */
import type { DataOf, Letter, RequestOf, Words } from './letter.ts'

export function registrationLetter(
  request: RequestOf<'invitation' | 'registration-answered'>,
  words: Words,
): Letter {
  return request.template === 'invitation'
    ? invitation(request.data, words)
    : registrationAnswered(request.data, words)
}

function invitation({ link, expiresAtMs }: DataOf<'invitation'>, { say, when, greeting }: Words): Letter {
  return {
    subject: say('mail-invitation.subject'),
    preview: say('mail-invitation.preview'),
    heading: say('mail-invitation.heading'),
    greeting: greeting(''),
    paragraphs: [say('mail-invitation.body', { when: when(expiresAtMs) })],
    action: { label: say('mail-invitation.action'), link },
    notes: [say('mail-invitation.note')],
  }
}

function registrationAnswered(
  { name, link, approved }: DataOf<'registration-answered'>,
  { say, greeting }: Words,
): Letter {
  const letter = approved ? approval(say) : refusal(say)
  const { action, ...texts } = letter
  return { ...texts, greeting: greeting(name), action: { label: action, link }, notes: [] }
}

function approval(say: Words['say']) {
  return {
    subject: say('mail-registration-approved.subject'),
    preview: say('mail-registration-approved.preview'),
    heading: say('mail-registration-approved.heading'),
    paragraphs: [say('mail-registration-approved.body')],
    action: say('mail-registration-approved.action'),
  }
}

function refusal(say: Words['say']) {
  return {
    subject: say('mail-registration-refused.subject'),
    preview: say('mail-registration-refused.preview'),
    heading: say('mail-registration-refused.heading'),
    paragraphs: [say('mail-registration-refused.body')],
    action: say('mail-registration-refused.action'),
  }
}

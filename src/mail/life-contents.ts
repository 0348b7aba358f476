/** The mails about a change of address and a deletion. */
import type { DataOf, Letter, RequestOf, Words } from './letter.ts'

type LifeRequest = RequestOf<'new-address' | 'address-taken' | 'address-notice' | 'deletion-notice'>

export function lifeLetter(request: LifeRequest, words: Words): Letter {
  if (request.template === 'new-address') return newAddress(request.data, words)
  if (request.template === 'address-taken') return addressTaken(request.data, words)
  if (request.template === 'address-notice') return addressNotice(request.data, words)
  return deletionNotice(request.data, words)
}

function newAddress(data: DataOf<'new-address'>, { say, when, greeting }: Words): Letter {
  const { name, link, code, expiresAtMs } = data
  return {
    subject: say('mail-new-address.subject'),
    preview: say('mail-new-address.preview', { code }),
    heading: say('mail-new-address.heading'),
    greeting: greeting(name),
    paragraphs: [say('mail-new-address.body')],
    action: { label: say('mail-new-address.action'), link },
    code: { label: say('mail-code'), value: code },
    notes: [say('mail-once', { when: when(expiresAtMs) }), say('mail-new-address.note')],
  }
}

function addressTaken(data: DataOf<'address-taken'>, { say, greeting }: Words): Letter {
  return {
    subject: say('mail-address-taken.subject'),
    preview: say('mail-address-taken.preview'),
    heading: say('mail-address-taken.heading'),
    greeting: greeting(data.name),
    paragraphs: [say('mail-address-taken.body'), say('mail-address-taken.next')],
    action: { label: say('mail-address-taken.action'), link: data.signInLink },
    notes: [say('mail-registered.forgot', { link: data.resetLink }), say('mail-address-taken.note')],
  }
}

function addressNotice(data: DataOf<'address-notice'>, { say, when, greeting }: Words): Letter {
  const { name, kind, address, whenMs, link, undoUntilMs } = data
  const id = `mail-address-${kind === 'changed_by_operator' ? 'set' : kind}`
  const once = undoUntilMs === undefined ? [] : [say('mail-address-once', { when: when(undoUntilMs) })]
  return {
    subject: say(`${id}.subject`),
    preview: say('mail-if-you'),
    heading: say(`${id}.heading`),
    greeting: greeting(name),
    paragraphs: [say(`${id}.body`, { address, when: when(whenMs) })],
    action: { label: say(`${id}.action`), link },
    notes: [...once, say(`${id}.note`)],
  }
}

function deletionNotice(data: DataOf<'deletion-notice'>, { say, when, greeting }: Words): Letter {
  const id = `mail-deletion-${data.kind}`
  const body = say(`${id}.body`, { when: when(data.deleteAtMs) })
  return {
    subject: say(`${id}.subject`),
    preview: body,
    heading: say(`${id}.heading`),
    greeting: greeting(data.name),
    paragraphs: [body],
    action: { label: say('mail-registered.action'), link: data.signInLink },
    notes: [say('mail-factor.note', { link: data.resetLink })],
  }
}

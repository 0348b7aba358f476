/** What each mail says, in the reader's language. The layouts in views/mail format it, as text and as HTML. */
import type { MailRequest } from '../outbox/mail-request.ts'
import type { Translate } from '../words/catalogue.ts'
import { factorReset, signInCode, upstreamChanged } from './factor-letters.ts'
import { guessLetter } from './guess-letters.ts'
import { lifeLetter } from './life-contents.ts'
import { isPlainName } from './letter.ts'
import type { DataOf, Letter, Words } from './letter.ts'
import { registrationLetter } from './registration-letters.ts'
import { timeInWords } from './time-in-words.ts'

/** `t`: the texts in the reader's language. */
export function contentFor(request: MailRequest, t: Translate, serverName: string): Letter {
  return letterOf(request, wordsOf(t, serverName, request.timeZone ?? undefined))
}

function letterOf(request: MailRequest, words: Words): Letter {
  switch (request.template) {
    case 'activation':
      return activation(request.data, words)
    case 'already-registered':
      return alreadyRegistered(request.data, words)
    case 'reset':
      return reset(request.data, words)
    case 'access-request':
      return accessRequest(request.data, words)
    case 'password-changed':
      return passwordChanged(request.data, words)
    case 'factor-changed':
      return factorChanged(request.data, words)
    case 'new-browser':
      return newBrowser(request.data, words)
    case 'session-alert':
      return sessionEnded(request.data, words)
    case 'invitation':
    case 'registration-answered':
      return registrationLetter(request, words)
    case 'password-guessed':
    case 'check-code':
      return guessLetter(request, words)
    case 'factor-reset':
      return factorReset(request.data, words)
    case 'new-address':
    case 'address-taken':
    case 'address-notice':
    case 'deletion-notice':
      return lifeLetter(request, words)
    case 'sign-in-code':
      return signInCode(request.data, words)
    case 'upstream-changed':
      return upstreamChanged(request.data, words)
    case 'test':
      return test(request.data, words)
  }
}

function wordsOf(t: Translate, serverName: string, timeZone: string | undefined): Words {
  const say: Words['say'] = (id, args) => t(id, { server: serverName, ...args })
  return {
    language: t.language,
    say,
    when: (atMs) => timeInWords(atMs, { t, timeZone }),
    greeting: (name) =>
      isPlainName(name) ? say('mail-hello', { name: name.trim() }) : say('mail-hello-nobody'),
    app: (name = '') => (isPlainName(name) ? { named: 'yes', app: name.trim() } : { named: 'no', app: '' }),
  }
}

function activation(
  { name, link, code, expiresAtMs }: DataOf<'activation'>,
  { say, when, greeting }: Words,
): Letter {
  return {
    subject: say('mail-activation.subject'),
    preview: say('mail-activation.preview', { code }),
    heading: say('mail-activation.heading'),
    greeting: greeting(name),
    paragraphs: [say('mail-activation.body')],
    action: { label: say('mail-activation.action'), link },
    code: { label: say('mail-code'), value: code },
    notes: [say('mail-once', { when: when(expiresAtMs) }), say('mail-activation.note')],
  }
}

function alreadyRegistered(data: DataOf<'already-registered'>, { say, greeting }: Words): Letter {
  return {
    subject: say('mail-registered.subject'),
    preview: say('mail-registered.preview'),
    heading: say('mail-registered.heading'),
    greeting: greeting(data.name),
    paragraphs: [say('mail-registered.body')],
    action: { label: say('mail-registered.action'), link: data.signInLink },
    notes: [say('mail-registered.forgot', { link: data.resetLink }), say('mail-registered.note')],
  }
}

function reset({ name, link, code, expiresAtMs }: DataOf<'reset'>, { say, when, greeting }: Words): Letter {
  return {
    subject: say('mail-reset.subject'),
    preview: say('mail-reset.preview'),
    heading: say('mail-reset.heading'),
    greeting: greeting(name),
    paragraphs: [say('mail-reset.body')],
    action: { label: say('mail-reset.action'), link },
    code: { label: say('mail-code'), value: code },
    notes: [say('mail-once', { when: when(expiresAtMs) }), say('mail-reset.note')],
  }
}

function passwordChanged(data: DataOf<'password-changed'>, { say, when, greeting }: Words): Letter {
  return {
    subject: say('mail-password-changed.subject'),
    preview: say('mail-if-you'),
    heading: say('mail-password-changed.heading'),
    greeting: greeting(data.name),
    paragraphs: [
      say('mail-password-changed.body', { when: when(data.whenMs) }),
      say('mail-password-changed.next'),
    ],
    action: { label: say('mail-password-changed.action'), link: data.resetLink },
    notes: [],
  }
}

/** From this number on, the mail asks for new codes. */
const FEW_CODES = 2

function factorChanged(data: DataOf<'factor-changed'>, { say, when, greeting }: Words): Letter {
  const { kind, codesLeft, passkeyName = '' } = data
  const change = `mail-factor-${kind.replaceAll('_', '-')}`
  const left = [
    say('mail-factor.left', { count: codesLeft }),
    ...(codesLeft <= FEW_CODES ? [say('mail-factor.renew')] : []),
  ]
  return {
    subject: say(`${change}.subject`),
    preview: say('mail-if-you'),
    heading: say(`${change}.heading`),
    greeting: greeting(data.name),
    paragraphs: [
      `${say(`${change}.body`, { passkey: passkeyName })} ${say('mail-factor.when', { when: when(data.whenMs) })}`,
      ...(kind === 'code_used' ? [left.join(' ')] : []),
      say('mail-factor.next'),
    ],
    action: { label: say('mail-factor.action'), link: data.securityLink },
    notes: [say('mail-factor.note', { link: data.resetLink })],
  }
}

function newBrowser(data: DataOf<'new-browser'>, { language, say, when, greeting, app }: Words): Letter {
  const { whenMs, link } = data
  const place = data.place?.[language] ?? data.place?.['en']
  const ip = place ? `${data.ip} (${place})` : data.ip
  const facts = { ...app(data.app), browser: browserInWords(say, data.browser), ip, when: when(whenMs) }
  return {
    subject: say('mail-new-browser.subject'),
    preview: say('mail-if-you'),
    heading: say('mail-new-browser.heading'),
    greeting: greeting(data.name),
    paragraphs: [
      say('mail-new-browser.body'),
      say('mail-new-browser.facts', facts),
      say('mail-new-browser.next'),
    ],
    action: { label: say('mail-new-browser.action'), link },
    notes: [say('mail-new-browser.note', { when: when(data.expiresAtMs) })],
  }
}

/** As `browserName` of `sessions` writes it: "Firefox on Linux", "Firefox", "Unknown device". */
function browserInWords(say: Words['say'], name: string): string {
  if (name === 'Unknown device') return say('mail-browser-unknown')
  const [browser = '', system] = name.split(' on ')
  return system === undefined ? browser : say('mail-browser', { browser, system })
}

function sessionEnded(data: DataOf<'session-alert'>, { say, when, greeting, app }: Words): Letter {
  const named = app(data.app)
  return {
    subject: say('mail-session-ended.subject', named),
    preview: say('mail-session-ended.preview'),
    heading: say('mail-session-ended.heading'),
    greeting: greeting(data.name),
    paragraphs: [
      say('mail-session-ended.body', { ...named, when: when(data.whenMs) }),
      say('mail-session-ended.next', named),
    ],
    action: { label: say('mail-session-ended.action'), link: data.sessionsLink },
    notes: [say('mail-session-ended.note', { link: data.resetLink })],
  }
}

function accessRequest(data: DataOf<'access-request'>, { say, when, greeting, app }: Words): Letter {
  const named = app(data.appName)
  return {
    subject: say('mail-access-request.subject', named),
    preview: say('mail-access-request.preview'),
    heading: say('mail-access-request.heading'),
    greeting: greeting(data.name),
    paragraphs: [say('mail-access-request.body', named), say('mail-access-request.next')],
    action: { label: say('mail-access-request.action'), link: data.link },
    notes: [
      say('mail-access-request.expiry', { when: when(data.expiresAtMs) }),
      say('mail-access-request.note'),
    ],
  }
}

function test({ whenMs, link }: DataOf<'test'>, { say, when }: Words): Letter {
  return {
    subject: say('mail-test.subject'),
    preview: say('mail-test.preview'),
    heading: say('mail-test.heading'),
    greeting: say('mail-hello-nobody'),
    paragraphs: [say('mail-test.body', { when: when(whenMs) })],
    action: { label: say('mail-test.action'), link },
    notes: [say('mail-test.note')],
  }
}

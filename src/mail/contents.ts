/** The text of each mail. The layouts in views/mail format it, as text and as HTML. */
import type { MailRequest } from '../outbox/mail-request.ts'
import { factorReset } from './factor-letters.ts'
import { checkCode, passwordGuessed } from './guess-letters.ts'

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

export function contentFor(request: MailRequest, serverName: string): Letter {
  switch (request.template) {
    case 'activation':
      return activation(request.data, serverName)
    case 'already-registered':
      return alreadyRegistered(request.data, serverName)
    case 'reset':
      return reset(request.data, serverName)
    case 'access-request':
      return accessRequest(request.data, serverName)
    case 'password-changed':
      return passwordChanged(request.data, serverName)
    case 'factor-changed':
      return factorChanged(request.data, serverName)
    case 'new-browser':
      return newBrowser(request.data, serverName)
    case 'session-alert':
      return sessionAlert(request.data, serverName)
    case 'password-guessed':
      return passwordGuessed(request.data, serverName, { greeting, inWords })
    case 'check-code':
      return checkCode(request.data, serverName, { greeting, inWords })
    case 'factor-reset':
      return factorReset(request.data, serverName, { greeting, inWords })
    case 'test':
      return test(request.data, serverName)
  }
}

type DataOf<T extends MailRequest['template']> = Extract<MailRequest, { template: T }>['data']

function activation({ name, link, code, expiresAtMs }: DataOf<'activation'>, serverName: string): Letter {
  return {
    subject: `Activate your ${serverName} account`,
    preview: `One step left: confirm that this address is yours. Your code is ${code}.`,
    heading: 'Activate your account',
    greeting: greeting(name),
    paragraphs: [
      `Somebody, most likely you, registered at ${serverName} with this e-mail address. ` +
        'Confirm that it is yours, and your account is ready.',
    ],
    action: { label: 'Activate account', link },
    code: forPage(code),
    notes: [
      workOnce(expiresAtMs),
      'You did not register? Then ignore this mail. Without the link, nothing can be done with your address.',
    ],
  }
}

function alreadyRegistered(data: DataOf<'already-registered'>, serverName: string): Letter {
  return {
    subject: `You already have a ${serverName} account`,
    preview: 'Somebody tried to register with your address. Here is how to sign in instead.',
    heading: 'You already have an account',
    greeting: greeting(data.name),
    paragraphs: [
      `Somebody, most likely you, tried to register at ${serverName} with this e-mail address. ` +
        'There is an account for it already, so no new one was made. You can simply sign in.',
    ],
    action: { label: 'Sign in', link: data.signInLink },
    notes: [
      `Forgotten the password? Choose a new one here: ${data.resetLink}`,
      'It was not you? Then there is nothing to do. Whoever it was has learned nothing about your account.',
    ],
  }
}

function reset({ name, link, code, expiresAtMs }: DataOf<'reset'>, serverName: string): Letter {
  return {
    subject: `Reset your ${serverName} password`,
    preview: 'Here is the link that was asked for. Not you? Then ignore this mail.',
    heading: 'Choose a new password',
    greeting: greeting(name),
    paragraphs: [
      `Somebody, most likely you, asked for a new password for your ${serverName} account. ` +
        'Your old one stays valid until you have chosen another.',
    ],
    action: { label: 'Choose a new password', link },
    code: forPage(code),
    notes: [
      workOnce(expiresAtMs),
      'You did not ask for this? Then ignore this mail, and never give the code to anyone. Your password stays as it is.',
    ],
  }
}

function forPage(code: string) {
  return { label: 'If the page asks for a code, type this one:', value: code }
}

function workOnce(expiresAtMs: number): string {
  return `The link and the code work once, until ${inWords(expiresAtMs)}.`
}

function passwordChanged(data: DataOf<'password-changed'>, serverName: string): Letter {
  return {
    subject: `Your ${serverName} password was changed`,
    preview: 'If this was you, there is nothing to do.',
    heading: 'Your password was changed',
    greeting: greeting(data.name),
    paragraphs: [
      `The password of your ${serverName} account was changed on ${inWords(data.whenMs)}.`,
      'If that was you, all is well and there is nothing to do. If it was not, take your account back now:',
    ],
    action: { label: 'Choose a new password', link: data.resetLink },
    notes: [],
  }
}

type FactorText = { subject: string; heading: string; text: string }

const FACTOR_TEXTS: Record<DataOf<'factor-changed'>['kind'], (serverName: string) => FactorText> = {
  added: (serverName) => ({
    subject: `Two-step sign-in is on for your ${serverName} account`,
    heading: 'Two-step sign-in is on',
    text: 'An authenticator app was added to your account. From now on, signing in also takes a code of this app.',
  }),
  removed: (serverName) => ({
    subject: `Two-step sign-in is off for your ${serverName} account`,
    heading: 'Two-step sign-in is off',
    text: 'The authenticator app was removed from your account. The password is now enough to sign in.',
  }),
  reset: (serverName) => ({
    subject: `Two-step sign-in was reset for your ${serverName} account`,
    heading: 'Two-step sign-in was reset',
    text:
      'An administrator removed the authenticator app and the recovery codes of your account. ' +
      'All sessions have ended. The password is now enough to sign in.',
  }),
  codes_renewed: (serverName) => ({
    subject: `Your ${serverName} account has new recovery codes`,
    heading: 'New recovery codes',
    text: 'New recovery codes were made for your account. The earlier ones do not work any more.',
  }),
  code_used: (serverName) => ({
    subject: `A recovery code was used for your ${serverName} account`,
    heading: 'A recovery code was used',
    text: 'Somebody signed in to your account with your password and a recovery code.',
  }),
  codes_guessed: (serverName) => ({
    subject: `Wrong codes for your ${serverName} account`,
    heading: 'Somebody entered wrong codes',
    text:
      'Somebody entered your right password, and then too many wrong codes. Nobody got in, and the codes pause for ' +
      'a few minutes. If it was not you, somebody else knows your password.',
  }),
}

/** From this number on, the mail asks for new codes. */
const FEW_CODES = 2

function factorChanged(data: DataOf<'factor-changed'>, serverName: string): Letter {
  const { subject, heading, text } = FACTOR_TEXTS[data.kind](serverName)
  const { kind, codesLeft } = data
  const left =
    codesLeft === 1 ? 'One recovery code is left.' : `${codesLeft || 'No'} recovery codes are left.`
  const renew = codesLeft <= FEW_CODES ? ' Make new ones before you need them.' : ''
  return {
    subject,
    preview: 'If this was you, there is nothing to do.',
    heading,
    greeting: greeting(data.name),
    paragraphs: [
      `${text} This happened on ${inWords(data.whenMs)}.`,
      ...(kind === 'code_used' ? [`${left}${renew}`] : []),
      'If that was not you, look at your account now:',
    ],
    action: { label: 'Security of your account', link: data.securityLink },
    notes: [`Was it somebody else? Then choose a new password as well: ${data.resetLink}`],
  }
}

function newBrowser(data: DataOf<'new-browser'>, serverName: string): Letter {
  const app = data.app !== undefined && isPlainName(data.app) ? ` in the app ${data.app.trim()}` : ''
  const browser = data.browser === 'Unknown device' ? 'a device without a known name' : data.browser
  return {
    subject: `New sign-in to your ${serverName} account`,
    preview: 'If this was you, there is nothing to do.',
    heading: 'A sign-in from a new browser',
    greeting: greeting(data.name),
    paragraphs: [
      `Somebody, most likely you, signed in to your ${serverName} account from a browser or app that was not used for it before.`,
      `It was ${browser}${app}, on ${inWords(data.whenMs)}, from the network address ${data.ip}.`,
      'If this was you, there is nothing to do. If it was not, sign out everywhere and choose a new password:',
    ],
    action: { label: 'This was not me', link: data.link },
    notes: [`The link works once, until ${inWords(data.expiresAtMs)}. Opening it changes nothing yet.`],
  }
}

function sessionAlert(data: DataOf<'session-alert'>, serverName: string): Letter {
  const app = isPlainName(data.app) ? data.app.trim() : 'an app'
  return {
    subject: `${serverName} ended your sign-in at ${app}`,
    preview: 'A key of that sign-in was used twice. You may have to sign in there again.',
    heading: 'A sign-in was ended to be safe',
    greeting: greeting(data.name),
    paragraphs: [
      `On ${inWords(data.whenMs)} a key that keeps you signed in at ${app} was used a second time, after it had been ` +
        'replaced by a new one. That can be a fault of the app, but also somebody who has copied the key. So the ' +
        'sign-in was ended: neither of the two can go on with it.',
      `If ${app} asks you to sign in again, that is why. Look through your other sign-ins and end those that are not yours:`,
    ],
    action: { label: 'See your sign-ins', link: data.sessionsLink },
    notes: [`Is something there that is not yours? Then choose a new password as well: ${data.resetLink}`],
  }
}

function accessRequest(data: DataOf<'access-request'>, serverName: string): Letter {
  // The app's developer chose this name.
  const app = isPlainName(data.appName) ? data.appName.trim() : 'An app'
  return {
    subject: `${app} asks for access to your ${serverName} account`,
    preview: 'Look at the request before you answer it. Not you? Then refuse it or let it run out.',
    heading: 'A request waits for your answer',
    greeting: greeting(data.name),
    paragraphs: [
      `${app} asks for access to your ${serverName} account. Somebody, most likely you, began this elsewhere: ` +
        'on another device, or with somebody who serves you.',
      'On the page you see what it asks for, and then allow it or refuse it.',
    ],
    action: { label: 'See the request', link: data.link },
    notes: [
      `The request runs out ${inWords(data.expiresAtMs)}.`,
      'You did not begin this? Then refuse it, or do nothing: without your answer nobody gets access.',
    ],
  }
}

function test({ whenMs, link }: DataOf<'test'>, serverName: string): Letter {
  return {
    subject: `Test mail of ${serverName}`,
    preview: 'Mails leave the server and arrive here.',
    heading: 'Mails arrive',
    greeting: 'Hello,',
    paragraphs: [
      `An operator of ${serverName} sent this test mail on ${inWords(whenMs)}. Mails leave the server and arrive here.`,
    ],
    action: { label: `Open ${serverName}`, link },
    notes: ['You did not expect it? Then ignore this mail.'],
  }
}

// A stranger may have typed this name, and mail programs turn "evil.example" into a link. So only text that looks like
// a name is repeated.
const NAME_CHARACTERS = /^[\p{L}\p{M}\p{N} '’.-]+$/u
const LONGEST_NAME = 60

function isPlainName(text: string): boolean {
  if (text.length > 2 * LONGEST_NAME || Array.from(text).length > LONGEST_NAME) return false
  // A dot ends a word: "J. R." is a name, "evil.example" is not.
  const dotsEndWords = text.split('.').every((part, at) => at === 0 || part === '' || part.startsWith(' '))
  return text.trim() !== '' && NAME_CHARACTERS.test(text) && dotsEndWords && !text.includes('..')
}

function greeting(name: string): string {
  return isPlainName(name) ? `Hello ${name.trim()},` : 'Hello,'
}

const WORDS = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
})

/** "Sunday 22 November 2026 at 06:12 UTC". */
function inWords(atMs: number): string {
  return `${WORDS.format(atMs).replace(/,/g, '')} UTC`
}

/** Modes of registration, forms on a network that has to solve a challenge, and the pages of the code by mail. */
import type { SamplePage } from './sample-pages.ts'

const email = 'person@example.com'
const form = { action: '/action', values: {}, errors: {} }
const challenge = { mailHref: '/check?for=sign-in' }
const links = { registerHref: '/register', forgotHref: '/forgot', signInHref: '/sign-in', minLength: 8 }
const code = { action: '/check/code', againHref: '/check', email, errors: {} }

export const sampleCheckPages: SamplePage[] = [
  { page: 'sign-in', state: 'challenge', locals: { ...form, ...links, challenge } },
  {
    page: 'sign-in',
    state: 'challenge-needed',
    locals: {
      ...form,
      ...links,
      challenge,
      values: { email },
      errors: { '': 'check-needed' },
    },
  },
  {
    page: 'sign-in',
    state: 'paused',
    locals: {
      ...form,
      ...links,
      challenge: { pause: { id: 'error-too-many-attempts', args: { minutes: 12 } } },
    },
  },
  { page: 'register', state: 'challenge', locals: { ...form, ...links, challenge } },
  { page: 'forgot', state: 'challenge', locals: { ...form, ...links, challenge } },
  { page: 'register-closed', state: 'closed', locals: { why: 'closed', signInHref: '/sign-in' } },
  { page: 'register-closed', state: 'invitation', locals: { why: 'invitation', signInHref: '/sign-in' } },
  {
    page: 'register-closed',
    state: 'ended',
    locals: { why: 'ended', signInHref: '/sign-in', registerHref: '/register' },
  },
  { page: 'register', state: 'signed-in', locals: { ...form, ...links, signedInAs: 'person@example.org' } },
  { page: 'register-waiting', state: 'waiting', locals: {} },
  { page: 'register', state: 'approval', locals: { ...form, ...links, approves: true } },
  { page: 'check', state: 'empty', locals: { ...form, challenge: {}, backHref: '/sign-in' } },
  {
    page: 'check',
    state: 'guessed',
    locals: { ...form, challenge: {}, backHref: '/sign-in', values: { email }, notice: 'check-guessed' },
  },
  { page: 'check-code', state: 'sent', locals: code },
  {
    page: 'check-code',
    state: 'wrong',
    locals: { ...code, mailsAreLate: true, errors: { code: 'check-code-wrong' } },
  },
]

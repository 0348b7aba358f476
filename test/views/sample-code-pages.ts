/** The page for the code of a second factor, and the one where its request was lost. */
import type { SamplePage } from './sample-pages.ts'

const client = { name: 'Sample App', clientUri: 'https://app.example.com/' }
const code = {
  action: '/action',
  errors: {},
  client,
  email: 'person@example.com',
  mode: 'app',
  hasApp: true,
  recoveryHref: '/other',
  startOverHref: '/sign-in',
  cancelAction: '/cancel',
}
const passkey = {
  kind: 'get',
  action: '/action',
  options: JSON.stringify({ rpId: 'localhost', challenge: 'AAAA', allowCredentials: [] }),
  label: 'passkey-use',
}
const wrong = {
  code: 'code-app-wrong',
}
const alone = { client: undefined, cancelAction: undefined }

export const sampleCodePages: SamplePage[] = [
  { page: 'sign-in-code', state: 'app', locals: code },
  { page: 'sign-in-code', state: 'wrong', locals: { ...code, errors: wrong } },
  { page: 'sign-in-code', state: 'passkey', locals: { ...code, hasApp: false, passkey } },
  {
    page: 'sign-in-code',
    state: 'trust',
    locals: { ...code, passkey, trustDays: 30, mailAction: '/action' },
  },
  {
    page: 'sign-in-code',
    state: 'trust-by-passkey',
    locals: { ...code, hasApp: false, passkey: { ...passkey, trust: 30 } },
  },
  {
    page: 'sign-in-code',
    state: 'mail',
    locals: {
      ...code,
      mode: 'mail',
      appHref: '/app',
      mailAction: '/action',
      errors: { code: 'mail-code-wrong' },
    },
  },
  { page: 'sign-in-code', state: 'app-and-passkey', locals: { ...code, passkey } },
  {
    page: 'sign-in-code',
    state: 'recovery',
    locals: { ...code, ...alone, mode: 'recovery', recoveryHref: undefined, appHref: '/app' },
  },
  {
    page: 'interaction-lost',
    state: 'client',
    locals: { clientName: client.name, continueHref: client.clientUri },
  },
  { page: 'interaction-lost', state: 'unknown', locals: { continueHref: '/' } },
  {
    page: 'cookies-blocked',
    state: 'client',
    locals: { tryHref: '/oauth/authorize', client, appHref: client.clientUri },
  },
  {
    page: 'sign-in-mail',
    state: 'client',
    locals: {
      action: '/interaction/i1/email-code',
      login: 'person@example.com',
      startOverHref: '/interaction/i1/sign-in',
      client,
      cancelAction: '/cancel',
      errors: { code: 'mail-code-wrong' },
    },
  },
]

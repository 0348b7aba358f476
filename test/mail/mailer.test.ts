import { expect } from 'chai'
import type { Mail } from '../../src/mail/mail-transport.ts'
import { createMailer } from '../../src/mail/mailer.ts'
import type { MailRequest } from '../../src/outbox/mail-request.ts'
import { DeliveryFailure } from '../../src/outbox/sink.ts'
import { LANGUAGES, loadCatalogue, PSEUDO_LANGUAGE } from '../../src/words/catalogue.ts'

const now = Date.UTC(2026, 10, 20, 6)
const expiresAtMs = Date.UTC(2026, 10, 22, 6, 12)
const link = 'https://accounts.example/activate?token=abc&x=1'
const resetLink = 'https://accounts.example/forgot'
const signInLink = 'https://accounts.example/sign-in'
const to = 'ada@example.org'

type FactorNotice = Extract<MailRequest, { template: 'factor-changed' }>
const factorChanged = (kind: FactorNotice['data']['kind']): FactorNotice => ({
  template: 'factor-changed',
  to,
  data: { name: 'Ada', whenMs: expiresAtMs, securityLink: signInLink, resetLink, kind, codesLeft: 2 },
})

type AddressNotice = Extract<MailRequest, { template: 'address-notice' }>
const addressNotice = (kind: AddressNotice['data']['kind']): AddressNotice => ({
  template: 'address-notice',
  to,
  data: {
    name: 'Ada',
    whenMs: expiresAtMs,
    address: 'ada@new.example',
    link,
    kind,
    ...(kind === 'changed' && { undoUntilMs: expiresAtMs }),
  },
})

type DeletionNotice = Extract<MailRequest, { template: 'deletion-notice' }>
const deletionNotice = (kind: DeletionNotice['data']['kind']): DeletionNotice => ({
  template: 'deletion-notice',
  to,
  data: { name: 'Ada', deleteAtMs: expiresAtMs, signInLink, resetLink, kind },
})

type UpstreamNotice = Extract<MailRequest, { template: 'upstream-changed' }>
const upstreamChanged = (kind: UpstreamNotice['data']['kind'], byOperator: boolean): UpstreamNotice => ({
  template: 'upstream-changed',
  to,
  data: {
    name: 'Ada',
    provider: 'GitHub',
    kind,
    byOperator,
    whenMs: expiresAtMs,
    securityLink: signInLink,
    resetLink,
  },
})

const requests: MailRequest[] = [
  { template: 'activation', to, data: { name: 'Ada', link, code: 'K7M2QP', expiresAtMs } },
  { template: 'already-registered', to, data: { name: 'Ada', signInLink, resetLink } },
  { template: 'reset', to, data: { name: 'Ada', link, code: 'K7M2QP', expiresAtMs } },
  {
    template: 'session-alert',
    to,
    data: { name: 'Ada', app: 'Ledger', whenMs: expiresAtMs, sessionsLink: signInLink, resetLink },
  },
  { template: 'access-request', to, data: { name: 'Ada', appName: 'Ledger', link, expiresAtMs } },
  { template: 'test', to, data: { whenMs: expiresAtMs, link } },
  {
    template: 'new-browser',
    to,
    data: { name: 'Ada', browser: 'Firefox on Linux', ip: '203.0.113.7', whenMs: now, link, expiresAtMs },
  },
  { template: 'password-guessed', to, data: { name: 'Ada', whenMs: expiresAtMs, resetLink } },
  { template: 'factor-reset', to, data: { name: 'Ada', dueAtMs: expiresAtMs, link, resetLink } },
  {
    template: 'sign-in-code',
    to,
    data: { name: 'Ada', purpose: 'sign_in', link, code: '1234 5678', expiresAtMs },
  },
  { template: 'invitation', to, data: { link, expiresAtMs } },
  { template: 'registration-answered', to, data: { name: 'Ada', approved: true, link } },
  { template: 'registration-answered', to, data: { name: 'Ada', approved: false, link } },
  { template: 'check-code', to, data: { name: 'Ada', link, code: 'K7M2QP', expiresAtMs } },
  { template: 'new-address', to, data: { name: '', link, code: 'K7M2QP', expiresAtMs } },
  { template: 'address-taken', to, data: { name: '', signInLink, resetLink } },
  ...(['requested', 'changed', 'changed_by_operator', 'restored'] as const).map(addressNotice),
  ...(['requested', 'soon', 'cancelled', 'unverified'] as const).map(deletionNotice),
  ...(['connected', 'disconnected'] as const).flatMap((kind) =>
    [false, true].map((byOperator) => upstreamChanged(kind, byOperator)),
  ),
  { template: 'password-changed', to, data: { name: 'Ada', whenMs: expiresAtMs, resetLink } },
  ...(['added', 'removed', 'reset', 'codes_renewed', 'code_used', 'codes_guessed'] as const).map(
    factorChanged,
  ),
]

/** What chooses the words of a mail, and is no part of it. */
const NOT_REPEATED = ['approved', 'purpose', 'kind', 'codesLeft', 'byOperator']

const settings = {
  catalogue: loadCatalogue({ strict: true }),
  from: 'no-reply@accounts.example',
  serverName: 'Riverside',
  publicUrl: 'https://accounts.example',
}

async function mailFor(payload: unknown, change: Partial<typeof settings> = {}): Promise<Mail> {
  const sent: Mail[] = []
  const transport = { send: async (mail: Mail) => void sent.push(mail), close: () => undefined }
  const mailer = createMailer({ ...settings, ...change, transport, clock: () => now })
  await mailer.deliver({ id: 'row-1', topic: 'mail', key: undefined, payload, attempt: 1, createdAtMs: now })
  expect(sent).to.have.length(1)
  return sent[0]!
}

/** How each language looks. */
const OF_LANGUAGE: Record<string, RegExp> = {
  en: /^[^\p{Script=Cyrillic}\p{Script=Han}]+$/u,
  ru: /\p{Script=Cyrillic}/u,
  'zh-CN': /\p{Script=Han}/u,
  'en-XA': /[àéîôû]/,
}

function wordsOf(html: string): string {
  return html.replace(/<style>[^<]*<\/style>/g, '').replace(/<[^>]*>/g, ' ')
}

/** Words in plain Latin letters that did not come from the request. */
function strangeWords(text: string, { data }: MailRequest): string[] {
  const values: unknown[] = Object.values(data)
  const given = [
    ...values.map((value) => JSON.stringify(value)),
    settings.serverName,
    settings.publicUrl,
    'UTC',
  ].join(' ')
  return (text.match(/\b[A-Za-z]{3,}\b/g) ?? []).filter(
    (word) => !given.includes(word) && !MONTHS.includes(word),
  )
}

// Dates of the pseudo-language are English.
const MONTHS = ['Sunday', 'Friday', 'November']

const activation = (data: object) => ({
  template: 'activation',
  to,
  data: { name: 'Ada', link, code: 'K7M2QP', expiresAtMs, ...data },
})

describe('Mailer', () => {
  for (const request of requests) {
    it(`says the same as text and as HTML: ${request.template}`, async () => {
      const { subject, text, html } = await mailFor(request)
      expect(subject).to.contain('Riverside')
      const escaped = (value: string) => value.replace(/&/g, '&amp;')
      for (const [name, value] of Object.entries(request.data)) {
        if (NOT_REPEATED.includes(name) || typeof value === 'object') continue
        const shown = typeof value === 'number' ? 'Sunday 22 November 2026 at 06:12 UTC' : value
        expect(text, name).to.contain(shown)
        expect(html, name).to.contain(escaped(shown))
      }
    })

    it(`loads nothing and runs nothing when it is opened: ${request.template}`, async () => {
      const { html } = await mailFor(request)
      expect(html).not.to.match(/<(img|link|script|iframe|object|embed|form|base|video|audio|svg)\b/i)
      expect(html).not.to.match(/\b(src|srcset|background|on\w+)\s*=|url\(|@import/i)
    })
  }

  for (const language of [...Object.keys(LANGUAGES), PSEUDO_LANGUAGE])
    it(`says every mail in one language, as text and as HTML: ${language}`, async () => {
      for (const request of requests) {
        const mail = await mailFor({ ...request, locale: language })
        expect(mail.language, request.template).to.equal(language)
        expect(mail.html, request.template).to.match(
          new RegExp(`^<!doctype html>\\s*<html lang="${language}">`),
        )
        const about = `${request.template}: ${mail.text}`
        for (const said of [mail.subject, mail.text, wordsOf(mail.html)]) {
          expect(said, about).to.match(OF_LANGUAGE[language]!)
          // Neither a name of a text nor of an argument is left.
          expect(said, about).not.to.match(/mail-[a-z]|\{|\}|undefined/)
        }
        if (language !== 'en')
          expect(strangeWords(mail.text, request), `English in ${about}`).to.deep.equal([])
      }
    })

  it('says times in the zone of the reader, and in UTC without one', async () => {
    const said = async (reader: object) => (await mailFor({ ...requests[0], ...reader })).text
    expect(await said({ timeZone: 'Europe/Berlin' })).to.contain('Sunday 22 November 2026 at 07:12 CET')
    expect(await said({ locale: 'ru', timeZone: 'Asia/Vladivostok' })).to.contain(
      'до 22 ноября 2026 г. в 16:12 GMT+10',
    )
    expect(await said({ locale: 'zh-CN' })).to.contain('2026年11月22日 06:12（UTC）')
    expect(await said({ timeZone: 'Nowhere/Town' })).to.contain('at 06:12 UTC')
  })

  it('counts in Russian as in Russian', async () => {
    const left = async (codesLeft: number) => {
      const notice = factorChanged('code_used')
      return (await mailFor({ ...notice, locale: 'ru', data: { ...notice.data, codesLeft } })).text
    }
    expect(await left(0)).to.contain('Кодов восстановления не осталось.')
    expect(await left(1)).to.contain('Остался 1 код восстановления.')
    expect(await left(3)).to.contain('Осталось 3 кода восстановления.')
    expect(await left(7)).to.contain('Осталось 7 кодов восстановления.')
  })

  it('makes its Message-ID from the outbox row, the same at every attempt [S-5.13]', async () => {
    const [first, second] = [await mailFor(requests[0]), await mailFor(requests[0])]
    expect(first.messageId).to.equal('<row-1@accounts.example>').and.to.equal(second.messageId)
  })

  it('says how many recovery codes are left, and asks for new ones at two', async () => {
    const left = async (codesLeft: number) => {
      const notice = factorChanged('code_used')
      return (await mailFor({ ...notice, data: { ...notice.data, codesLeft } })).text
    }
    expect(await left(3))
      .to.contain('3 recovery codes are left.')
      .and.not.to.contain('Make new ones')
    expect(await left(2)).to.contain('2 recovery codes are left. Make new ones before you need them.')
    expect(await left(1)).to.contain('One recovery code is left. Make new ones')
    expect(await left(0)).to.contain('No recovery codes are left. Make new ones')
  })

  it('takes the sender with or without a name', async () => {
    const from = async (value: string) => (await mailFor(requests[0], { from: value })).from
    expect(await from('a@b.example')).to.deep.equal({ name: '', address: 'a@b.example' })
    expect(await from('"Our Accounts" <a@b.example>')).to.deep.equal({
      name: 'Our Accounts',
      address: 'a@b.example',
    })
    expect(await from('Our Accounts <a@b.example>')).to.deep.equal({
      name: 'Our Accounts',
      address: 'a@b.example',
    })
  })

  it('escapes what a stranger typed as a name', async () => {
    const { html } = await mailFor(activation({ code: '<b>&"' }))
    expect(html).to.contain('&lt;b&gt;&amp;&#34;').and.not.contain('<b>')
  })

  for (const name of ['Zoë Müller-O’Hara', 'Dr. J. Doe', '王小明', 'Анна']) {
    it(`greets by name: ${name}`, async () => {
      expect((await mailFor(activation({ name }))).text).to.contain(`Hello ${name},`)
    })
  }

  for (const name of ['', '  ', 'visit evil.example', 'http://evil.example', '<b>Ada</b>', 'x'.repeat(61)]) {
    it(`does not pass on a name that could carry a message: ${JSON.stringify(name)}`, async () => {
      const { text, html } = await mailFor(activation({ name }))
      expect(text).to.contain('Hello,')
      if (name.trim()) expect(text + html).not.to.contain(name)
    })
  }

  it('names no app in a way that could carry a message', async () => {
    const data = {
      ...requests.find(({ template }) => template === 'session-alert')!.data,
      app: 'visit evil.example',
    }
    const { subject, text, html } = await mailFor({ template: 'session-alert', to, data })
    expect(subject).to.contain('your sign-in at an app')
    expect(text + html).not.to.contain('evil.example')
  })

  const hopeless: [string, unknown, string][] = [
    [
      'a line break in the address',
      { ...requests[0], to: `${to}\r\nBcc: eve@example.org` },
      'mail_request_invalid',
    ],
    ['a line break in the name', activation({ name: 'Ada\r\nBcc: eve@example.org' }), 'mail_request_invalid'],
    ['an unknown template', { template: '../../package', to, data: {} }, 'mail_request_invalid'],
    ['no payload', null, 'mail_request_invalid'],
    ['a link that expired while mail was down', activation({ expiresAtMs: now }), 'mail_expired'],
  ]
  for (const [what, payload, reason] of hopeless) {
    it(`gives up at once on ${what}`, async () => {
      const failure = await mailFor(payload).catch((error: unknown) => error)
      expect(failure).to.be.instanceOf(DeliveryFailure).and.include({ reason, permanent: true })
    })
  }

  it('refuses to start with a server name or sender that could break out of a header', () => {
    const transport = { send: async () => undefined, close: () => undefined }
    const start = (change: Partial<typeof settings>) => () =>
      createMailer({ ...settings, ...change, transport, clock: () => now })
    expect(start({ serverName: 'Riverside\r\nBcc: eve@example.org' })).to.throw('server name')
    expect(start({ from: 'a@b.example\nBcc: eve@example.org' })).to.throw('sender')
    expect(start({ from: 'not an address' })).to.throw('sender')
  })
})

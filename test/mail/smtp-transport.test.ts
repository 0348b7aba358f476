import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { SMTPServerOptions } from 'smtp-server'
import { createSmtpTransport } from '../../src/mail/smtp-transport.ts'
import { DeliveryFailure } from '../../src/outbox/sink.ts'
import { freePort } from '../support/services.ts'
import { header, startMailCatcher } from '../outbox/mail-catcher.ts'

const mail = {
  id: 'row-1',
  messageId: '<row-1@accounts.example>',
  from: { name: 'Our "Accounts"', address: 'no-reply@accounts.example' },
  to: 'ada@example.org',
  language: 'en',
  subject: 'Zoë, activate your account',
  text: 'Grüße\n\nhttps://accounts.example/x?token=abc',
  html: '<!doctype html><p>Grüße</p>',
}

function smtpError(responseCode: number): Error {
  return Object.assign(new Error(`no, ${mail.to}`), { responseCode })
}

async function failureAgainst(options: SMTPServerOptions, settings: object = {}): Promise<unknown> {
  const catcher = await startMailCatcher(options)
  const transport = createSmtpTransport({ url: catcher.url, requireTls: false, ...settings })
  const failure = await transport.send(mail).catch((error: unknown) => error)
  transport.close()
  await catcher.stop()
  expect(failure).to.be.instanceOf(DeliveryFailure)
  expect((failure as DeliveryFailure).reason).not.to.contain('@')
  return failure
}

describe('SMTP transport', () => {
  it('sends text and HTML together, with its Message-ID, as an automatic mail', async () => {
    const catcher = await startMailCatcher()
    const transport = createSmtpTransport({ url: catcher.url, requireTls: false })
    await transport.send(mail)
    const [caught] = catcher.mails
    expect(caught).to.include({ from: 'no-reply@accounts.example' })
    expect(caught?.to).to.deep.equal(['ada@example.org'])
    expect(header(caught, 'Message-ID')).to.equal('<row-1@accounts.example>')
    expect(header(caught, 'Auto-Submitted')).to.equal('auto-generated')
    expect(header(caught, 'Content-Language')).to.equal('en')
    expect(header(caught, 'From')).to.equal('"Our \\"Accounts\\"" <no-reply@accounts.example>')
    expect(header(caught, 'Content-Type')).to.match(/^multipart\/alternative/)
    expect(header(caught, 'Subject')).to.match(/^=\?UTF-8\?/)
    expect(caught?.source).to.contain('Content-Type: text/plain; charset=utf-8')
    expect(caught?.source).to.contain('Content-Type: text/html; charset=utf-8')
    transport.close()
    await catcher.stop()
  })

  it('keeps a line break in any field out of the headers [S-6.15]', async () => {
    const catcher = await startMailCatcher()
    const transport = createSmtpTransport({ url: catcher.url, requireTls: false })
    const evil = '\r\nBcc: eve@example.org\r\nX-Injected: yes'
    const hostile = [
      { ...mail, subject: mail.subject + evil },
      { ...mail, from: { ...mail.from, name: `Ada${evil}` } },
      { ...mail, to: `ada@example.org${evil}` },
    ]
    await Promise.allSettled(hostile.map((one) => transport.send(one)))
    for (const [index, caught] of catcher.mails.entries()) {
      expect(header(caught, 'X-Injected'), `mail ${index}`).to.equal(undefined)
      expect(header(caught, 'Bcc'), `mail ${index}`).to.equal(undefined)
      expect(caught.to, `mail ${index}`).to.not.include('eve@example.org')
    }
    transport.close()
    await catcher.stop()
  })

  it('signs in with user and password', async () => {
    const catcher = await startMailCatcher({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _, done) =>
        username === 'mailer' && password === 'p:a@ss/word'
          ? done(null, { user: username })
          : done(smtpError(535)),
    })
    const transport = createSmtpTransport({
      url: catcher.url,
      user: 'mailer',
      password: 'p:a@ss/word',
      requireTls: false,
    })
    await transport.send(mail)
    expect(catcher.mails[0]).to.include({ user: 'mailer' })
    transport.close()
    await catcher.stop()
  })

  const answers: [string, SMTPServerOptions, { permanent: boolean; reason: string }][] = [
    [
      'gives up on a recipient that is refused for good',
      { onRcptTo: (_address, _session, done) => done(smtpError(550)) },
      { permanent: true, reason: 'smtp 550 RCPT TO' },
    ],
    [
      'tries a recipient again that is refused for now (greylisting)',
      { onRcptTo: (_address, _session, done) => done(smtpError(451)) },
      { permanent: false, reason: 'smtp 451 RCPT TO' },
    ],
    [
      'gives up on a mail whose content is refused',
      { onData: (stream, _session, done) => stream.resume().on('end', () => done(smtpError(554))) },
      { permanent: true, reason: 'smtp 554 DATA' },
    ],
    [
      'keeps the mail when our sender address is refused',
      { onMailFrom: (_address, _session, done) => done(smtpError(550)) },
      { permanent: false, reason: 'smtp 550 MAIL FROM' },
    ],
  ]
  for (const [title, options, expected] of answers) {
    it(title, async () => expect(await failureAgainst(options)).to.include(expected))
  }

  it('keeps the mail when our password is wrong', async () => {
    const onAuth: SMTPServerOptions['onAuth'] = (_auth, _session, done) => done(smtpError(535))
    const failure = await failureAgainst(
      { onAuth, allowInsecureAuth: true, authOptional: false },
      { user: 'mailer', password: 'wrong' },
    )
    expect(failure).to.include({ permanent: false })
    expect((failure as DeliveryFailure).reason).to.match(/^smtp 535/)
  })

  it('sends neither password nor mail in clear text when TLS is required, and names the setting that waives it [S-4.18]', async () => {
    const heard: string[] = []
    const options: SMTPServerOptions = {
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => {
        heard.push('password')
        done(null, { user: 'mailer' })
      },
      onMailFrom: (_address, _session, done) => {
        heard.push('mail')
        done()
      },
    }
    const login = { user: 'mailer', password: 'secret' }
    const failure = await failureAgainst(options, { ...login, requireTls: true })
    expect(failure).to.include({ permanent: false })
    expect((failure as DeliveryFailure).reason).to.match(
      /^smtp 5\d\d STARTTLS 127\.0\.0\.1:\d+ refuses TLS; .*smtps:\/\/.*ACCOUNT_SERVER_WORKER_SMTP_REQUIRE_TLS=false/,
    )
    expect(heard).to.deep.equal([])
  })

  it('does not trust a certificate of an unknown authority, and names the server', async () => {
    const failure = await failureAgainst({ disabledCommands: [] })
    expect(failure).to.include({ permanent: false })
    expect((failure as DeliveryFailure).reason).to.match(
      /^smtp CERT_HAS_EXPIRED CONN 127\.0\.0\.1:\d+ has a certificate that is not trusted; see .* mail doctor$/,
    )
  })

  it('keeps the mail when no server listens, or the server closes at once', async () => {
    const port = await freePort()
    const closed = createSmtpTransport({ url: `smtp://127.0.0.1:${port}`, requireTls: false })
    expect(await closed.send(mail).catch((error: unknown) => error)).to.include({
      permanent: false,
      reason: `smtp ECONNREFUSED CONN 127.0.0.1:${port}`,
    })
    closed.close()

    const rude = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    await new Promise((resolve) => rude.once('listening', resolve))
    const transport = createSmtpTransport({
      url: `smtp://127.0.0.1:${(rude.address() as AddressInfo).port}`,
      requireTls: false,
    })
    expect(await transport.send(mail).catch((error: unknown) => error)).to.include({ permanent: false })
    transport.close()
    rude.close()
  })
})

/**
 * Turns a mail request from the outbox into a mail, as text and HTML from the same content. Hands it to a transport.
 * Every value in a header is one line without control characters: a CR/LF there would start another header. `accounts`
 * and `protocol` decide when a mail is due; `outbox` delivers the request here.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ejs from 'ejs'
import { mailRequestSchema } from '../outbox/mail-request.ts'
import type { MailRequest } from '../outbox/mail-request.ts'
import { DeliveryFailure } from '../outbox/sink.ts'
import type { Sink } from '../outbox/sink.ts'
import type { Clock } from '../platform/clock.ts'
import { linksOf, mailBrandOf, paletteFor } from '../brand/brand.ts'
import type { ClientBrand, MailBrand } from '../brand/brand.ts'
import type { Catalogue } from '../words/catalogue.ts'
import { contentFor } from './contents.ts'
import type { Mail, MailTransport } from './mail-transport.ts'
import { parseSender } from './sender.ts'

const VIEWS = join(import.meta.dirname, '../../views/mail')

/** The outbox sink of topic `mail`. Throws at once if `from` or `serverName` is not allowed in a header. */
export function createMailer(needs: {
  transport: MailTransport
  /** The sender: an address, or `Name <address>`. */
  from: string
  serverName: string
  /** The server's own address; its host is the right side of every Message-ID. */
  publicUrl: string
  /** The usual look where it is left out. */
  brand?: MailBrand
  /** What an operator chose for an app. */
  brandOfApp?: (clientId: string) => Promise<ClientBrand | undefined>
  clock: Clock
  catalogue: Catalogue
}): Sink {
  const { transport, from, serverName, publicUrl, clock, brandOfApp } = needs
  const sender = parseSender(from)
  if (!sender) throw new Error('the sender must be an address or "Name <address>"')
  const render = createLetterRenderer(needs)
  if (!isOneLine(serverName)) throw new Error('the server name must be one line')
  const { hostname } = new URL(publicUrl)

  return {
    async deliver({ id, payload }) {
      const parsed = mailRequestSchema.safeParse(payload)
      if (!parsed.success) {
        throw new DeliveryFailure('mail_request_invalid', { permanent: true, cause: parsed.error })
      }
      const request = parsed.data
      // After a long outage, a link that no longer works would only confuse.
      if (hasExpired(request, clock())) throw new DeliveryFailure('mail_expired', { permanent: true })
      const chosen = request.app ? await brandOfApp?.(request.app) : undefined
      const letter = render(request, chosen)
      const mail = { id, messageId: `<${id}@${hostname}>`, from: sender, to: request.to, ...letter }
      await transport.send(mail)
    },
  }
}

/** The usual look, where nobody chose another one. */
const PLAIN: MailBrand = { colors: {}, logoHasName: false, links: {} }

function mailLook({ serverName, publicUrl, brand = PLAIN }: Look, chosen: ClientBrand | undefined) {
  const { logoHref: path, logoHasName, ...worn } = mailBrandOf(brand, chosen)
  const { light, dark } = paletteFor(worn)
  const logoHref = path && publicUrl + path
  // It is in the subject as well.
  const name = chosen?.name !== undefined && isOneLine(chosen.name) ? chosen.name : serverName
  return { serverName: name, publicUrl, light, dark, links: linksOf(worn.links), logoHref, logoHasName }
}

type Look = Pick<Parameters<typeof createMailer>[0], 'serverName' | 'publicUrl' | 'brand' | 'catalogue'>

/** Subject, text and HTML of a mail, in the language of its reader. `chosen`: for the app that it leads to. */
export function createLetterRenderer(look: Look) {
  const text = ejs.compile(template('text'), { escape: (value: unknown) => String(value) })
  const html = ejs.compile(template('html'))
  return (
    request: MailRequest,
    chosen?: ClientBrand,
  ): Pick<Mail, 'language' | 'subject' | 'text' | 'html'> => {
    const t = look.catalogue.in(request.locale ?? 'en')
    const shared = mailLook(look, chosen)
    const letter = contentFor(request, t, shared.serverName)
    const locals = { ...shared, letter, t }
    return { language: t.language, subject: letter.subject, text: text(locals), html: html(locals) }
  }
}

function template(part: 'text' | 'html'): string {
  return readFileSync(join(VIEWS, `${part}.ejs`), 'utf8')
}

function hasExpired({ data }: MailRequest, now: number): boolean {
  return 'expiresAtMs' in data && data.expiresAtMs <= now
}

function isOneLine(value: string): boolean {
  return !/[\p{Cc}\u2028\u2029]/u.test(value)
}

/** A mail as a person reads it, either over SMTP or in the development mailbox. */

export type Letter = { to: string; subject: string; text: string; html: string }

/** The letter in a mail's source (MIME, RFC 2045), as our own mailer writes it: text and HTML beside each other. */
export function readLetter(source: string, to: string): Letter {
  const { headers, body } = split(source)
  const boundary = /boundary="?([^";\r\n]+)/.exec(headers.get('content-type') ?? '')?.[1]
  const parts = boundary ? body.split(`--${boundary}`).map((part) => split(part.trimStart())) : []
  const part = (type: string) => parts.find(({ headers: own }) => own.get('content-type')?.startsWith(type))
  return {
    to,
    subject: words(headers.get('subject') ?? ''),
    text: decode(part('text/plain')),
    html: decode(part('text/html')),
  }
}

/** The first link in the letter with this path. */
export function linkIn(letter: Letter, path: string): string {
  const links = letter.text.match(/https?:\/\/[^\s<>]+/g) ?? []
  const found = links.find((link) => new URL(link).pathname === path)
  if (!found) throw new Error(`no link to ${path} in: ${letter.text}`)
  return found
}

/** The code that a page may ask for. */
export function codeIn(letter: Letter): string {
  const code = /\b[A-Z2-9]{4}-[A-Z2-9]{4}\b/.exec(letter.text)?.[0]
  if (!code) throw new Error(`no code in: ${letter.text}`)
  return code
}

type Part = { headers: Map<string, string>; body: string }

function split(source: string): Part {
  const end = source.search(/\r?\n\r?\n/)
  const head = end < 0 ? source : source.slice(0, end)
  const lines = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)
  const headers = lines.map((line) => /^([^:]+):\s*(.*)$/.exec(line)).filter((match) => match !== null)
  return {
    headers: new Map(headers.map(([, name = '', value = '']) => [name.toLowerCase(), value])),
    body: end < 0 ? '' : source.slice(end).trimStart(),
  }
}

function decode(part: Part | undefined): string {
  if (!part) return ''
  const encoding = part.headers.get('content-transfer-encoding')?.toLowerCase()
  if (encoding === 'base64') return Buffer.from(part.body, 'base64').toString()
  if (encoding === 'quoted-printable') return unquote(part.body.replace(/=\r?\n/g, ''))
  return part.body
}

function unquote(text: string): string {
  const bytes = text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}

/** Encoded words of a header (RFC 2047). */
function words(value: string): string {
  return value.replace(/=\?[^?]+\?([BQ])\?([^?]*)\?=(\s+(?==\?))?/gi, (_, kind: string, text: string) =>
    kind.toUpperCase() === 'B'
      ? Buffer.from(text, 'base64').toString()
      : unquote(text.replaceAll('_', '=20')),
  )
}

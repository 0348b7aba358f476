/** The sender of every mail, as the settings name it: an address, or `Name <address>`. */

export type Sender = { name: string; address: string }

/** RFC 5322 §2.1.1 allows a line of 998 octets; no sender needs more than this. */
const MAX_LENGTH = 400

/** Nothing when it cannot be a sender, or when it could start another header (a control character). */
export function parseSender(text: string): Sender | undefined {
  if (text.length > MAX_LENGTH || /[\p{Cc}\u2028\u2029]/u.test(text)) return undefined
  const opened = text.indexOf('<')
  const bare = opened < 0
  if (!bare && !text.endsWith('>')) return undefined
  const address = bare ? text : text.slice(opened + 1, -1)
  const name = bare ? '' : unquoted(text.slice(0, opened).trim())
  if (!/^[^\s<>"@]+@[^\s<>"@]+$/.test(address) || /[<>"]/.test(name)) return undefined
  return { name: name.trim(), address }
}

function unquoted(name: string): string {
  return name.length > 1 && name.startsWith('"') && name.endsWith('"') ? name.slice(1, -1) : name
}

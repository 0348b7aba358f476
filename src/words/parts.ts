/**
 * Texts with links in them. A translator writes `Read the <terms>terms of use</terms>`, the page says where `terms` leads.
 * So each language puts the link where its grammar wants it, and no text holds HTML.
 */
import type { MessageArgs } from './message.ts'

/** `slot` is the name in the angle brackets. Text outside has none. */
export type Part = { text: string; slot?: string }

// In place of `<` in what goes into a text, so that an app's name never opens a slot. Private use: no text has it.
const MARK = '\u{E000}'

/** The arguments, with nothing in them that looks like a slot. */
export function markedArgs(args: MessageArgs): MessageArgs {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replaceAll('<', MARK) : value,
    ]),
  )
}

// `<name>`, `</name>` or `<name/>`, after the `<`.
const TAG = /^(\/?)([a-zA-Z]{1,30})(\/?)>/

/** Slots do not hold each other. */
export function partsOf(text: string): Part[] {
  const [first = '', ...pieces] = text.split('<')
  const parts: Part[] = [{ text: first }]
  for (const piece of pieces) {
    const [tag = '', closing, slot = '', alone] = TAG.exec(piece) ?? []
    const rest = piece.slice(tag.length)
    if (!tag) parts.at(-1)!.text += `<${rest}`
    else if (alone) parts.push({ slot, text: '' }, { text: rest })
    else parts.push(closing ? { text: rest } : { slot, text: rest })
  }
  return parts
    .filter((part) => part.slot || part.text)
    .map((part) => ({ ...part, text: unmarked(part.text) }))
}

/** The text alone. */
export function plain(text: string): string {
  return text.includes('<')
    ? partsOf(text)
        .map((part) => part.text)
        .join('')
    : unmarked(text)
}

function unmarked(text: string): string {
  return text.replaceAll(MARK, '<')
}

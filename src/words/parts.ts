/**
 * Texts with links in them. A translator writes `Read the <terms>terms of use</terms>`, the page says where `terms` leads.
 * So each language puts the link where its grammar wants it, and no text holds HTML.
 */
import type { MessageArgs } from './message.ts'

/** `slot` is the name in the angle brackets. Text outside has none. */
export type Part = { text: string; slot?: string }

// Stands for `<` in what goes into a text, so that an app's name never opens a slot. Private use: no text has it.
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

const SLOT = /<([a-z][a-zA-Z]*)(?:\/>|>([\s\S]*?)<\/\1>)/g

export function partsOf(text: string): Part[] {
  const parts: Part[] = []
  let at = 0
  for (const found of text.matchAll(SLOT)) {
    const [whole, slot = '', inner = ''] = found
    if (found.index > at) parts.push({ text: unmarked(text.slice(at, found.index)) })
    parts.push({ slot, text: unmarked(inner) })
    at = found.index + whole.length
  }
  if (at < text.length) parts.push({ text: unmarked(text.slice(at)) })
  return parts
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

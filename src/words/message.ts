/** A text for people, not yet in a language: its name in the catalogue, and what goes into it. */
import { z } from 'zod'

export type MessageArgs = Readonly<Record<string, string | number>>

/** Only an id where the text takes no arguments. `id.attribute` names an attribute of a message. */
export type Message = string | { id: string; args?: MessageArgs | undefined }

/** A name or a title that others gave, such as an operator: as it is, where a text of ours could be as well. */
export function given(text: string): Message {
  return { id: 'page-given', args: { text } }
}

/** For messages that travel, as in a cookie. */
export const messageSchema = z.union([
  z.string(),
  z.object({ id: z.string(), args: z.record(z.string(), z.union([z.string(), z.number()])).optional() }),
])

const MESSAGE_ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)+(?:\.[a-z-]+)?$/

/** Whether a text is the id of a message, and not a sentence: `sign-in-title`. */
export function isMessageId(text: string): boolean {
  return MESSAGE_ID.test(text)
}

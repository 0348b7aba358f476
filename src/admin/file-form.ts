/** The forms of the administration that have a file: where they are, what they send, and why a file is refused. */
import type { AnyContext } from '../http/request/request-state.ts'
import { requestState } from '../http/request/request-state.ts'
import { pictureType } from '../platform/picture-type.ts'
import type { Message } from '../words/message.ts'
import type { Refusal } from './console-api.ts'
import { errorsOf } from './desk.ts'
import { FILE_FIELD } from './form.ts'
import { findSection } from './sections/sections.ts'

/** True at the address of a form with a file. */
export function isFileForm(path: string): boolean {
  const [, admin, section, , verb, ...rest] = path.split('/')
  if (admin !== 'admin' || rest.length > 0) return false
  return findSection(section)?.acts.some((act) => act.file === true && act.verb === verb) ?? false
}

/** The API looks at the first bytes, and refuses what is no picture. */
export function fileIn(ctx: AnyContext): { type: string; bytes: Buffer } {
  const { upload: bytes = Buffer.alloc(0) } = requestState(ctx)
  return { type: pictureType(bytes) ?? 'image/png', bytes }
}

/** What is wrong with the file is said at its field. */
export function fileErrorsOf(refusal: Refusal): Record<string, Message> {
  const errors = errorsOf(refusal)
  const { '': said } = errors
  return said !== undefined && refusal.code.startsWith('picture') ? { [FILE_FIELD]: said } : errors
}

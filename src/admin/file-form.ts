/** The forms of the administration that have a file: where they are, what they send, and why a file is refused. */
import type { AnyContext } from '../http/request/request-state.ts'
import { requestState } from '../http/request/request-state.ts'
import { MOST_PIXELS } from '../pictures/picture-sizes.ts'
import { pictureType } from '../platform/picture-type.ts'
import type { Message } from '../words/message.ts'
import type { Refusal } from './console-api.ts'
import { errorsOf } from './desk.ts'
import { FILE_FIELD } from './form.ts'
import { findSection } from './sections/sections.ts'

/** In the language of the reader, by the code of the API. Other refusals have the sentence of the API. */
const REFUSED: Readonly<Record<string, Message>> = {
  picture_missing: 'admin-file-missing',
  pictures_off: 'admin-file-off',
  picture_type: 'account-picture-type',
  picture_too_many_pixels: { id: 'account-picture-pixels', args: { count: MOST_PIXELS / 1_000_000 } },
  picture_broken: 'account-picture-broken',
  picture_too_slow: 'account-picture-slow',
}

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

export function fileErrorsOf(refusal: Refusal): Record<string, Message> {
  const message = REFUSED[refusal.code]
  return message === undefined ? errorsOf(refusal) : { [FILE_FIELD]: message }
}

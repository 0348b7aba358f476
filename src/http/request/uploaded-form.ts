/** A form with a file (RFC 7578), read whole: within a limit of bytes and time, by the parser of Node itself. */
import { AppError } from '../../platform/errors.ts'
import { refuseLongField } from './field-length.ts'
import { readBody } from './read-body.ts'
import { requestState } from './request-state.ts'
import type { AnyContext } from './request-state.ts'

/** What surrounds the file: the other fields, and the lines between them. */
const AROUND_BYTES = 16 * 1024
const MOST_FIELDS = 10
/** Below the 30 s that any request may take. */
export const UPLOAD_TIMEOUT_MS = 25_000
/** A browser that is still sending does not read. So much of a file that is too large is read and dropped. */
const DISCARD_BYTES = 64 * 1024 * 1024

export type UploadRules = {
  /** The field with the file. */
  field: string
  limitBytes: number
}

export function isUpload(ctx: AnyContext): boolean {
  return ctx.get('Content-Type').toLowerCase().startsWith('multipart/form-data;')
}

/**
 * Puts the text fields where `formOf` finds them, and the bytes of the file into `ctx.state.upload`.
 * @throws AppError 400 (malformed), 408, 413 `body_too_large`
 */
export async function readUpload(ctx: AnyContext, { field, limitBytes }: UploadRules): Promise<void> {
  const limits = {
    limitBytes: limitBytes + AROUND_BYTES,
    timeoutMs: UPLOAD_TIMEOUT_MS,
    discardBytes: DISCARD_BYTES,
  }
  const form = await parsed(await readBody(ctx, limits), ctx.get('Content-Type'))
  const body: Record<string, unknown> = Object.create(null)
  const entries = [...form]
  if (entries.length > MOST_FIELDS) throw malformed('The form has too many fields.')
  for (const [name, value] of entries) {
    if (typeof value !== 'string') continue
    refuseLongField(name, value)
    if (name in body) throw malformed('A field was sent twice.')
    body[name] = value
  }
  const file = form.get(field)
  const bytes = file instanceof File ? Buffer.from(await file.arrayBuffer()) : Buffer.alloc(0)
  if (bytes.length > limitBytes) throw new AppError('body_too_large', 413, 'The file is too large.')
  Object.assign(requestState(ctx), { body, upload: bytes })
}

async function parsed(bytes: Buffer, type: string): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData()
  } catch (cause) {
    throw malformed('The form is not as a browser sends it.', cause)
  }
}

function malformed(message: string, cause?: unknown): AppError {
  return new AppError('invalid_request', 400, message, { cause })
}

/** A file that is the whole body of a request, within a limit of bytes and time. */
import { AppError } from '../../platform/errors.ts'
import { readBody } from './read-body.ts'
import { UPLOAD_TIMEOUT_MS } from './uploaded-form.ts'
import type { AnyContext } from './request-state.ts'

export type FileRules = { types: readonly string[]; limitBytes: number }

/** @throws AppError 400 (broken off), 408, 413 `body_too_large`, 415 `unsupported_media_type` */
export async function uploadedFile(ctx: AnyContext, { types, limitBytes }: FileRules): Promise<Buffer> {
  const [type = ''] = ctx.get('Content-Type').toLowerCase().split(';')
  if (!types.includes(type.trim())) throw unsupported(`This address takes ${types.join(', ')}.`)
  if ((ctx.get('Content-Encoding') || 'identity') !== 'identity')
    throw unsupported('The body must not be compressed.')
  return readBody(ctx, { limitBytes, timeoutMs: UPLOAD_TIMEOUT_MS })
}

function unsupported(message: string): AppError {
  return new AppError('unsupported_media_type', 415, message)
}

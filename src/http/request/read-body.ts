/** Reads a request's body within a limit of bytes and time. */
import type { IncomingMessage } from 'node:http'
import type { Context } from 'koa'
import { AppError } from '../../platform/errors.ts'

export type BodyLimits = {
  /** Default: 64 KiB. */
  limitBytes?: number
  /** From the first to the last byte. Default: 10 s. */
  timeoutMs?: number
  /** Of a body above the limit, so many bytes more are read and dropped, so that the sender reads the answer. Default: 1 MiB. */
  discardBytes?: number
}

// A sender that is still writing does not read.
const DISCARD_BYTES = 1024 * 1024

/** @throws AppError 408 (too slow), 413 (too large), 400 (broken off) */
export async function readBody(ctx: Pick<Context, 'req' | 'set'>, limits: BodyLimits): Promise<Buffer> {
  const { limitBytes = 64 * 1024, timeoutMs = 10_000, discardBytes = DISCARD_BYTES } = limits
  try {
    return await collect(ctx.req, { limitBytes, timeoutMs, discardBytes })
  } catch (error) {
    // The rest of the body must not be parsed as the next request.
    if (!ctx.req.complete) ctx.set('Connection', 'close')
    throw error
  }
}

function collect(
  request: IncomingMessage,
  { limitBytes, timeoutMs, discardBytes }: Required<BodyLimits>,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const finish = (error?: AppError) => {
      clearTimeout(timer)
      request.off('data', take).off('end', end).off('error', broken).off('close', broken)
      if (error) reject(error)
      else resolve(Buffer.concat(chunks, size))
    }
    const take = (chunk: Buffer) => {
      size += chunk.length
      if (size <= limitBytes) chunks.push(chunk)
      else chunks.length = 0
      if (size > limitBytes + discardBytes) {
        request.pause()
        finish(tooLarge(limitBytes))
      }
    }
    const end = () => finish(size > limitBytes ? tooLarge(limitBytes) : undefined)
    const broken = (cause?: Error) =>
      finish(new AppError('invalid_request', 400, 'The request broke off before its end.', { cause }))
    const late = () => finish(new AppError('request_timeout', 408, 'The request took too long to arrive.'))
    const timer = setTimeout(late, timeoutMs)
    request.on('data', take).on('end', end).on('error', broken).on('close', broken)
  })
}

function tooLarge(limitBytes: number): AppError {
  return new AppError('body_too_large', 413, `The request is larger than ${limitBytes} bytes.`)
}

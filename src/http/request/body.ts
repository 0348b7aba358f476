/**
 * Request bodies of our own routes. No body parser may run before the protocol library. The stream is read directly: a
 * parser package would accept more syntax than our one strict reading.
 */
import type { Context, Middleware } from 'koa'
import { AppError } from '../../platform/errors.ts'
import { readBody } from './read-body.ts'
import type { BodyLimits } from './read-body.ts'
import { refuseLongField } from './field-length.ts'
import { requestState } from './request-state.ts'

const BODY_METHODS = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])
const MAX_FIELDS = 200
const FORM = 'application/x-www-form-urlencoded'

/**
 * Parses `application/x-www-form-urlencoded` into `ctx.state.body` (read it with `formOf`), unless another reader has done so.
 * @throws AppError 400 (malformed, duplicate field), 408, 413, 415
 */
export function formBody(limits: BodyLimits = {}): Middleware {
  return async (ctx, next) => {
    const isRead = requestState(ctx).body !== undefined
    if (BODY_METHODS.has(ctx.method) && !isRead) requestState(ctx).body = await parsedBody(ctx, limits)
    await next()
  }
}

async function parsedBody(ctx: Context, limits: BodyLimits) {
  const empty = ctx.get('Content-Length') === '0' || !hasBody(ctx)
  if (empty) return Object.create(null) as Record<string, unknown>
  checkType(ctx)
  return parseForm(decodeUtf8(await readBody(ctx, limits)))
}

function hasBody(ctx: Context): boolean {
  return ctx.get('Transfer-Encoding') !== '' || ctx.get('Content-Length') !== ''
}

function checkType(ctx: Context): void {
  const [type = '', ...parameters] = ctx.get('Content-Type').toLowerCase().split(';')
  const charset = parameters.map((part) => part.trim()).find((part) => part.startsWith('charset='))
  const encoding = ctx.get('Content-Encoding') || 'identity'
  if (type.trim() !== FORM) throw unsupported(`This address takes ${FORM}.`)
  if (charset && !/^charset="?utf-?8"?$/.test(charset))
    throw unsupported('The text must be encoded as UTF-8.')
  if (encoding !== 'identity') throw unsupported('The body must not be compressed.')
}

function parseForm(text: string): Record<string, unknown> {
  const fields: Record<string, unknown> = Object.create(null)
  const pairs = text.split('&').filter((pair) => pair !== '')
  if (pairs.length > MAX_FIELDS) throw malformed('The form has too many fields.')
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
    refuseLongField(name, value)
    const field = decodeComponent(name)
    if (field in fields) throw malformed(`The field ${JSON.stringify(field.slice(0, 60))} was sent twice.`)
    fields[field] = decodeComponent(value)
  }
  return fields
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw malformed('The body is not valid UTF-8.', cause)
  }
}

function decodeComponent(encoded: string): string {
  const text = decodedPercents(encoded.replaceAll('+', ' '))
  if (text.includes('\0')) throw malformed('The form contains a NUL character.')
  return text
}

function decodedPercents(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch (cause) {
    throw malformed('The form is not correctly percent-encoded UTF-8.', cause)
  }
}

function malformed(message: string, cause?: unknown): AppError {
  return new AppError('invalid_request', 400, message, { cause })
}

function unsupported(message: string): AppError {
  return new AppError('unsupported_media_type', 415, message)
}

/** JSON bodies of our own routes: an object in UTF-8, within a limit of bytes, time and depth. */
import type { Context } from 'koa'
import { AppError } from '../../platform/errors.ts'
import { readBody } from './read-body.ts'
import type { BodyLimits } from './read-body.ts'

/** Deeper than any body that we take. A parser goes deeper, but what reads its result may call itself for each level. */
const DEEPEST = 16

/**
 * The body's object; an empty one when the request has no body.
 * @throws AppError 400 (malformed), 408, 413, 415
 */
export async function jsonBody(ctx: Context, limits: BodyLimits = {}): Promise<Record<string, unknown>> {
  const bytes = await readBody(ctx, limits)
  if (bytes.length === 0) return {}
  checkType(ctx)
  const value = parsed(bytes)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed('The body must be a JSON object.')
  if (depthOf(value) > DEEPEST) throw malformed(`The body is nested more than ${DEEPEST} levels deep.`)
  return value as Record<string, unknown>
}

function checkType(ctx: Context): void {
  const [type = '', ...parameters] = ctx.get('Content-Type').toLowerCase().split(';')
  const charset = parameters.map((part) => part.trim()).find((part) => part.startsWith('charset='))
  const isJson = /^application\/(?:[\w.-]{1,60}\+)?json$/.test(type.trim())
  if (!isJson || (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)))
    throw unsupported('This address takes application/json in UTF-8.')
  if ((ctx.get('Content-Encoding') || 'identity') !== 'identity')
    throw unsupported('The body must not be compressed.')
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw malformed('The body is not valid JSON in UTF-8.', cause)
  }
}

function depthOf(value: object): number {
  let level: unknown[] = [value]
  let depth = 0
  for (; level.length > 0 && depth <= DEEPEST; depth += 1)
    level = level.flatMap((one) => Object.values(one as object).filter(isObject))
  return depth
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function malformed(message: string, cause?: unknown): AppError {
  return new AppError('invalid_request', 400, message, { cause })
}

function unsupported(message: string): AppError {
  return new AppError('unsupported_media_type', 415, message)
}

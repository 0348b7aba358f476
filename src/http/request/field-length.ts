/** The longest field of a request. Length is checked before any pattern, parser or normalisation reads the field. */
import type { Middleware } from 'koa'
import { AppError } from '../../platform/errors.ts'

/** In characters as they came, percent-encoded: no field of our own pages needs nearly as much. */
const MAX_LENGTH = 4096
const MAX_NAME_LENGTH = 100

/** @throws AppError 400 `field_too_long` that names the field */
export function refuseLongField(name: string, value: string): void {
  if (name.length > MAX_NAME_LENGTH)
    throw tooLong(`The name of a field is longer than ${MAX_NAME_LENGTH} characters.`)
  if (value.length > MAX_LENGTH)
    throw tooLong(
      `The field ${JSON.stringify(name)} has ${value.length} characters; it takes at most ${MAX_LENGTH}.`,
    )
}

/** Bounds every field of the query in the same way. */
export function boundedQuery(): Middleware {
  return (ctx, next) => {
    // Cut by hand: what is too long is not decoded first.
    for (const pair of ctx.querystring.split('&')) {
      const at = pair.indexOf('=')
      const name = at < 0 ? pair : pair.slice(0, at)
      refuseLongField(name, at < 0 ? '' : pair.slice(at + 1))
    }
    return next()
  }
}

function tooLong(message: string): AppError {
  return new AppError('field_too_long', 400, message)
}

/** zod at the boundary: a typed value, or an error that names each field and what is wrong with it. */
import type { ZodError, ZodType } from 'zod'
import { isMessageId } from '../../words/message.ts'
import type { Message } from '../../words/message.ts'
import { AppError } from '../../platform/errors.ts'

/** The parsed input. @throws AppError 400 `invalid_request`, its message naming each field and the reason. */
export function validate<T>(schema: ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  throw new AppError('invalid_request', 400, describeIssues(result.error), { cause: result.error })
}

/** What is wrong with a form, by field. */
export type FormErrors = Record<string, Message>

export type FormResult<T> =
  | { ok: true; value: T; values: Record<string, string>; errors: FormErrors }
  | { ok: false; value?: undefined; values: Record<string, string>; errors: FormErrors }

/**
 * For a page that is shown again: `values` are what the person typed, without secrets, `errors` the first
 * message of each field (`form` for those that belong to none). The schema's texts are ids of messages.
 */
export function validateForm<T>(schema: ZodType<T>, input: Record<string, unknown>): FormResult<T> {
  const result = schema.safeParse(input)
  const values = repeatable(input)
  if (result.success) return { ok: true, value: result.data, values, errors: {} }
  const errors: FormErrors = Object.create(null)
  for (const issue of result.error.issues) errors[fieldOf(issue.path) || 'form'] ??= messageOf(issue)
  return { ok: false, values, errors }
}

// zod's own sentences are English, and for developers.
function messageOf({ message }: { message: string }): Message {
  return isMessageId(message) || message.includes(' ') ? message : 'form-field-invalid'
}

/** "email: Invalid email address; name: Required", at most ten of them. */
export function describeIssues(error: ZodError): string {
  const parts = error.issues.slice(0, 10).map(({ path, message }) => {
    const field = fieldOf(path)
    return field ? `${field}: ${message}` : message
  })
  return parts.join('; ').slice(0, 1000)
}

function fieldOf(path: readonly PropertyKey[]): string {
  return path.map(String).join('.')
}

// An answer of an authenticator is no secret, but too long for a cookie, and works once.
const SECRET = /password|secret|token|code|^passkey$|^state$|^_/i

// A page never repeats values that nobody else may see or cache.
function repeatable(input: Record<string, unknown>): Record<string, string> {
  const values: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(input)) {
    if (typeof value === 'string' && !SECRET.test(name)) values[name] = value
  }
  return values
}

/** The JSON API as commands call it: that of a running server, or the same operations on the database. */
import { z } from 'zod'
import { AppError } from '../platform/errors.ts'
import type { OperationId } from './api-operations.ts'

export type Called = {
  params?: Readonly<Record<string, string>>
  query?: Readonly<Record<string, string | number | undefined>>
  body?: object
  /** Sent as it is, in place of a body in JSON. */
  file?: { type: string; bytes: Buffer }
}

/** Answers the body of the answer. @throws AppError with the code of the refusal */
export type Ask = (id: OperationId, called: Called) => Promise<unknown>

export type Api = {
  /** Parses the answer. @throws AppError with the code of the refusal */
  call: <Schema extends z.ZodType>(
    id: OperationId,
    schema: Schema,
    called?: Called,
  ) => Promise<z.output<Schema>>
  /** For an operation that answers nothing, or nothing of interest. */
  send: (id: OperationId, called?: Called) => Promise<void>
  /** Nothing where the answer is 404. */
  find: <Schema extends z.ZodType>(
    id: OperationId,
    schema: Schema,
    called?: Called,
  ) => Promise<z.output<Schema> | undefined>
}

/** A refusal in one sentence or more. Some name the faulty fields in `detail` already. */
export function refusal(
  { code, status, detail }: { code: string; status: number; detail: string },
  faults: readonly { field: string; message: string }[],
): AppError {
  const named = (words: (message: string) => string) =>
    faults.map(({ field, message }) => `${field}: ${words(message)}`).join('; ')
  const isNamed = detail.includes(named((message) => message))
  return new AppError(code, status, isNamed ? detail : `${detail} ${named(inWords)}`)
}

/** A faulty field of the body gets the code of a refused subject, as fields that do not go together have it. */
export async function faultsNamed<Result>(code: string, calling: Promise<Result>): Promise<Result> {
  try {
    return await calling
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'invalid_request') throw error
    throw new AppError(code, error.status, error.message, { cause: error })
  }
}

/** Some messages are codes, such as `unknown_time_zone`. */
function inWords(message: string): string {
  return /^[a-z_]{1,60}$/.test(message) ? message.replaceAll('_', ' ') : message
}

export function apiOver(ask: Ask): Api {
  const call: Api['call'] = async (id, schema, called = {}) => {
    const body = await ask(id, called)
    return inOrderOf(body, schema.parse(body))
  }
  return {
    call,
    async send(id, called = {}) {
      await ask(id, called)
    },
    async find(id, schema, called) {
      try {
        return await call(id, schema, called)
      } catch (error) {
        if (error instanceof AppError && error.status === 404) return undefined
        throw error
      }
    },
  }
}

/** Fields are printed in the order in which the server has them. Parsing puts the known ones first. */
function inOrderOf<Parsed>(sent: unknown, parsed: Parsed): Parsed {
  if (Array.isArray(sent) && Array.isArray(parsed))
    return parsed.map((one: unknown, at) => inOrderOf(sent[at], one)) as Parsed
  if (!isRecord(sent) || !isRecord(parsed)) return parsed
  const names = [...Object.keys(sent), ...Object.keys(parsed)].filter((name) => Object.hasOwn(parsed, name))
  return Object.fromEntries(names.map((name) => [name, inOrderOf(sent[name], parsed[name])])) as Parsed
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

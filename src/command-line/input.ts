/** What was typed after the command: options and operands, read by kind. */
import { readFileSync } from 'node:fs'
import { AppError } from '../platform/errors.ts'

export type Input = {
  operands: string[]
  flag: (name: string) => boolean
  text: (name: string) => string | undefined
  /** All values of an option that may be given several times. */
  texts: (name: string) => string[]
  /** Throws the usage error when it is no whole number within the bounds. */
  integer: (name: string, bounds: { min: number; max: number }) => number | undefined
}

export type Values = Map<string, string[]>

export function inputFrom(values: Values, operands: string[]): Input {
  const text = (name: string) => values.get(name)?.at(-1)
  return {
    operands,
    flag: (name) => values.has(name),
    text,
    texts: (name) => values.get(name) ?? [],
    integer(name, { min, max }) {
      const typed = text(name)
      if (typed === undefined) return undefined
      const number = /^\d{1,15}$/.test(typed) ? Number(typed) : Number.NaN
      if (number >= min && number <= max) return number
      throw usageError(`--${name} takes a whole number from ${min} to ${max}`)
    },
  }
}

/** A command line that cannot be understood. The message never repeats a value: it may be a misplaced password. */
export function usageError(message: string): AppError {
  return new AppError('usage', 400, message)
}

/** A mistake in the file is reported without its content: it may be a private key. */
export function readJsonFile(option: string, file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const why = error instanceof SyntaxError ? 'is not JSON' : 'cannot be read'
    throw usageError(`--${option}: ${file} ${why}`)
  }
}

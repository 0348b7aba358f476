/** An error as it may be logged: its kind, code and stack, without values that databases repeat in messages. */

export type LoggableError = {
  type: string
  /** The system's or database's code; not named `code`, which the log redacts. */
  reason?: string
  message: string
  stack?: string[]
  cause?: LoggableError
}

const DEPTH = 5
/** Characters of a message that are searched for addresses, and those that are kept. */
const LONGEST = 4000
const SHOWN = 500
const STATEMENT = /^\s*(select|insert|update|delete|begin|commit|rollback|set)\b[^]* - /i

/**
 * Drops SQL with its bindings, quoted values and e-mail addresses, keeps type, code, stack frames and causes:
 * knex and mysql2 put the inserted values (addresses, digests, sealed secrets) into their messages.
 */
export function loggableError(error: unknown, depth = 0): LoggableError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'a value that is no Error was thrown' }
  const described: LoggableError = { type: error.name, message: safeMessage(error) }
  const reason = codeOf(error)
  if (reason) described.reason = reason
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  if (frames.length > 0) described.stack = frames.slice(0, 12).map((line) => line.trim())
  if (error.cause !== undefined && depth < DEPTH) described.cause = loggableError(error.cause, depth + 1)
  return described
}

function safeMessage(error: Error): string {
  // A broken connection has a code of its own, but the message still holds the statement.
  const fromDatabase =
    'sqlMessage' in error || /^(ER_|SQLITE_)/.test(codeOf(error)) || STATEMENT.test(error.message)
  const text = fromDatabase ? databaseMessage(error) : withoutSource(error)
  return withoutAddresses(text.slice(0, LONGEST)).slice(0, SHOWN)
}

// JSON.parse quotes the text that it could not read. URL keeps it in `input`, which is not logged.
function withoutSource(error: Error): string {
  if (!(error instanceof SyntaxError)) return error.message
  const [single, double] = ["'", '"'].map((quote) => error.message.indexOf(quote))
  return withoutQuoted(error.message, double! < 0 || (single! >= 0 && single! < double!) ? "'" : '"')
}

// knex prefixes the statement with its bindings; the database's own words follow the last ' - '.
function databaseMessage(error: Error): string {
  const words = 'sqlMessage' in error ? String(error.sqlMessage) : (error.message.split(' - ').at(-1) ?? '')
  return withoutQuoted(withoutQuoted(words, "'"), '"')
}

/** Everything between the first and the last of these quotes. */
function withoutQuoted(words: string, quote: string): string {
  const [from, to] = [words.indexOf(quote), words.lastIndexOf(quote)]
  return from < to ? `${words.slice(0, from)}${quote}…${quote}${words.slice(to + 1)}` : words
}

/** A word with an @ is an address or part of one. */
function withoutAddresses(words: string): string {
  return words
    .split(/([\s'"<>()]+)/)
    .map((word) => (word.length > 1 && word.includes('@') ? '[address]' : word))
    .join('')
}

function codeOf(error: Error): string {
  const code = 'code' in error ? error.code : undefined
  return typeof code === 'string' || typeof code === 'number' ? String(code) : ''
}

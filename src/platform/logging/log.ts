/** Structured logs: one JSON line per event, object first, constant dotted message, secrets redacted. */
import { pino } from 'pino'
import type { DestinationStream, Logger } from 'pino'
import { loggableError } from './loggable-error.ts'

export type { Logger }

const REDACTED = [
  'password',
  'token',
  'code',
  'secret',
  'client_secret',
  'cookie',
  'authorization',
  'email',
  'link',
].flatMap((name) => [name, `*.${name}`, `*.*.${name}`])

export type LogTerms = {
  /** Standard output unless given. */
  destination?: DestinationStream
  /** What is added to each line. */
  mixin?: () => object
}

export function createLogger(level: string, name: string, { destination, mixin }: LogTerms = {}): Logger {
  const options = {
    level,
    base: { name, pid: process.pid },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    // pino's own serializer would print values that databases repeat in their messages.
    serializers: { err: (value: unknown) => (value instanceof Error ? loggableError(value) : value) },
    redact: { paths: REDACTED, censor: '[redacted]' },
    ...(mixin && { mixin }),
  }
  return destination ? pino(options, destination) : pino(options)
}

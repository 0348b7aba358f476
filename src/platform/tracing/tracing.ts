/**
 * Traces: what one request caused, step by step, also in the worker that mails later. The small interface that every floor
 * uses. Owns no format: `open-telemetry.ts` keeps spans and sends them, and is loaded only where traces are on.
 */

/** By the semantic conventions of OpenTelemetry. Never what somebody sent, no secret and no personal data. */
export type Attributes = Readonly<Record<string, string | number | undefined>>

export type SpanKind = 'server' | 'client' | 'consumer' | 'internal'

export type SpanTerms = {
  kind?: SpanKind
  attributes?: Attributes
  /** W3C Trace Context: where the work began. Without it, the span belongs to the work in progress. */
  parent?: string | undefined
}

export type Span = {
  /** 32 hexadecimal digits. */
  traceId: string
  rename: (name: string) => void
  set: (attributes: Attributes) => void
  /** `code`: a stable code of ours. Messages of errors may quote what somebody sent. */
  fail: (code: string) => void
  end: () => void
}

export type Tracing = {
  /** False where nothing is kept. */
  isOn: boolean
  /** Begins a span. All work that `work` starts belongs to it. Call `end` of the span. */
  within: <T>(name: string, terms: SpanTerms, work: (span: Span) => T) => T
  /** A span for what begins and ends in two places. Nothing where it has no parent: the work belongs to no span that is kept. */
  begin: (name: string, terms: SpanTerms) => Span | undefined
  /** W3C Trace Context of the work in progress, for work that goes on elsewhere. */
  traceparent: () => string | undefined
  /** What a log line of the work in progress says. */
  ids: () => { traceId?: string; spanId?: string }
  /** Sends what is kept, and resolves after at most a few seconds. */
  close: () => Promise<void>
}

const NO_SPAN: Span = {
  traceId: '',
  rename: () => undefined,
  set: () => undefined,
  fail: () => undefined,
  end: () => undefined,
}

/** Keeps nothing: traces are off. */
export const NO_TRACING: Tracing = {
  isOn: false,
  within: (_name, _terms, work) => work(NO_SPAN),
  begin: () => undefined,
  traceparent: () => undefined,
  ids: () => ({}),
  close: async () => undefined,
}

/** The work as a step of what is in progress. Not kept where nothing is in progress, as at a look for due messages. */
export async function traced<T>(
  tracing: Tracing,
  name: string,
  terms: SpanTerms,
  work: () => Promise<T>,
): Promise<T> {
  const span = tracing.begin(name, terms)
  if (span === undefined) return work()
  try {
    return await work()
  } catch (error) {
    span.fail(codeOf(error))
    throw error
  } finally {
    span.end()
  }
}

/** The code of an error, or its name: never its message. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

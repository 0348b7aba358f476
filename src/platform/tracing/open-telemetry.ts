/**
 * Keeps spans and sends them by OTLP over HTTP, with the SDK of OpenTelemetry. Registers nothing for the whole process, so that
 * several servers in one process do not mix.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { ROOT_CONTEXT, SpanKind as Kinds, SpanStatusCode, trace } from '@opentelemetry/api'
import type { Context, Span as KeptSpan } from '@opentelemetry/api'
import { ExportResultCode, parseTraceParent } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TracerProvider,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace'
import type { SpanExporter } from '@opentelemetry/sdk-trace'
import { MINUTE_MS, SECOND_MS } from '../clock.ts'
import { within as withinTime } from '../deadline.ts'
import type { Attributes, Span, SpanTerms, Tracing } from './tracing.ts'

export type TraceSettings = {
  /** Of the collector, with its path: `http://127.0.0.1:4318/v1/traces`. */
  url: string
  /** The whole `Authorization` header, where the collector asks for one. */
  authorization: string | undefined
  /** Of the traces that begin here, 0 to 100. */
  samplePercent: number
  serviceName: string
  serviceVersion: string
  /** Called when spans did not reach the collector, at most once a minute. */
  onLost: (error: Error | undefined) => void
}

const SEND_EVERY_MS = 2 * SECOND_MS
const SEND_WITHIN_MS = 10 * SECOND_MS
/** A collector that is away must not keep a process from ending. */
const CLOSE_WITHIN_MS = 3 * SECOND_MS
/** What is above is dropped: about 10 MB. */
const MOST_WAITING = 8192
const LONGEST_ATTRIBUTE = 2000

const KINDS = {
  server: Kinds.SERVER,
  client: Kinds.CLIENT,
  consumer: Kinds.CONSUMER,
  internal: Kinds.INTERNAL,
} as const

export function createOpenTelemetry(settings: TraceSettings): Tracing {
  const provider = providerOf(settings)
  const tracer = provider.getTracer('account-server', settings.serviceVersion)
  const contexts = new AsyncLocalStorage<Context>()
  const current = () => contexts.getStore() ?? ROOT_CONTEXT
  const currentSpan = () => trace.getSpan(current())

  function start(name: string, { kind = 'internal', attributes = {}, parent }: SpanTerms) {
    const context = parent === undefined ? current() : contextOf(parent)
    const span = tracer.startSpan(name, { kind: KINDS[kind], attributes: present(attributes) }, context)
    return { span, context: trace.setSpan(context, span) }
  }

  return {
    isOn: true,
    within(name, terms, work) {
      const { span, context } = start(name, terms)
      return contexts.run(context, () => work(shown(span)))
    },
    begin: (name, terms) =>
      terms.parent !== undefined || currentSpan()?.isRecording() ? shown(start(name, terms).span) : undefined,
    traceparent() {
      const span = currentSpan()?.spanContext()
      return span && `00-${span.traceId}-${span.spanId}-0${span.traceFlags & 1}`
    },
    ids() {
      const span = currentSpan()?.spanContext()
      return span ? { traceId: span.traceId, spanId: span.spanId } : {}
    },
    close: () =>
      withinTime(CLOSE_WITHIN_MS, provider.shutdown(), () => new Error('late')).catch(() => undefined),
  }
}

function providerOf({ serviceName, serviceVersion, samplePercent, ...settings }: TraceSettings) {
  const processor = new BatchSpanProcessor({
    exporter: watched(exporterOf(settings), settings.onLost),
    scheduledDelayMillis: SEND_EVERY_MS,
    exportTimeoutMillis: SEND_WITHIN_MS,
    maxQueueSize: MOST_WAITING,
  })
  return new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName, 'service.version': serviceVersion }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(samplePercent / 100) }),
    spanLimits: { attributeValueLengthLimit: LONGEST_ATTRIBUTE },
    spanProcessors: [processor],
  })
}

function exporterOf({ url, authorization }: Pick<TraceSettings, 'url' | 'authorization'>): SpanExporter {
  return new OTLPTraceExporter({
    url,
    timeoutMillis: SEND_WITHIN_MS,
    ...(authorization !== undefined && { headers: { Authorization: authorization } }),
  })
}

/** The SDK drops spans silently. */
function watched(exporter: SpanExporter, onLost: TraceSettings['onLost']): SpanExporter {
  let saidAtMs = -MINUTE_MS
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const nowMs = performance.now()
        if (result.code === ExportResultCode.FAILED && nowMs - saidAtMs >= MINUTE_MS) {
          saidAtMs = nowMs
          onLost(result.error)
        }
        done(result)
      }),
    shutdown: () => exporter.shutdown(),
  }
}

/** A context that is none begins a trace of its own. */
function contextOf(traceparent: string): Context {
  const parent = parseTraceParent(traceparent)
  return parent ? trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true }) : ROOT_CONTEXT
}

function shown(span: KeptSpan): Span {
  return {
    traceId: span.spanContext().traceId,
    rename: (name) => void span.updateName(name),
    set: (attributes) => void span.setAttributes(present(attributes)),
    fail: (code) => void span.setStatus({ code: SpanStatusCode.ERROR, message: code }),
    end: () => span.end(),
  }
}

function present(attributes: Attributes): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

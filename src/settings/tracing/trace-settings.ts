/** The settings of traces: part of the list in settings.ts. */
import { z } from 'zod'
import { integer, url } from '../kinds/setting-kinds.ts'

const GROUP = 'Traces'

export const traceSettings = {
  traces_url: url('an http or https address with its path', 'http', 'https').optional().meta({
    group: GROUP,
    fallback: 'no traces',
    description: 'Collector that takes OTLP over HTTP, such as http://127.0.0.1:4318/v1/traces.',
  }),
  traces_authorization: z
    .string()
    .regex(/^[\x21-\x7e][\x20-\x7e]{0,4000}$/)
    .optional()
    .meta({
      group: GROUP,
      secret: true,
      takes: 'the value of an Authorization header',
      fallback: 'none is sent',
      description: 'What the collector asks for, such as Bearer and a token.',
    }),
  traces_sample_percent: integer(0, 100)
    .default(100)
    .meta({ group: GROUP, description: 'How many of the traces that begin here are kept.' }),
} satisfies Record<string, z.ZodType>

type TraceSettings = { [Name in keyof typeof traceSettings]: z.output<(typeof traceSettings)[Name]> }

export function traceConfig(given: TraceSettings) {
  return {
    /** Absent: no traces. */
    url: given.traces_url,
    authorization: given.traces_authorization,
    samplePercent: given.traces_sample_percent,
  }
}

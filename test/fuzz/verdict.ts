/** What counts as a fault of the server. */
import type { Answer, Sent } from '../provider/send.ts'

export type Played = { sent: Sent; answer: Answer | 'closed'; fromMs: number; untilMs: number }
/** The requests that may be to blame, and what went wrong. */
export type Fault = { sent: Sent[]; fault: string; requestId?: string; logged?: string[] }

const ANSWER_WITHIN_MS = 60_000
/** The moment of a hold is known to a few milliseconds. */
const AROUND_MS = 20
const LEAK = /SQLITE_|\n {4}at |node_modules|ECONNREFUSED|\[object Object\]|UnhandledPromise/

/** What is wrong with an answer; nothing when it is a clear one. */
export function faultOf({ answer, fromMs, untilMs }: Played): string | undefined {
  if (untilMs - fromMs > ANSWER_WITHIN_MS) return `answered after ${untilMs - fromMs} ms`
  if (answer === 'closed') return undefined
  if (answer.status >= 500)
    return `${answer.status} ${/<h1[^>]*>[^<]*/.exec(answer.text)?.[0] ?? answer.text.slice(0, 300)}`
  const leak = LEAK.exec(answer.text)
  if (leak)
    return `${answer.status} shows ${answer.text.slice(Math.max(0, leak.index - 80), leak.index + 80)}`
  return undefined
}

export function requestIdOf({ answer }: Played): string | undefined {
  return answer === 'closed' ? undefined : String(answer.headers['x-request-id'])
}

/** The event loop was held too long: by one of the requests that were being answered then. */
export function suspectsOf({ atMs, heldMs }: { atMs: number; heldMs: number }, played: Played[]): Fault {
  const during = played.filter(
    ({ fromMs, untilMs }) => fromMs <= atMs + AROUND_MS && untilMs >= atMs - heldMs - AROUND_MS,
  )
  return {
    sent: during.map(({ sent }) => sent),
    fault: `the event loop was held for ${Math.round(heldMs)} ms`,
  }
}

/** One line for a person who looks for the cause. */
export function describeFault({ sent, fault, logged = [] }: Fault): string {
  const requests = sent.map((one) => JSON.stringify(one).slice(0, 1500))
  return [fault, ...requests, ...logged].join('\n    ')
}

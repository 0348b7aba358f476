/** What an attacker's script does: many forms at once, over all processes, each from a network of its choice. */
import { Agent } from 'node:http'
import { cookiesOf } from '../provider/stage.ts'
import type { Stage } from '../provider/stage.ts'
import { formsOf } from '../support/visitor.ts'
import type { Visited, Visitor } from '../support/visitor.ts'

export type Typed = { network: string; fields: Record<string, string> }

/** `atOnce`: how many forms wait for an answer at the same time. */
export type Attack = { visitor: Visitor; page: Visited; times: number; atOnce?: number }

export type Flood = {
  /** How many answers had which status. */
  statuses: Record<number, number>
  seconds: number
}

/** Sends the form of `page` so often, each time with what `typed` says. */
export async function flood(
  stage: Stage,
  { visitor, page, times, atOnce = 48 }: Attack,
  typed: (n: number) => Typed,
): Promise<Flood> {
  const form = formsOf(page.text).find(({ hidden }) => '_csrf' in hidden)
  if (!form) throw new Error(`no form on ${page.url.href}`)
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  const cookie = cookiesOf(visitor)
  const statuses: Flood['statuses'] = {}
  const startMs = performance.now()
  let next = 0
  async function script(): Promise<void> {
    while (next < times) {
      const { network, fields } = typed(next++)
      const headers = { 'x-forwarded-for': network, cookie, accept: 'text/html' }
      const { status } = await stage.send({
        to: form!.action,
        form: { ...form!.hidden, ...fields },
        headers,
        agent,
      })
      statuses[status] = (statuses[status] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, script))
  agent.destroy()
  return { statuses, seconds: (performance.now() - startMs) / 1000 }
}

/** Floods of the same time, as one. */
export function together(floods: readonly Flood[]): Flood {
  const statuses: Flood['statuses'] = {}
  for (const [status, n] of floods.flatMap((one) => Object.entries(one.statuses)))
    statuses[Number(status)] = (statuses[Number(status)] ?? 0) + n
  return { statuses, seconds: Math.max(...floods.map(({ seconds }) => seconds)) }
}

/** `work` for each number below `times`, some of them at once. */
export async function inChunks<T>(times: number, work: (n: number) => Promise<T>, width = 50): Promise<T[]> {
  const done: T[] = []
  for (let from = 0; from < times; from += width) {
    const some = Array.from({ length: Math.min(width, times - from) }, (_, at) => work(from + at))
    done.push(...(await Promise.all(some)))
  }
  return done
}

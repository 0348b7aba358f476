/** Three answers for monitoring: does the process run, has it started, and can it serve? */
import { Router } from '@koa/router'
import { within } from '../platform/deadline.ts'

/** What must answer before the server is ready, by name. A probe fails by rejecting. */
export type Probes = Readonly<Record<string, () => Promise<unknown>>>

const DEADLINE_MS = 1000

/**
 * `/health/live` is 200 while the event loop turns; `/health/startup` from the first time that everything was there; `/health/ready`
 * is 503 with the names of what failed. `isDraining`: true after the signal to stop, so that a balancer sends nothing new.
 */
export function healthRoutes(
  probes: Probes,
  { isStarted, isDraining }: { isStarted: () => boolean; isDraining: () => boolean },
): Router {
  const failing = shared(() => failedProbes(probes))
  const router = new Router()
  router.use(async (ctx, next) => {
    ctx.set('Cache-Control', 'no-store')
    await next()
  })
  router.get('/health/live', (ctx) => {
    ctx.body = { status: 'live' }
  })
  router.get('/health/startup', (ctx) => {
    ctx.status = isStarted() ? 200 : 503
    ctx.body = { status: isStarted() ? 'started' : 'starting' }
  })
  router.get('/health/ready', async (ctx) => {
    const failed = isDraining() ? ['draining'] : await failing()
    ctx.status = failed.length > 0 ? 503 : 200
    ctx.body = failed.length > 0 ? { status: 'unready', failed } : { status: 'ready' }
  })
  return router
}

// Concurrent callers share one round of probes.
function shared<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  return () => {
    running ??= work().finally(() => {
      running = undefined
    })
    return running
  }
}

async function failedProbes(probes: Probes): Promise<string[]> {
  const names = Object.keys(probes)
  const outcomes = await Promise.all(names.map((name) => passes(probes[name])))
  return names.filter((_, index) => !outcomes[index])
}

function passes(probe: (() => Promise<unknown>) | undefined): Promise<boolean> {
  const attempt = Promise.resolve().then(() => probe?.())
  return within(DEADLINE_MS, attempt, () => new Error('too late')).then(
    () => true,
    () => false,
  )
}

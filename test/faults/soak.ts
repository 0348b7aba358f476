/** Faults in an order that a seed decides, and clients that go on through them as apps do. */
import { join } from 'node:path'
import { isAlive } from '../../scripts/lock.mjs'
import { VERIFIER } from '../provider/relying-party.ts'
import type { Party, Tokens } from '../provider/relying-party.ts'
import type { Answer } from '../provider/send.ts'
import { send } from '../provider/send.ts'
import type { Stage } from '../provider/stage.ts'
import { launch, pause } from '../support/service-process.ts'
import type { Running } from '../support/service-process.ts'
import type { Visitor } from '../support/visitor.ts'
import type { Killable } from './killable.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
/** An app waits this long, hangs up and asks again. */
const PATIENCE_MS = 3000
/** The server's default. */
const GRACE_MS = 10_000
const FROZEN_MS = { from: 300, to: 4500 }
/** Between two faults: time for a client that lost an answer to ask again within the grace period. */
const CALM_MS = { from: 1500, to: 2500 }

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The server's processes, each of which can be stopped, killed and started again on its port. */
export function killableProcesses(stage: Stage): Killable[] {
  return stage.processes.map(({ pid: first, port }) => {
    let pid = first
    let again: Running | undefined
    return {
      url: `http://127.0.0.1:${port}`,
      freeze: () => void process.kill(pid, 'SIGSTOP'),
      thaw: () => void process.kill(pid, 'SIGCONT'),
      async kill() {
        if (again) return again.stop()
        process.kill(pid, 'SIGKILL')
        // Until it is gone, its port still takes connections, and the next process would seem to be ready.
        while (isAlive(pid)) await pause(5)
      },
      async start() {
        const env = { ...stage.env, ACCOUNT_SERVER_PORT: String(port) }
        again = await launch({ command: process.execPath, args: [MAIN], ports: [port], env })
        pid = again.child.pid!
      },
    }
  })
}

/** Stops and kills `targets` in turn until `until`; answers what it did. */
export async function wreak(
  targets: Record<string, Killable>,
  random: () => number,
  until: number,
): Promise<string[]> {
  const done: string[] = []
  const between = ({ from, to }: { from: number; to: number }) => Math.round(from + random() * (to - from))
  while (performance.now() < until) {
    const names = Object.keys(targets)
    const name = names[Math.floor(random() * names.length)]!
    const target = targets[name]!
    if (random() < 0.5) {
      const frozenMs = between(FROZEN_MS)
      target.freeze()
      await pause(frozenMs)
      target.thaw()
      done.push(`${name} stopped for ${frozenMs} ms`)
    } else {
      await target.kill()
      await target.start()
      done.push(`${name} killed`)
    }
    await pause(between(CALM_MS))
  }
  return done
}

/** `expired`: families that ended because a lost answer could not be asked for again in time. */
export type Seen = { ok: number; failed: number; expired: number; refused: string[] }

type Asking = { stage: Stage; targets: Killable[]; random: () => number; until: number }

/** Asks one process or the other; hangs up when it takes too long. */
async function ask(
  { targets, random, stage }: Asking,
  form: Record<string, string>,
): Promise<Answer | undefined> {
  const { url } = targets[Math.floor(random() * targets.length)]!
  const signal = AbortSignal.timeout(PATIENCE_MS)
  const { host } = new URL(stage.issuer)
  return send(url, { to: '/oauth/token', form, headers: { host }, signal }).catch(() => undefined)
}

/** A refresh token, and since when requests with it got no answer. */
type Held = { token: string; unansweredSince: number | undefined }

/**
 * Refreshes all the time, now and then twice at once, as two tabs do. Answers the token that it holds in the end, or nothing
 * when its family has ended as documented.
 */
export async function keepRefreshing(
  asking: Asking,
  spa: Party,
  first: string,
  seen: Seen,
): Promise<Held | undefined> {
  const { random, until } = asking
  let token = first
  let unansweredSince: number | undefined
  while (performance.now() < until) {
    const form = { grant_type: 'refresh_token', refresh_token: token, client_id: spa.clientId }
    const askedAt = performance.now()
    const tabs = random() < 0.2 ? [form, form] : [form]
    const answers = await Promise.all(tabs.map((one) => ask(asking, one)))
    if (answers.some(isRefusal) && isGraceOver(unansweredSince)) {
      seen.expired += 1
      return undefined
    }
    for (const answer of answers) count(seen, answer)
    const got = answers.filter((answer) => answer?.status === 200)
    const successors = new Set(got.map((answer) => (answer!.json() as Tokens).refresh_token))
    if (successors.size > 1) seen.refused.push('two families')
    const [successor] = successors
    if (successor !== undefined) {
      token = successor
      unansweredSince = undefined
    } else unansweredSince ??= askedAt
    await pause(100 + random() * 200)
  }
  return { token, unansweredSince }
}

/**
 * The answer to a use may get lost. The client gets the successor by asking again within the grace period, and not
 * later (docs/clients/signing-in.md). That use was made after the first request with this token, which got no answer.
 */
export function isGraceOver(unansweredSince: number | undefined, now = performance.now()): boolean {
  return unansweredSince !== undefined && now - unansweredSince >= GRACE_MS
}

export const isRefusal = (answer: Answer | undefined): boolean =>
  answer?.status === 400 && answer.json()['error'] === 'invalid_grant'

/** Gets codes through a browser that is signed in, and redeems each until there is an answer that settles it. */
export async function keepRedeeming(asking: Asking, spa: Party, visitor: Visitor, seen: Seen): Promise<void> {
  const { random, until } = asking
  while (performance.now() < until) {
    const asked = visitor.get(spa.authorizePath({ prompt: undefined })).catch(() => undefined)
    const page = await Promise.race([asked, pause(PATIENCE_MS)])
    const back = new URL(page?.headers.get('location') ?? '/', asking.stage.issuer)
    const code = back.searchParams.get('code')
    if (code) await redeemOnce(asking, spa, code, seen)
    await pause(100 + random() * 200)
  }
}

async function redeemOnce(asking: Asking, spa: Party, code: string, seen: Seen): Promise<void> {
  let unanswered = false
  for (;;) {
    const answer = await ask(asking, redemption(spa, code))
    if (answer && answer.status < 500) {
      // An answer that was lost may have been a success, and a code has no second one.
      if (!unanswered || answer.status === 200) count(seen, answer)
      if (answer.status === 200) await expectSpent(asking, spa, code, seen)
      return
    }
    unanswered = true
    seen.failed += 1
    await pause(100 + asking.random() * 300)
  }
}

function redemption({ clientId, redirectUri }: Party, code: string): Record<string, string> {
  const bound = { code_verifier: VERIFIER, redirect_uri: redirectUri, client_id: clientId }
  return { grant_type: 'authorization_code', code, ...bound }
}

async function expectSpent(asking: Asking, spa: Party, code: string, seen: Seen): Promise<void> {
  const again = await ask(asking, redemption(spa, code))
  if (again?.status === 200) seen.refused.push('a code redeemed twice')
}

function count(seen: Seen, answer: Answer | undefined): void {
  if (answer?.status === 200) seen.ok += 1
  else if (!answer || answer.status >= 500) seen.failed += 1
  else seen.refused.push(answer.text)
}

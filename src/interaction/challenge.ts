/**
 * What a form needs while its network has to solve challenges: a puzzle that a script of ours solves, and a code by mail
 * for people without scripts. Sign-in, registration and forgotten passwords share it; the pages of the code are `pages/check`.
 */
import { verifyDeviceCookie } from '../attempts/known-browser.ts'
import { PASS_LIFETIME_MS } from '../attempts/mailbox-pass.ts'
import { networkState } from '../attempts/wide-failures.ts'
import { ChallengeRequired } from '../accounts/challenges/challenge-gate.ts'
import type { Proof } from '../accounts/challenges/counted-attempt.ts'
import { cookieName, cookieOf } from '../http/request/cookies.ts'
import { formOf, requestState } from '../http/request/request-state.ts'
import type { AnyContext } from '../http/request/request-state.ts'
import type { Services } from '../services.ts'
import { createDeviceCookie } from './known-browser-cookie.ts'
import type { Message } from '../words/message.ts'
import type { Said } from './next-page.ts'

/** What the code is asked for, and so where its pages lead back to. */
export type CheckedForm = 'sign-in' | 'register' | 'forgot'

export type Challenges = {
  /** For the template of the form. `said`: what was left for this page. `query`: that of the form's address. */
  forPage: (ctx: AnyContext, form: CheckedForm, query: string, said: Said) => Promise<ChallengeLocals>
  /** How long nothing passes from the network of a browser that is not known; nothing where something may. */
  pauseSeconds: (ctx: AnyContext) => Promise<number | undefined>
  /** What came with the form. */
  proofOf: (ctx: AnyContext) => Proof
  /** What the browser keeps between the pages of the code, and afterwards. */
  kept: KeptCheck
}

/** `pause`: nothing passes from this network for now. */
type ChallengeLocals = { challenge?: { mailHref: string } | { pause: Message } }

type KeptCheck = {
  read: (ctx: AnyContext) => { waiting?: string; pass?: string }
  write: (ctx: AnyContext, kept: { waiting: string } | { pass: string }) => void
}

/** Under the form: the network has to solve a challenge. */
export const CHALLENGE_NEEDED = 'check-needed'

/** What the work answers, or that its network has to solve a challenge first. */
export async function orChallenge<T>(work: Promise<T>): Promise<T | 'challenge'> {
  try {
    return await work
  } catch (error) {
    if (error instanceof ChallengeRequired) return 'challenge'
    throw error
  }
}

const PUZZLE_FIELD = 'solution'
const LONGEST_SOLUTION = 1400

export function challengesOf(services: Pick<Services, 'config' | 'clock' | 'db'>): Challenges {
  const { config, clock } = services
  const deviceCookie = createDeviceCookie({ config, clock })
  const kept = keptCheck(config.secure)
  const isKnown = (ctx: AnyContext) =>
    verifyDeviceCookie(config.keys.device, deviceCookie.read(ctx), clock()) !== undefined
  const stateOf = (ctx: AnyContext) => networkState(services, requestState(ctx).clientIp ?? '', clock())
  return {
    kept,
    pauseSeconds: async (ctx) => (isKnown(ctx) ? undefined : (await stateOf(ctx)).waitSeconds),
    proofOf(ctx) {
      const solution = formOf(ctx)[PUZZLE_FIELD]?.slice(0, LONGEST_SOLUTION)
      return { solution: solution || undefined, pass: kept.read(ctx).pass }
    },
    async forPage(ctx, form, query, { errors }) {
      const asked = errors?.[''] === CHALLENGE_NEEDED
      if (!asked && isKnown(ctx)) return {}
      const { challenge, waitSeconds } = await stateOf(ctx)
      if (waitSeconds !== undefined && !isKnown(ctx))
        return { challenge: { pause: pauseText(form, waitSeconds) } }
      if (!asked && (!challenge || kept.read(ctx).pass !== undefined)) return {}
      return { challenge: { mailHref: checkHref(form, query) } }
    },
  }
}

/** Where an attempt ends, so the page says it before one. */
function pauseText(form: CheckedForm, waitSeconds: number): Message {
  const id = form === 'sign-in' ? 'error-too-many-attempts' : 'error-too-many-requests'
  return { id, args: { minutes: Math.ceil(waitSeconds / 60) } }
}

/** The page that mails a code. `query`: that of the form. */
export function checkHref(form: CheckedForm, query: string): string {
  const params = new URLSearchParams(query)
  params.set('for', form)
  return `/check?${params}`
}

const WAITING = 'w~'
const PASS = 'p~'

function keptCheck(secure: boolean): KeptCheck {
  const name = cookieName('check', secure)
  const options = { httpOnly: true, sameSite: 'lax', secure, path: '/', signed: false } as const
  return {
    read(ctx) {
      const value = cookieOf(ctx, name) ?? ''
      if (value.startsWith(WAITING)) return { waiting: value.slice(WAITING.length) }
      return value.startsWith(PASS) ? { pass: value.slice(PASS.length) } : {}
    },
    write(ctx, value) {
      const text = 'waiting' in value ? `${WAITING}${value.waiting}` : `${PASS}${value.pass}`
      ctx.cookies.set(name, text, { ...options, maxAge: PASS_LIFETIME_MS })
    },
  }
}

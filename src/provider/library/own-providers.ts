/**
 * The library keeps one list of steps for all providers of a process. Ours are for the providers that this server built:
 * another one, as a test or a benchmark makes it, passes by them.
 */
import type { KoaContextWithOIDC } from 'oidc-provider'

type Step = (ctx: KoaContextWithOIDC, next: () => Promise<unknown>) => unknown

const own = new WeakSet<object>()
const guarded = new WeakMap<Step, Step>()

export function claimProvider(provider: object): void {
  own.add(provider)
}

export function isOwn({ oidc }: KoaContextWithOIDC): boolean {
  return own.has(oidc.provider)
}

/** The step, for our providers alone. The same one for the same step, so that a list can be asked for it. */
export function forOwn(step: Step): Step {
  const known = guarded.get(step)
  if (known) return known
  const made: Step = (ctx, next) => (isOwn(ctx) ? step(ctx, next) : next())
  guarded.set(step, made)
  return made
}

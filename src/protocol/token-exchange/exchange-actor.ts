/** The actors of an exchanged token: the claims `act` and `may_act` (RFC 8693 §4.1, §4.4). */

/** The outermost actor acts now. The inner ones acted before, and are only informative. */
export type Act = { sub: string; act?: Act }

export type Actor = {
  /** A client, or an account by the subject that the exchanging client knows. */
  sub: string
  clientId: string
}

const DEEPEST = 8

/** The chain of actors in a token. `undefined` for none, and for a value without meaning here. */
export function readAct(claim: unknown, depth = 1): Act | undefined {
  if (!isClaims(claim) || typeof claim['sub'] !== 'string' || depth > DEEPEST) return undefined
  const act = readAct(claim['act'], depth + 1)
  return { sub: claim['sub'], ...(act && { act }) }
}

/** The chain of a new token: its actor, then the actors of the subject's token. Without a new actor, these are kept. */
export function extendAct(before: Act | undefined, actor: Actor | undefined): Act | undefined {
  if (!actor) return before
  return { sub: actor.sub, ...(before && { act: before }) }
}

/** True when the chain is full. */
export function isTooDeep(act: Act | undefined, depth = 0): boolean {
  return act === undefined ? depth > DEEPEST : isTooDeep(act.act, depth + 1)
}

/** True when the `may_act` of a token names this actor. Every member must match. */
export function mayAct(claim: unknown, issuer: string, actor: Actor): boolean {
  if (claim === undefined) return true
  if (!isClaims(claim)) return false
  const known: Record<string, string> = { sub: actor.sub, client_id: actor.clientId, iss: issuer }
  const members = Object.entries(claim)
  const named = members.some(([name]) => name === 'sub' || name === 'client_id')
  return named && members.every(([name, value]) => Object.hasOwn(known, name) && known[name] === value)
}

function isClaims(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Who acts for whom in an exchanged token: the claims `act` and `may_act` (RFC 8693 §4.1, §4.4). */

/** The outermost one acts now; those inside acted before and are there to be read only. */
export type Act = { sub: string; act?: Act }

export type Actor = {
  /** An account, by the name that the exchanging client knows it by, or a client. */
  sub: string
  clientId: string
}

const DEEPEST = 8

/** The chain that a token carries; `undefined` for none, and for what has no meaning here. */
export function readAct(claim: unknown, depth = 1): Act | undefined {
  if (!isClaims(claim) || typeof claim['sub'] !== 'string' || depth > DEEPEST) return undefined
  const act = readAct(claim['act'], depth + 1)
  return { sub: claim['sub'], ...(act && { act }) }
}

/** The chain of a new token: the actor before those of the subject's token. Without an actor, these are kept. */
export function extendAct(before: Act | undefined, actor: Actor | undefined): Act | undefined {
  if (!actor) return before
  return { sub: actor.sub, ...(before && { act: before }) }
}

/** True when no more actors fit. */
export function isTooDeep(act: Act | undefined, depth = 0): boolean {
  return act === undefined ? depth > DEEPEST : isTooDeep(act.act, depth + 1)
}

/** Whether a token that names who may act for its subject names this actor. Every member must fit. */
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

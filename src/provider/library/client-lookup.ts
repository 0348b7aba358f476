/**
 * Runs our steps after the look-up of a client (`Client.find`) in one fixed order, whichever is installed first. The library
 * makes a client once and caches it, so that the steps have already run for most look-ups.
 */
import type { Provider } from 'oidc-provider'
import { replaceMember } from './members.ts'

/** From the library outwards: the last step sees the client as the others changed it. */
export const LOOKUP_STEPS = ['unavailable documents', 'previous secret', 'published keys'] as const

export type LookupStepName = (typeof LOOKUP_STEPS)[number]

export type LookupStep<Client extends object> = {
  /** Runs once for each client that the library makes. Where it answers a function, that runs at each look-up. */
  prepare?(client: Client, clientId: string): (() => void) | undefined | void
  /** Answers a client in place of one that could not be fetched. @throws the given error, where there is none */
  standIn?: (clientId: string, error: unknown) => Client
}

type Steps = Map<LookupStepName, LookupStep<object>>

const stepsOf = new WeakMap<Provider, Steps>()

/** Adds a step to the look-up of clients. Each step may be added once. */
export function addLookupStep<Client extends object>(
  provider: Provider,
  name: LookupStepName,
  step: LookupStep<Client>,
): void {
  const steps = stepsOf.get(provider) ?? open(provider)
  if (steps.has(name)) throw new TypeError(`the step "${name}" of the look-up is there twice`)
  steps.set(name, step)
}

type Find = (clientId: string) => Promise<object | undefined>

function open(provider: Provider): Steps {
  const steps: Steps = new Map()
  const known = new WeakMap<object, readonly (() => void)[]>()
  replaceMember(provider, 'Client.find', (find: Find): Find => async (clientId) => {
    const client = await find(clientId).catch((error: unknown) => standInOf(steps, clientId, error))
    if (!client) return undefined
    let atEach = known.get(client)
    if (!atEach) known.set(client, (atEach = prepare(steps, client, clientId)))
    for (const run of atEach) run()
    return client
  })
  stepsOf.set(provider, steps)
  return steps
}

function standInOf(steps: Steps, clientId: string, error: unknown): object {
  const made = inOrder(steps)
    .find(({ standIn }) => standIn)
    ?.standIn?.(clientId, error)
  if (!made) throw error
  return made
}

function prepare(steps: Steps, client: object, clientId: string): (() => void)[] {
  return inOrder(steps).flatMap((step) => step.prepare?.(client, clientId) ?? [])
}

function inOrder(steps: Steps): LookupStep<object>[] {
  return LOOKUP_STEPS.flatMap((name) => steps.get(name) ?? [])
}

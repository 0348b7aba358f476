/** Runs our steps around the look-up of a client (`Client.find`) in one fixed order, whichever is installed first. */
import type { Provider } from 'oidc-provider'
import { replaceMember } from './members.ts'

/** From the library outwards: the last step sees the client as the others changed it. */
export const LOOKUP_STEPS = ['unavailable documents', 'previous secret', 'published keys'] as const

export type LookupStep = (typeof LOOKUP_STEPS)[number]
type Find = (clientId: string) => Promise<object | undefined>
type Around = (find: Find) => Find
type Pipe = { steps: Map<LookupStep, Around>; library: Find; current: Find }

const pipes = new WeakMap<Provider, Pipe>()

/** Puts a step around the look-up of clients. Each step may be added once. */
export function addLookupStep<Client extends object>(
  provider: Provider,
  name: LookupStep,
  around: (find: (clientId: string) => Promise<Client | undefined>) => Find,
): void {
  const pipe = pipes.get(provider) ?? open(provider)
  if (pipe.steps.has(name)) throw new TypeError(`the step "${name}" of the look-up is there twice`)
  pipe.steps.set(name, around as Around)
  pipe.current = LOOKUP_STEPS.reduce((find, step) => pipe.steps.get(step)?.(find) ?? find, pipe.library)
}

function open(provider: Provider): Pipe {
  const none: Find = () => Promise.resolve(undefined)
  const pipe: Pipe = { steps: new Map(), library: none, current: none }
  replaceMember(provider, 'Client.find', (find: Find): Find => {
    pipe.library = find
    return (clientId) => pipe.current(clientId)
  })
  pipes.set(provider, pipe)
  return pipe
}

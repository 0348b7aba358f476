/**
 * Builds the library's provider with our own steps, grants and response modes. While the library's class is built, it
 * calls its own public `registerGrantType` and `registerResponseMode`. By then its router exists, but no route. So an
 * override of these two sees every endpoint, grant and response mode.
 */
import { Provider } from 'oidc-provider'
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { library } from './modules.ts'
import { memberProblems } from './members.ts'
import { refuseProblems } from './mismatch.ts'
import { PLACES } from './places.ts'
import type { OwnStep, Place, PlaceName, Step } from './places.ts'

export type GrantHandler = (ctx: KoaContextWithOIDC) => Promise<void>
export type Payload = Record<string, unknown>
export type ResponseMode = (ctx: KoaContextWithOIDC, redirectUri: string, payload: Payload) => unknown
type TokenClaims = (ctx: KoaContextWithOIDC, token: object) => unknown

type Names = Parameters<Provider['registerGrantType']>[2]
type Router = Record<'get' | 'post' | 'put' | 'delete' | 'options', Register>
type Register = (name: string, path: string, ...stack: Step[]) => unknown

/** What this server keeps about a provider that it built. */
export type Composition = {
  configuration: Configuration
  /** Our steps, by their place. */
  steps: Map<PlaceName, OwnStep>
  /** Places that were found in the library, as `route place`. */
  found: Set<string>
  routes: Set<string>
  grants: Map<string, { handler: GrantHandler; parameters: Names; lists: Names }>
  modes: Set<string>
  /** Wrappers of every response mode, the innermost first. */
  aroundModes: ((mode: ResponseMode) => ResponseMode)[]
  /** Response modes that replace the library's. */
  ownModes: Map<string, ResponseMode>
  tokenClaims: TokenClaims[]
}

const compositions = new WeakMap<object, Composition>()

/**
 * Builds a provider that steps, grants and response modes can be added to.
 * @throws LibraryMismatch when the installed library lacks what this server relies on
 */
export function createProvider(issuer: string, configuration: Configuration): Provider {
  const made: Composition = {
    configuration,
    steps: new Map(),
    found: new Set(),
    routes: new Set(),
    grants: new Map(),
    modes: new Set(),
    aroundModes: [],
    ownModes: new Map(),
    tokenClaims: configuration.extraTokenClaims ? [configuration.extraTokenClaims as TokenClaims] : [],
  }
  const Composed = composedBy(made)
  const extraTokenClaims = (ctx: KoaContextWithOIDC, token: object) =>
    mergedClaims(made.tokenClaims, ctx, token)
  const provider = new Composed(issuer, { ...configuration, extraTokenClaims } as Configuration)
  compositions.set(provider, made)
  refuseProblems([...placeProblems(made), ...memberProblems(provider)])
  return provider
}

/** @throws TypeError for a provider that `createProvider` did not make */
export function compositionOf(provider: object): Composition {
  const made = compositions.get(provider)
  if (!made) throw new TypeError('the provider was not made by createProvider')
  return made
}

/** Adds our step at a place. A place takes one step. */
export function placeStep(provider: Provider, place: PlaceName, step: OwnStep): void {
  const { steps } = compositionOf(provider)
  if (steps.has(place)) throw new TypeError(`the place "${place}" is taken`)
  steps.set(place, step)
}

// An override, because the library calls these methods in its constructor.
function composedBy(made: Composition): typeof Provider {
  return class extends Provider {
    override registerResponseMode(name: string, handler: never): void {
      watchRouter(this, made)
      made.modes.add(name)
      const library = (handler as ResponseMode).bind(this)
      const answer: ResponseMode = (ctx, redirectUri, payload) => {
        const mode = made.ownModes.get(name) ?? library
        return made.aroundModes.reduce((inner, around) => around(inner), mode)(ctx, redirectUri, payload)
      }
      super.registerResponseMode(name, answer as never)
    }

    override registerGrantType(name: string, handler: never, parameters?: never, lists?: never): void {
      made.grants.set(name, { handler, parameters, lists })
      super.registerGrantType(name, handler, parameters, lists)
    }
  }
}

/** Adds the steps of the places to each route that is registered from now on. */
function watchRouter(provider: Provider, made: Composition): void {
  const { router } = library.instance(provider) as { router?: Router }
  // Without a router no place is found, and the provider is refused for that reason.
  if (!router || Object.hasOwn(router, 'get')) return
  for (const verb of ['get', 'post', 'put', 'delete', 'options'] as const) {
    const register = router[verb].bind(router)
    router[verb] = (name, path, ...stack) => register(name, path, ...composed(made, name, stack))
  }
}

function composed(made: Composition, route: string, stack: readonly Step[]): Step[] {
  made.routes.add(route)
  const steps = [...stack]
  for (const [name, place] of PLACES_IN.filter(([, { routes }]) => routes.includes(route))) {
    const at = steps.findIndex((step) => place.steps.includes(step.name))
    if (at < 0) continue
    made.found.add(`${route} ${name}`)
    putInto(steps, at, place.how, (library) => slot(made, name, library))
  }
  return steps
}

const PLACES_IN = Object.entries(PLACES) as [PlaceName, Place][]

function putInto(steps: Step[], at: number, how: Place['how'], slotWith: (library?: Step) => Step): void {
  if (how === 'before') steps.splice(at, 0, slotWith())
  if (how === 'after') steps.splice(at + 1, 0, slotWith())
  if (how === 'without') steps.splice(at, 1)
  if (how === 'around') steps.splice(at, 1, slotWith(steps[at]))
}

/**
 * Runs our step of that place, if there is one. It has the name of the library's step, so that other places find it.
 */
function slot({ steps }: Composition, name: PlaceName, library: Step = (_ctx, next) => next()): Step {
  const run: Step = (ctx, next) => {
    const own = steps.get(name)
    return own ? own(ctx, next, library) : library(ctx, next)
  }
  return Object.defineProperty(run, 'name', { value: library.name })
}

/** The feature that an endpoint needs. Endpoints that are not listed always exist. */
const FEATURES: Readonly<Record<string, keyof NonNullable<Configuration['features']>>> = {
  introspection: 'introspection',
  revocation: 'revocation',
  device_authorization: 'deviceFlow',
  code_verification: 'deviceFlow',
  device_resume: 'deviceFlow',
  backchannel_authentication: 'ciba',
  registration: 'registration',
  client: 'registration',
  client_update: 'registrationManagement',
  client_delete: 'registrationManagement',
  end_session: 'rpInitiatedLogout',
  end_session_success: 'rpInitiatedLogout',
  pushed_authorization_request: 'pushedAuthorizationRequests',
  userinfo: 'userinfo',
}
/** We register these ourselves, later. */
const OURS = ['authorization_challenge']

function placeProblems({ configuration: { features }, routes, found }: Composition): string[] {
  return PLACES_IN.flatMap(([name, place]) =>
    place.routes
      .filter((route) => !OURS.includes(route) && isEnabled(features, FEATURES[route]))
      .filter((route) => !found.has(`${route} ${name}`))
      .map((route) =>
        routes.has(route)
          ? `the place "${name}": ${route} has no step ${place.steps.join(' or ')}`
          : `the place "${name}": there is no endpoint ${route}`,
      ),
  )
}

function isEnabled(features: Configuration['features'], name?: keyof NonNullable<typeof features>): boolean {
  return name === undefined || (features?.[name] as { enabled?: boolean } | undefined)?.enabled === true
}

async function mergedClaims(sources: readonly TokenClaims[], ctx: KoaContextWithOIDC, token: object) {
  const found: object[] = []
  // One after the other: when a source refuses, the next records nothing.
  for (const claims of sources) found.push(((await claims(ctx, token)) ?? []) as object)
  return found.every(Array.isArray) ? undefined : (Object.assign({}, ...found) as object)
}

/**
 * The table of all members of the library's classes that this server replaces, and the functions that replace them.
 * Each row says why, and what the library would have to offer instead. Features pass their own function.
 */
import type { Provider } from 'oidc-provider'
import { refuseProblems, shapeOf } from './mismatch.ts'

type Row = {
  /**
   * `Class.member` is a member of the class, `Class#member` of its instances. `shape` is the number of parameters, or a
   * getter.
   */
  members: Readonly<Record<string, number | 'getter'>>
  why: string
  /** What would make this row unnecessary. */
  upstream: string
}

export const MEMBERS = [
  {
    members: { 'OIDCContext#urlFor': 2 },
    why: 'Addresses in answers come from the issuer. The library takes the host from the request.',
    upstream: 'a setting that builds addresses from the issuer',
  },
  {
    members: { 'OIDCContext#clientJwtAuthExpectedAudience': 0 },
    why: 'An assertion is made for the issuer alone. The library also takes endpoints, at every endpoint.',
    upstream: 'a setting for the audiences of client assertions',
  },
  {
    members: { 'OIDCContext#acr': 'getter' },
    why: 'The level follows from the methods of the sign-in. Sessions that are kept have methods, and no level.',
    upstream: 'a function in the settings that answers the level of a session',
  },
  {
    members: { 'Client.find': 1 },
    why: 'Documents may be away, a rotated secret still signs, published keys are fetched again (client-lookup.ts).',
    upstream: 'an event or setting for a client that was found, or could not be fetched',
  },
  {
    members: { 'Client#compareClientSecret': 1 },
    why: 'Secrets are stored as digests. The library compares plain text.',
    upstream: 'a setting that compares a presented secret',
  },
  {
    members: { 'ClientKeyStore#fresh': 0, 'ClientKeyStore#refresh': 0 },
    why: 'Published keys are believed for a minute. The library believes them as long as the headers say.',
    upstream: 'a setting for the cache of jwks_uri: lifetime, pause, fallback',
  },
  {
    members: { 'Client#backchannelPing': 1 },
    why: 'The outbox carries the message to a client. The library tries once, within the request of the person.',
    upstream: 'a setting that delivers the notification of CIBA',
  },
  {
    members: { 'Client#backchannelLogout': 2 },
    why: 'Logout tokens go through the outbox. The library tries once, within the request of the person.',
    upstream: 'a setting that delivers logout tokens',
  },
  {
    members: { 'Client#includeSid': 0 },
    why: 'ID tokens name their sign-in for every client but those of FAPI.',
    upstream: 'a function in the settings that decides about sid',
  },
  {
    members: { 'AccessToken.find': 0 },
    why: 'JWT access tokens are introspected and revoked. The library looks for stored tokens only.',
    upstream: 'a setting that finds a structured token',
  },
  {
    members: { 'IdToken.validate': 2 },
    why: 'A pairwise subject in the hint of CIBA is an account. The library takes it for the id.',
    upstream: 'the inverse of pairwiseIdentifier as a setting',
  },
  {
    members: { 'Claims#result': 0 },
    why: 'An operator adds claims for one client. The library gives only claims that every client may ask for.',
    upstream: 'a function in the settings that adds claims of one client',
  },
  {
    members: { 'IdToken#issue': 0 },
    why: 'The jti of an ID token says which key its sign-in was bound to.',
    upstream: 'extraTokenClaims for ID tokens',
  },
  {
    members: { 'ReplayDetection.unique': 3 },
    why: 'A proof counts once on all nodes. The library looks first and writes later.',
    upstream: 'an atomic adapter method: set if absent',
  },
  {
    members: {
      'AccessToken#generateTokenId': 0,
      'RefreshToken#generateTokenId': 0,
      'AuthorizationCode#generateTokenId': 0,
      'ClientCredentials#generateTokenId': 0,
      'DeviceCode#generateTokenId': 0,
      'BackchannelAuthenticationRequest#generateTokenId': 0,
      'InitialAccessToken#generateTokenId': 0,
      'RegistrationAccessToken#generateTokenId': 0,
      'PreAuthorizedCode#generateTokenId': 0,
    },
    why: 'An id names its kind and its grant, so that token and grant are stored and read together.',
    upstream: 'a setting that makes the id of a model',
  },
  {
    members: { 'Session.instantiate': 1, 'Session#resetIdentifier': 0 },
    why: 'A session is saved over the same record. The library removes it and inserts another.',
    upstream: 'a setting that makes session ids, and an adapter method that renames',
  },
] as const satisfies readonly Row[]

/** Members that are called unchanged, although the library does not publish them. */
export const CALLED = [
  {
    members: { 'Client.validate': 1 },
    why: 'The command line refuses what the library would refuse later.',
    upstream: 'publishing it',
  },
  {
    members: { 'IdToken#set': 2 },
    why: 'Logout tokens are made by the worker, and ID tokens get a jti.',
    upstream: 'making a logout token without sending it',
  },
  {
    members: { 'ClientKeyStore#add': 1, 'ClientKeyStore#clear': 0 },
    why: 'A client_secret_jwt may be made with the secret from before a rotation; keys that nobody can fetch end.',
    upstream: 'several secrets of one client; a setting for the cache of jwks_uri',
  },
] as const satisfies readonly Row[]

type NamesOf<One> = One extends { members: infer Members } ? keyof Members : never
export type MemberName = NamesOf<(typeof MEMBERS)[number]>

const SHAPES = new Map(
  [...MEMBERS, ...CALLED].flatMap(({ members }) => Object.entries<number | 'getter'>(members)),
)

type Method = (this: never, ...args: never[]) => unknown
type Holder = Record<string, unknown>

const replaced = new WeakMap<object, Set<string>>()

/**
 * Replaces a member of this provider's classes. A second replacement is refused, so that no two features depend on
 * their order. `make` gets the library's own; a member of the class is bound to it.
 * @throws LibraryMismatch when the library has no such member
 */
export function replaceMember<Own extends Method>(
  provider: Provider,
  name: MemberName,
  make: (original: Own) => Own,
): void {
  const { holder, key, isStatic } = claim(provider, name)
  const found = holder[key] as Own
  const original = isStatic ? (found.bind(holder as never) as Own) : found
  Object.defineProperty(holder, key, { value: make(original), writable: true, configurable: true })
}

/** Replaces a member that is read like a value. */
export function replaceGetter<This>(
  provider: Provider,
  name: MemberName,
  read: (this: This) => unknown,
): void {
  const { holder, key } = claim(provider, name)
  Object.defineProperty(holder, key, { get: read, configurable: true })
}

/** Replaces a member of one object. Returns the library's own, bound to the object. */
export function replaceOn<Own extends Method>(object: object, name: MemberName, own: Own): Own {
  const { key } = partsOf(name)
  const holder = object as Holder
  refuseProblems(problemsOf(name, object, key))
  const original = (holder[key] as Own).bind(object as never) as Own
  holder[key] = own
  return original
}

/** Lists the members that are missing or differ from the table. Call it before anything is replaced. */
export function memberProblems(provider: Provider): string[] {
  return [...SHAPES.keys()].flatMap((name) => {
    const { model, key, isStatic } = partsOf(name)
    return problemsOf(name, holderOf(provider, model, isStatic), key)
  })
}

function claim(provider: Provider, name: MemberName) {
  const { model, key, isStatic } = partsOf(name)
  const holder = holderOf(provider, model, isStatic)
  refuseProblems(problemsOf(name, holder, key))
  const names = replaced.get(provider) ?? new Set()
  if (names.has(name)) throw new TypeError(`${name} is replaced twice`)
  replaced.set(provider, names.add(name))
  return { holder: holder as Holder, key, isStatic }
}

function partsOf(name: string) {
  const [model = '', key = ''] = name.split(/[.#]/)
  return { model, key, isStatic: name.includes('.') }
}

function holderOf(provider: Provider, model: string, isStatic: boolean): object | undefined {
  if (model === 'ClientKeyStore') return keyStoreOf(provider)
  const found = (provider as unknown as Record<string, { prototype?: object } | undefined>)[model]
  return isStatic ? found : found?.prototype
}

/** The library does not export this class. A sample client leads to it. */
function keyStoreOf(provider: Provider): object | undefined {
  const Client = provider.Client as unknown as ProbedClient
  const nothing = { redirect_uris: [], grant_types: [], response_types: [] }
  const probe = new Client({ client_id: 'probe', token_endpoint_auth_method: 'none', ...nothing })
  const store = probe.asymmetricKeyStore
  return store && (Object.getPrototypeOf(store) as object)
}

type ProbedClient = new (metadata: object) => { asymmetricKeyStore?: object }

function problemsOf(name: string, holder: object | undefined, key: string): string[] {
  if (!holder) return [`${name}: the class is gone`]
  const expected = SHAPES.get(name)
  if (!(key in holder)) return [`${name} is gone`]
  const getter = isGetter(holder, key)
  if (expected === 'getter') return getter ? [] : [`${name} is no getter any more`]
  const wanted = `a function of ${expected}`
  const found = getter ? 'a getter' : shapeOf((holder as Holder)[key])
  return found === wanted ? [] : [`${name} is ${found}, expected ${wanted}`]
}

function isGetter(holder: object, key: string): boolean {
  for (let at: object | null = holder; at; at = Object.getPrototypeOf(at) as object | null) {
    const found = Object.getOwnPropertyDescriptor(at, key)
    if (found) return 'get' in found
  }
  return false
}

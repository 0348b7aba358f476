/**
 * The table of all private modules of the library that this server imports. They are loaded and checked here. Other
 * files use them through `library`.
 */
import { refuseProblems, shapeOf } from './mismatch.ts'

type Module<Exports extends object> = {
  load: () => Promise<Exports>
  /** The exports that we use: a function by its number of parameters, or a list. */
  exports: { [Name in keyof Exports]?: number | 'list' }
  why: string
  /** What would make this row unnecessary. */
  upstream: string
}

/** Keeps the literal names of the exports for TypeScript. */
function row<Exports extends object>(module: Module<Exports>): Module<Exports> {
  return module
}

export const MODULES = {
  'helpers/weak_cache.js': row({
    load: () => import('oidc-provider/lib/helpers/weak_cache.js'),
    exports: { default: 1 },
    why: 'The router, for endpoints of ours and steps of ours, and the key store, for JWTs of ours.',
    upstream:
      'adding an endpoint and a step to an endpoint; signing and verifying with the keys of the provider',
  }),
  'helpers/als.js': row({
    load: () => import('oidc-provider/lib/helpers/als.js'),
    exports: {},
    why: 'An endpoint of ours runs in a context as the library makes it.',
    upstream: 'adding an endpoint',
  }),
  'helpers/grants.js': row({
    load: () => import('oidc-provider/lib/helpers/grants.js'),
    exports: {
      validateDpop: 3,
      checkDpopReplay: 4,
      checkDpopRequired: 3,
      checkMtlsCert: 2,
      applyAuthorizationDetails: 4,
      buildTokenResponse: 1,
      resolveRequestedResources: 2,
      validateClientScope: 2,
    },
    why: 'Token exchange and the challenge bind tokens as the library does at its own grants.',
    upstream: 'these functions, given to the handlers of registerGrantType',
  }),
  'helpers/jwt.js': row({
    load: () => import('oidc-provider/lib/helpers/jwt.js'),
    exports: { sign: 3, verify: 2 },
    why: 'Status lists are signed, and JWT access tokens read, with the keys of the provider.',
    upstream: 'signing and verifying with the keys of the provider',
  }),
  'shared/client_auth.js': row({
    load: () => import('oidc-provider/lib/shared/client_auth.js'),
    exports: { default: 'list', getClientAuthParams: 1 },
    why: 'Clients authenticate at an endpoint of ours as at the token endpoint.',
    upstream: 'adding an endpoint',
  }),
  'shared/cors.js': row({
    load: () => import('oidc-provider/lib/shared/cors.js'),
    exports: { default: 1 },
    why: 'Pages of a client call an endpoint of ours as they call the token endpoint.',
    upstream: 'adding an endpoint',
  }),
  'shared/error_handler.js': row({
    load: () => import('oidc-provider/lib/shared/error_handler.js'),
    exports: { default: 1 },
    why: 'An endpoint of ours answers errors, and emits them, like the others.',
    upstream: 'adding an endpoint',
  }),
  'shared/selective_body.js': row({
    load: () => import('oidc-provider/lib/shared/selective_body.js'),
    exports: { urlencoded: 2 },
    why: 'An endpoint of ours reads a form like the others.',
    upstream: 'adding an endpoint',
  }),
  'shared/assemble_params.js': row({
    load: () => import('oidc-provider/lib/shared/assemble_params.js'),
    exports: { default: 3 },
    why: 'An endpoint of ours has parameters like the others.',
    upstream: 'adding an endpoint',
  }),
  'shared/reject_dupes.js': row({
    load: () => import('oidc-provider/lib/shared/reject_dupes.js'),
    exports: { default: 0 },
    why: 'An endpoint of ours refuses a parameter that is there twice, like the others.',
    upstream: 'adding an endpoint',
  }),
  'shared/check_rar.js': row({
    load: () => import('oidc-provider/lib/shared/check_rar.js'),
    exports: { default: 2 },
    why: 'The challenge takes authorization requests, and checks them as the library does.',
    upstream: 'checking an authorization request for an endpoint of ours',
  }),
  'actions/authorization/claims.js': row({
    load: () => import('oidc-provider/lib/actions/authorization/claims.js'),
    exports: { assignClaims: 2, checkClaims: 2, checkIdTokenHint: 2 },
    why: 'The challenge takes authorization requests, and checks them as the library does.',
    upstream: 'checking an authorization request for an endpoint of ours',
  }),
  'actions/authorization/process_request_object.js': row({
    load: () => import('oidc-provider/lib/actions/authorization/process_request_object.js'),
    exports: { default: 2 },
    why: 'The challenge takes authorization requests, and checks them as the library does.',
    upstream: 'checking an authorization request for an endpoint of ours',
  }),
  'actions/authorization/pushed_authorization_requests.js': row({
    load: () => import('oidc-provider/lib/actions/authorization/pushed_authorization_requests.js'),
    exports: { loadPushedAuthorizationRequest: 2, pushedAuthorizationRequestResponse: 1 },
    why: 'The challenge takes pushed requests, and pushes one where the person goes on in the browser.',
    upstream: 'pushing an authorization request from code',
  }),
  'actions/authorization/request_parameters.js': row({
    load: () => import('oidc-provider/lib/actions/authorization/request_parameters.js'),
    exports: {
      getAuthorizationParams: 1,
      assignDefaults: 2,
      checkMaxAge: 2,
      checkPrompt: 2,
      rejectRegistration: 2,
    },
    why: 'The challenge takes authorization requests, and checks them as the library does.',
    upstream: 'checking an authorization request for an endpoint of ours',
  }),
  'actions/authorization/scopes.js': row({
    load: () => import('oidc-provider/lib/actions/authorization/scopes.js'),
    exports: { checkOpenidScope: 2 },
    why: 'The challenge takes authorization requests, and checks them as the library does.',
    upstream: 'checking an authorization request for an endpoint of ours',
  }),
}

type Loaded = { [Path in keyof typeof MODULES]: Awaited<ReturnType<(typeof MODULES)[Path]['load']>> }

const loaded = await loadAll()

/** The exports that we use of these modules, by the library's names. */
export const library = {
  instance: loaded['helpers/weak_cache.js'].default,
  requests: loaded['helpers/als.js'].default,
  grants: loaded['helpers/grants.js'],
  jwt: loaded['helpers/jwt.js'],
  clientAuthentication: loaded['shared/client_auth.js'].default,
  getClientAuthParams: loaded['shared/client_auth.js'].getClientAuthParams,
  cors: loaded['shared/cors.js'].default,
  errorHandler: loaded['shared/error_handler.js'].default,
  urlencoded: loaded['shared/selective_body.js'].urlencoded,
  assembleParams: loaded['shared/assemble_params.js'].default,
  rejectDupes: loaded['shared/reject_dupes.js'].default,
  checkRar: loaded['shared/check_rar.js'].default,
  claims: loaded['actions/authorization/claims.js'],
  processRequestObject: loaded['actions/authorization/process_request_object.js'].default,
  pushed: loaded['actions/authorization/pushed_authorization_requests.js'],
  parameters: loaded['actions/authorization/request_parameters.js'],
  checkOpenidScope: loaded['actions/authorization/scopes.js'].checkOpenidScope,
}

/** @throws LibraryMismatch that names every missing module, and every export that is missing or has another shape */
async function loadAll(): Promise<Loaded> {
  const entries = await Promise.all(
    Object.entries(MODULES).map(async ([path, module]) => {
      const found: object | undefined = await module.load().catch(() => undefined)
      return { path, found, problems: moduleProblems(path, found, module.exports) }
    }),
  )
  refuseProblems(entries.flatMap(({ problems }) => problems))
  return Object.fromEntries(entries.map(({ path, found }) => [path, found])) as Loaded
}

/** Lists the exports of a module that differ from the table. `undefined` means that the module cannot be loaded. */
export function moduleProblems(path: string, found: object | undefined, exports: object): string[] {
  if (!found) return [`lib/${path} is gone`]
  return Object.entries(exports).flatMap(([name, expected]) => {
    const wanted = expected === 'list' ? 'a list' : `a function of ${String(expected)}`
    const shape = shapeOf((found as Record<string, unknown>)[name])
    return shape === wanted ? [] : [`${name} of lib/${path} is ${shape}, expected ${wanted}`]
  })
}

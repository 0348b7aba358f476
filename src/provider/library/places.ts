/**
 * The table of places where this server adds a step to the library's endpoints. A provider composes its endpoints when
 * it is built. Our steps are added then, for that provider alone. The library's own lists are not changed.
 */
import type { KoaContextWithOIDC } from 'oidc-provider'

export type Next = () => Promise<unknown>
export type Step = (ctx: KoaContextWithOIDC, next: Next) => unknown
/** A step of ours. One that wraps a step of the library gets that step as its third argument. */
export type OwnStep = (ctx: KoaContextWithOIDC, next: Next, library: Step) => unknown

/** The library's names for its endpoints that steps and hooks of ours run at. */
const ENDPOINTS = [
  'authorization',
  'resume',
  'pushed_authorization_request',
  'token',
  'userinfo',
  'introspection',
  'revocation',
  'jwks',
  'discovery',
  'registration',
  'client',
  'client_update',
  'client_delete',
  'device_authorization',
  'code_verification',
  'device_resume',
  'backchannel_authentication',
  'end_session',
  'end_session_confirm',
  'end_session_success',
] as const
export type Endpoint = (typeof ENDPOINTS)[number]

export type Place = {
  /** The library's names for the endpoints. */
  routes: readonly string[]
  how: 'before' | 'after' | 'around' | 'without'
  /** The names of the step's function. The first one that exists counts. */
  steps: readonly string[]
  why: string
  /** What would make this row unnecessary. */
  upstream: string
}

/** The library reads forms with the first and JSON with the second. */
const READING = ['urlencoded', 'bound selectiveBody'] as const

/** The steps where a request states what it wants. Each of them checks the scope. */
const ASKING = [
  'authorization',
  'pushed_authorization_request',
  'device_authorization',
  'backchannel_authentication',
] as const

/** Where several places wrap one step, the later row of the table runs nearer to the step. */
export const PLACES = {
  'endpoint reached': {
    routes: ENDPOINTS,
    how: 'after',
    steps: ['ensureOIDC'],
    why: 'A feature runs before one endpoint, where the request has its context and nothing has read it.',
    upstream: 'a hook before each endpoint, by its name',
  },
  'request read': {
    routes: [
      ...ASKING,
      'token',
      'introspection',
      'revocation',
      'userinfo',
      'code_verification',
      'end_session',
      'end_session_confirm',
      'registration',
      'client_update',
      'authorization_challenge',
    ],
    how: 'after',
    steps: READING,
    why: 'The size of each part is bounded before anything looks at it.',
    upstream: 'a limit for each parameter, or a hook after the body was read',
  },
  'client update read': {
    routes: ['client_update'],
    how: 'after',
    steps: READING,
    why: 'Secrets are stored as digests. The library compares what was sent with what it was given.',
    upstream: 'using compareClientSecret in registration management',
  },
  'device code read': {
    routes: ['code_verification'],
    how: 'after',
    steps: READING,
    why: 'The code of a device is compared on the page of the consent. The library asks on a page before it.',
    upstream: 'a setting for the page where a code is confirmed',
  },
  'scope settled': {
    routes: ASKING,
    how: 'before',
    steps: ['checkScope'],
    why: 'A request without a scope gets its default, and unknown words are refused by name.',
    upstream: 'a setting for the default scope and for unknown words',
  },
  'scope of details settled': {
    routes: ASKING,
    how: 'before',
    steps: ['checkResource'],
    why: 'Authorization details say which resource servers are meant, so that their scopes count only here.',
    upstream: 'a setting for the default scope and for unknown words',
  },
  'scope checked': {
    routes: ['authorization', 'pushed_authorization_request', 'device_authorization'],
    how: 'around',
    steps: ['checkScope'],
    why: 'offline_access does not need prompt=consent here. The library drops it.',
    upstream: 'a setting that decides about offline_access',
  },
  'introspection asked': {
    routes: ['introspection'],
    how: 'before',
    steps: ['validateTokenPresence'],
    why: 'A public client is refused before a token is looked for.',
    upstream: 'a setting for client authentication at introspection',
  },
  'introspection answered': {
    routes: ['introspection'],
    how: 'before',
    steps: ['renderTokenResponse'],
    why: 'An answer has scope and sub before it is signed.',
    upstream: 'a hook for the body of an introspection',
  },
  'JWTs refused': {
    routes: ['introspection', 'revocation'],
    how: 'without',
    steps: ['rejectStructuredTokens'],
    why: 'JWT access tokens are introspected and revoked here. The library refuses each.',
    upstream: 'a setting that lets structured tokens through',
  },
  'sign-in resumed': {
    routes: ['resume', 'device_resume'],
    how: 'around',
    steps: ['resumeAction'],
    why: 'Where another account signs in, the form that ends the first session is a page of ours.',
    upstream: 'a setting that renders forms that send themselves',
  },
} as const satisfies Record<string, Place>

export type PlaceName = keyof typeof PLACES

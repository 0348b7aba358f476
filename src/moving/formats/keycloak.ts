/**
 * The export of a Keycloak realm (`kc.sh export --users same_file`): the users in it. Hashes are PBKDF2 or Argon2, in two
 * JSON texts of a credential.
 */
import { z } from 'zod'
import { readElements } from '../files/read-elements.ts'
import { NotReadable, parsed } from '../incoming.ts'
import type { Incoming, LeftOut } from '../incoming.ts'
import { readKeycloakPassword } from '../../passwords/vendor-hash.ts'
import type { ArrivingIdentity } from '../../upstreams/arriving-links.ts'
import type { Format } from './format.ts'
import { keycloakGroups, nameOfPath } from './keycloak-groups.ts'
import { unreadFields } from './unread-fields.ts'
import { keycloakClient } from './keycloak-clients.ts'
import { keycloakFactors } from './keycloak-factors.ts'

const credential = z.looseObject({
  type: z.string().optional(),
  secretData: z.string().optional(),
  credentialData: z.string().optional(),
  createdDate: z.number().nullish(),
})

/** Milliseconds since the epoch. */
const moment = z.int().min(0)

const clientConsent = z.looseObject({
  clientId: z.string(),
  grantedClientScopes: z.array(z.string()).default([]),
  createdDate: moment.optional(),
  lastUpdatedDate: moment.optional(),
})

const user = z.looseObject({
  id: z.string().optional(),
  username: z.string().optional(),
  email: z.string().nullish(),
  emailVerified: z.boolean().default(false),
  firstName: z.string().nullish(),
  lastName: z.string().nullish(),
  enabled: z.boolean().default(true),
  createdTimestamp: moment.nullish(),
  attributes: z.record(z.string(), z.array(z.string())).nullish(),
  credentials: z.array(credential).default([]),
  requiredActions: z.array(z.string()).default([]),
  serviceAccountClientId: z.string().optional(),
  realmRoles: z.array(z.string()).default([]),
  groups: z.array(z.string()).default([]),
  clientRoles: z.record(z.string(), z.array(z.string())).default({}),
  federatedIdentities: z
    .array(
      z.looseObject({
        identityProvider: z.string(),
        userId: z.string().nullish(),
        userName: z.string().nullish(),
      }),
    )
    .default([]),
  clientConsents: z.array(clientConsent).default([]),
})

type User = z.output<typeof user>

/** What is read, and what only says how Keycloak keeps it. */
const KNOWN = new Set([
  ...Object.keys(user.shape),
  'access',
  'disableableCredentialTypes',
  'notBefore',
  'origin',
  'self',
  'totp',
  'userProfileMetadata',
])

export const keycloak: Format = {
  name: 'keycloak',
  read: readElements,
  first: '{',
  accounts: ['users'],
  toClient: ({ list, value }) => (list === 'clients' ? keycloakClient(value) : undefined),
  toGroups: ({ list, value }) => (list === 'groups' ? keycloakGroups(value) : undefined),
  toIncoming(value) {
    const data = parsed(user, value)
    if (data.serviceAccountClientId !== undefined)
      throw new NotReadable(`it is the service account of ${data.serviceAccountClientId}`, 'service_account')
    const { email, username } = data
    return {
      id: data.id,
      email: email ?? undefined,
      emailVerified: data.emailVerified,
      givenName: data.firstName || undefined,
      familyName: data.lastName || undefined,
      // A realm may use the address as the name.
      username: username?.includes('@') ? undefined : username,
      locale: data.attributes?.['locale']?.[0],
      zoneinfo: data.attributes?.['zoneinfo']?.[0],
      disabled: !data.enabled,
      createdAtMs: data.createdTimestamp ?? undefined,
      hash: hashOf(data),
      factors: keycloakFactors(data.credentials),
      leftOut: leftOutOf(data),
      groups: data.groups.map(nameOfPath),
      identities: data.federatedIdentities.map(identityOf),
      consents: consentsOf(data),
    }
  },
}

/** `userId` is the subject there. People know the name. */
function identityOf(one: User['federatedIdentities'][number]): ArrivingIdentity {
  const { identityProvider: provider, userId, userName } = one
  return { provider, subject: userId ?? '', shownAs: userName || userId || provider }
}

const numberAsText = z.union([z.number(), z.string()]).transform(Number)
const secretData = z.looseObject({ value: z.string(), salt: z.string().default('') })
const credentialData = z.looseObject({
  algorithm: z.string(),
  hashIterations: numberAsText.default(1),
  additionalParameters: z.record(z.string(), z.array(z.string())).default({}),
})

function hashOf({ credentials }: User): Incoming['hash'] {
  const found = credentials.find(({ type }) => type === 'password')
  if (!found) return undefined
  try {
    const secret = secretData.parse(JSON.parse(found.secretData ?? ''))
    const described = credentialData.parse(JSON.parse(found.credentialData ?? ''))
    return readKeycloakPassword({
      algorithm: described.algorithm,
      iterations: described.hashIterations,
      salt: secret.salt,
      value: secret.value,
      more: described.additionalParameters,
    })
  } catch {
    return { ok: false, code: 'hash_unknown', why: 'the password credential is not as Keycloak exports it' }
  }
}

/** Every realm gives these to everybody. */
const DEFAULT_ROLES = /^(default-roles-.*|offline_access|uma_authorization)$/

function leftOutOf(data: User): LeftOut[] {
  const none = (code: string, why: string): LeftOut => ({ code, why })
  return [
    ...data.requiredActions.map((name) => none(`action ${name}`, 'nothing is asked of people at sign-in')),
    ...data.realmRoles
      .filter((role) => !DEFAULT_ROLES.test(role))
      .map((role) => none(`role ${role}`, 'roles of apps stay in the apps')),
    ...Object.entries(data.clientRoles).flatMap(([client, roles]) =>
      client === 'account'
        ? []
        : roles.map((role) => none(`role ${client}/${role}`, 'roles of apps stay in the apps')),
    ),
    ...Object.keys(data.attributes ?? {})
      .filter((name) => name !== 'locale' && name !== 'zoneinfo')
      .map((name) => none(`attribute ${name}`, 'no place for this attribute')),
    ...unreadFields(data, KNOWN),
  ]
}

const SCOPES = new Set(['openid', 'profile', 'email', 'groups', 'offline_access'])

/** Keycloak asks for client scopes; those with the names of OpenID Connect mean the same here. */
function consentsOf({ clientConsents, createdTimestamp }: User): Incoming['consents'] {
  return clientConsents.map((one) => ({
    clientId: one.clientId,
    scopes: [...new Set(['openid', ...one.grantedClientScopes.filter((scope) => SCOPES.has(scope))])],
    claims: [],
    resources: {},
    clientPin: null,
    grantedAtMs: one.createdDate ?? createdTimestamp ?? 0,
    updatedAtMs: one.lastUpdatedDate ?? one.createdDate ?? createdTimestamp ?? 0,
    lastUsedAtMs: null,
  }))
}

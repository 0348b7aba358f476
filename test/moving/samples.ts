/** What each system exports, cut to a few people. Hashes are of `violet kettle 41`, made by libraries that are not ours. */

export const BCRYPT = '$2b$04$abcdefghijklmnopqrstuu3O8sSKAsMh4QNpP6tLFkYgt6uAcchPS'

export const CSV = `id,email,hashed_password,full_name,is_verified,is_active,created_at
17,ada@example.com,${BCRYPT},"Lovelace, Ada",t,t,2021-03-04 05:06:07.123456+00
`

/** The same as a table of the replaced systems. */
export const TABLE = `
  create table users (id integer primary key, email varchar not null, hashed_password varchar, full_name varchar,
    is_verified boolean not null, is_active boolean, created_at timestamptz);
  insert into users values
    (17, 'ada@example.com', '${BCRYPT}', 'Lovelace, "Ada"', true, true, '2021-03-04 05:06:07.123456+00'),
    (18, 'bob@example.com', '${BCRYPT}', null, false, null, now())`

export const PEOPLE = `${JSON.stringify({ user: { mail: 'path@example.com' }, secret: BCRYPT, locked: false })}\n`

const SALT = 'MDEyMzQ1Njc4OWFiY2RlZg=='
const SHA512 = '2TPHizjQR1qyb92kMqYOtejVbTyYYj00mNzs7CIq72WehY6eXf0zpa/hVHnLDEQccs6gojygi+9noQTYUBp8dA=='
const SHA256 = '2+JHuWrXEZW7HqC21byXckHlxOO4eOpSNy8iHFwBVtgefRPsotHKXv9XDYoYl+sgRzwFUSvGP9W4p+wo/dUApQ=='

/** An authenticator app with the key of RFC 6238, appendix B, and a passkey. */
const KEYCLOAK_FACTORS = [
  {
    type: 'otp',
    secretData: '{"value":"12345678901234567890123456789012"}',
    credentialData: '{"subType":"totp","digits":8,"counter":0,"period":30,"algorithm":"HmacSHA256"}',
  },
  { type: 'webauthn', secretData: '{}', credentialData: '{"credentialId":"a-passkey-id"}' },
]

function keycloakUser(name: string, algorithm: string, value: string, more: Record<string, unknown> = {}) {
  const secretData = JSON.stringify({ value, salt: SALT, additionalParameters: {} })
  const credentialData = JSON.stringify({ hashIterations: 1000, algorithm, additionalParameters: {} })
  return {
    id: `6f2c0c52-0000-4000-8000-0000000000${name.length}0`,
    username: name,
    email: `${name}@example.com`,
    emailVerified: true,
    enabled: true,
    createdTimestamp: 1_700_000_000_000,
    credentials: [
      { type: 'password', secretData, credentialData },
      ...(name === 'key' ? KEYCLOAK_FACTORS : []),
    ],
    realmRoles: ['default-roles-example', ...(name === 'key' ? ['auditor'] : [])],
    ...more,
  }
}

export const KEYCLOAK = JSON.stringify({
  realm: 'example',
  users: [
    keycloakUser('key', 'pbkdf2-sha512', SHA512, {
      groups: ['/staff'],
      attributes: { phone: ['1'], locale: ['de'], zoneinfo: ['europe/berlin'] },
    }),
    keycloakUser('cloak', 'pbkdf2-sha256', SHA256, {
      clientConsents: [
        { clientId: 'shop', grantedClientScopes: ['email', 'roles'], createdDate: 1_700_000_000_000 },
      ],
    }),
    { id: 'service', username: 'service-account-shop', enabled: true, serviceAccountClientId: 'shop' },
  ],
  clients: [
    { clientId: 'account' },
    {
      clientId: 'shop',
      secret: 'Zx81kQ0mN4bV7cX2aS9dF6gH3jK5lP0o',
      redirectUris: ['https://shop.example/*', 'https://shop.example/back'],
    },
  ],
})

export const AUTH0 = [
  {
    _id: { $oid: '60425da93519d90068f82966' },
    email: 'auth@example.com',
    email_verified: true,
    passwordHash: BCRYPT,
    password_set_date: { $date: '2021-03-05T16:34:49.502Z' },
    mfa_factors: [{ totp: { secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' } }],
  },
  {
    user_id: 'auth0|60425dc43519d90068f82973',
    email: 'zero@example.com',
    email_verified: true,
    custom_password_hash: {
      algorithm: 'scrypt',
      hash: { value: 'rNEmEPi+gdQd9URtBSWpIIW64Ts7Y3j5Nea097XH4hU=', encoding: 'base64' },
      salt: { value: SALT, encoding: 'base64' },
      cost: 1024,
      blockSize: 8,
      parallelization: 1,
    },
  },
]
  .map((one) => `${JSON.stringify(one)}\n`)
  .join('')

export const LOGTO = `${JSON.stringify({
  tenant_id: 'default',
  id: 'foo123bar456',
  username: 'logto',
  primary_email: 'logto@example.com',
  password_encrypted: BCRYPT,
  password_encryption_method: 'Bcrypt',
  profile: { givenName: 'Lo', zoneinfo: 'Middle-earth' },
  is_suspended: false,
  mfa_verifications: [
    { type: 'Totp', id: 'a', createdAt: '2024-01-02T03:04:05.678Z', key: 'JBSWY3DPEHPK3PXP' },
  ],
  created_at: '2024-01-02T03:04:05.678+00:00',
})}\n`

/** The example of Firebase's own tool; the password is `user1password`. */
export const FIREBASE = JSON.stringify({
  users: [
    {
      localId: 'UxZ1kGfXwRZ0aB3c4d5e6f7g8h9i',
      email: 'fire@example.com',
      emailVerified: true,
      passwordHash:
        'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
      salt: '42xEC+ixf3L2lw==',
      createdAt: '1700000000000',
      providerUserInfo: [],
    },
  ],
})

const SECRET = 'Zx81kQ0mN4bV7cX2aS9dF6gH3jK5lP0o'

export const AUTH0_APPS = JSON.stringify([
  { client_id: 'auth0-app', name: 'App', client_secret: SECRET, callbacks: ['https://a.example/back'] },
])

export const LOGTO_APPS = `${JSON.stringify({
  id: 'logto-app',
  name: 'App',
  secret: SECRET,
  type: 'Traditional',
  oidc_client_metadata: { redirectUris: ['https://l.example/back'], postLogoutRedirectUris: [] },
})}\n`

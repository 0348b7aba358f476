/** The library's settings with every feature that has a member or a place of ours, for a provider that serves nobody. */
import { generateKeyPairSync } from 'node:crypto'
import type { Configuration } from 'oidc-provider'

export const ISSUER = 'https://op.example.com'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const nothing = () => undefined

export const CONFIGURATION = {
  jwks: { keys: [privateKey.export({ format: 'jwk' })] },
  cookies: { keys: ['a cookie key of the test'] },
  clients: [
    { client_id: 'app', redirect_uris: ['https://app.example.com/callback'], client_secret: 'secret' },
  ],
  adapter: () => ({ find: () => Promise.resolve(undefined) }),
  clientAuthMethods: ['client_secret_basic', 'private_key_jwt', 'none'],
  features: {
    devInteractions: { enabled: false },
    introspection: { enabled: true, allowedPolicy: () => true },
    revocation: { enabled: true, allowedPolicy: () => true },
    deviceFlow: { enabled: true },
    ciba: {
      enabled: true,
      deliveryModes: ['poll', 'ping'],
      processLoginHint: nothing,
      processLoginHintToken: nothing,
      triggerAuthenticationDevice: nothing,
      validateBindingMessage: nothing,
      validateRequestContext: nothing,
      verifyUserCode: nothing,
    },
    registration: { enabled: true },
    registrationManagement: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
} as unknown as Configuration

/** What a client chooses from, by name. Imports nothing: the command line's help lists these and loads no schema for it. */

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
export const CIBA_GRANT = 'urn:openid:params:grant-type:ciba'
export const TOKEN_EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
export const GRANT_TYPES = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  DEVICE_GRANT,
  CIBA_GRANT,
  TOKEN_EXCHANGE_GRANT,
] as const
export const CLIENT_AUTH_METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
  'none',
] as const
export const PROFILES = ['default', 'fapi2-security', 'fapi2-message-signing', 'mcp'] as const

export type ClientAuthMethod = (typeof CLIENT_AUTH_METHODS)[number]

/** How long codes and tokens live. */
import { integer } from './kinds/setting-kinds.ts'

export const lifetimeSettings = {
  access_token_expire_minutes: integer(1, 1440)
    .default(60)
    .meta({ group: 'Tokens', description: 'Lifetime of an access token.' }),
  refresh_token_expire_extra_minutes: integer(0, 525_600).default(1440).meta({
    group: 'Tokens',
    description: 'How much longer than the access token a refresh token without offline access lives.',
  }),
  offline_access_idle_days: integer(1, 3650).default(30).meta({
    group: 'Tokens',
    description: 'Offline access ends after this long without use.',
  }),
  offline_access_absolute_days: integer(1, 3650).default(365).meta({
    group: 'Tokens',
    description: 'Offline access ends this long after it was granted in any case.',
  }),
  refresh_token_grace_seconds: integer(0, 60).default(10).meta({
    group: 'Tokens',
    description: 'A just-rotated refresh token gets the same successor again for this long; 0 turns it off.',
  }),
  authorization_code_expire_seconds: integer(5, 60)
    .default(60)
    .meta({ group: 'Tokens', description: 'Lifetime of an authorization code.' }),
  admin_sign_in_minutes: integer(1, 43_200).default(60).meta({
    group: 'Tokens',
    description:
      'An administrator may manage over the API for this long after a sign-in; then the app asks for another.',
  }),
}

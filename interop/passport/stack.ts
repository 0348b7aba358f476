import type { Stack } from '../stack.ts'
import { issuerWithSlash, otherAddress, playWeb, signOutAt, wrongSecret } from '../web-journey.ts'

export const stack: Stack = {
  title: 'Express with passport',
  guide: 'passport',
  toolchain: 'node',
  packages: ['passport-openidconnect', 'passport', 'express'],
  play: (on) =>
    playWeb(on, {
      command: () => ['node', 'app.mjs'],
      more: () => ({ SESSION_SECRET: 'keyboard cat' }),
      begin: (page, appUrl) => page.goto(`${appUrl}/login`),
      after: signOutAt('/logout'),
      mistakes: [otherAddress, wrongSecret, issuerWithSlash],
    }),
}

import type { Stack } from '../stack.ts'
import { issuerWithSlash, otherAddress, playWeb, signOutAt, wrongSecret } from '../web-journey.ts'

export const stack: Stack = {
  title: 'Go with go-oidc',
  guide: 'go',
  toolchain: 'go',
  packages: ['github.com/coreos/go-oidc/v3', 'golang.org/x/oauth2'],
  play: (on) =>
    playWeb(on, {
      command: () => ['./app'],
      begin: (page, appUrl) => page.goto(`${appUrl}/login`),
      after: signOutAt('/logout'),
      mistakes: [otherAddress, wrongSecret, issuerWithSlash],
    }),
}

import type { Stack } from '../stack.ts'
import { issuerWithSlash, otherAddress, playWeb, signOutAt, wrongSecret } from '../web-journey.ts'

export const stack: Stack = {
  title: 'Flask with Authlib',
  guide: 'flask',
  toolchain: 'python3',
  packages: ['Authlib', 'Flask'],
  play: (on) =>
    playWeb(on, {
      command: () => ['.venv/bin/python', 'app.py'],
      more: () => ({ FLASK_SECRET: 'a secret of this run' }),
      begin: (page, appUrl) => page.goto(`${appUrl}/login`),
      after: signOutAt('/logout'),
      mistakes: [otherAddress, wrongSecret, issuerWithSlash],
    }),
}

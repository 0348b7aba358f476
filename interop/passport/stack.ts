import type { Stack } from '../stack.ts'
import { bodyOf, signInTwice, until } from '../web-journey.ts'

export const stack: Stack = {
  title: 'passport (Express)',
  toolchain: 'node',
  packages: ['passport-openidconnect', 'passport'],
  configuration: [
    "issuer: 'https://id.example.org', authorizationURL, tokenURL, userInfoURL (from discovery), clientID, clientSecret",
    "callbackURL, scope: ['profile', 'email'], nonce: true",
  ],
  note: 'It has no PKCE, so it needs `nonce: true` (RFC 9700, section 2.1.1).',
  async play(world) {
    const { client_id: CLIENT_ID, client_secret: CLIENT_SECRET = '' } = await world.register('/cb')
    const env = { ISSUER: world.issuer, CLIENT_ID, CLIENT_SECRET, PORT: String(world.port) }
    await world.start(['node', 'app.mjs'], env)
    const page = await signInTwice(world, { begin: (one) => one.goto(`${world.origin}/login`) })
    await world.step('sign-out at the app', async () => {
      await page.goto(`${world.origin}/logout`)
      await until(page, bodyOf, (text) => text.includes('nobody'))
    })
  },
}

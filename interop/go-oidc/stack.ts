import type { Stack } from '../stack.ts'
import { bodyOf, signInTwice, until } from '../web-journey.ts'

export const stack: Stack = {
  title: 'go-oidc',
  toolchain: 'go',
  packages: ['github.com/coreos/go-oidc/v3', 'golang.org/x/oauth2'],
  configuration: [
    'provider, err := oidc.NewProvider(ctx, "https://id.example.org")',
    'oauth2.Config{ClientID, ClientSecret, RedirectURL, Endpoint: provider.Endpoint(), Scopes}',
  ],
  async play(world) {
    const { client_id: CLIENT_ID, client_secret: CLIENT_SECRET = '' } = await world.register('/callback')
    const env = { ISSUER: world.issuer, CLIENT_ID, CLIENT_SECRET, PORT: String(world.port) }
    await world.start(['./app'], env)
    const page = await signInTwice(world, { begin: (one) => one.goto(`${world.origin}/login`) })
    await world.step('userinfo', async () => {
      await until(page, bodyOf, (text) => text.includes(`"userinfoEmail":"${world.person.email}"`))
    })
  },
}

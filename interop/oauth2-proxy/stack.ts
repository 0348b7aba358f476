import type { Stack } from '../stack.ts'
import { bodyOf, expectSignedOut, signInTwice, until } from '../web-journey.ts'

export const stack: Stack = {
  title: 'oauth2-proxy',
  toolchain: 'go',
  goPackage: 'tool',
  packages: ['github.com/oauth2-proxy/oauth2-proxy/v7'],
  configuration: [
    '--provider oidc --oidc-issuer-url https://id.example.org --client-id … --client-secret … --cookie-secret …',
    '--code-challenge-method S256 --redirect-url https://app.example.org/oauth2/callback --email-domain "*" --upstream http://127.0.0.1:8080',
  ],
  note: 'By default it sends neither PKCE nor a nonce, which is refused (RFC 9700, section 2.1.1). To sign out here too: `--backend-logout-url "https://id.example.org/oauth/logout?id_token_hint={id_token}"`.',
  async play(world) {
    const { client_id, client_secret = '' } = await world.register('/oauth2/callback')
    const backendLogout = `${world.issuer}/oauth/logout?id_token_hint={id_token}`
    await world.start(
      [
        './app',
        '--http-address',
        `127.0.0.1:${world.port}`,
        ...flags({
          provider: 'oidc',
          'provider-display-name': 'Accounts',
          'client-id': client_id,
          'client-secret': client_secret,
          'redirect-url': `${world.origin}/oauth2/callback`,
          'oidc-issuer-url': world.issuer,
          'code-challenge-method': 'S256',
          'cookie-secure': 'false',
          'cookie-secret': '0123456789abcdef0123456789abcdef',
          'email-domain': '*',
          upstream: 'static://202',
          'backend-logout-url': backendLogout,
        }),
      ],
      {},
    )
    const begin = async (page: { goto: (address: string) => Promise<unknown> }) =>
      page.goto(`${world.origin}/oauth2/start?rd=/oauth2/userinfo`)
    const page = await signInTwice(world, { begin, shown: bodyOf, name: 'preferredUsername' })
    await world.step('sign-out', async () => {
      await page.goto(`${world.origin}/oauth2/sign_out?rd=/oauth2/userinfo`)
      await until(page, bodyOf, (text) => !text.includes(world.person.email))
      await expectSignedOut(world, page, begin)
    })
  },
}

function flags(settings: Record<string, string>): string[] {
  return Object.entries(settings).map(([name, value]) => `--${name}=${value}`)
}

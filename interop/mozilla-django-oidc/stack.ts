import { join } from 'node:path'
import type { Stack } from '../stack.ts'
import { signInTwice } from '../web-journey.ts'

export const stack: Stack = {
  title: 'mozilla-django-oidc (Django)',
  toolchain: 'python3',
  packages: ['mozilla-django-oidc', 'Django'],
  configuration: [
    'OIDC_RP_CLIENT_ID, OIDC_RP_CLIENT_SECRET, OIDC_RP_SIGN_ALGO = "RS256"',
    'OIDC_OP_{AUTHORIZATION,TOKEN,USER,JWKS}_ENDPOINT = "https://id.example.org/oauth/{authorize,token,userinfo,jwks}"',
  ],
  note: 'The redirect address is `/oidc/callback/`.',
  async play(world) {
    const { client_id: CLIENT_ID, client_secret: CLIENT_SECRET = '' } =
      await world.register('/oidc/callback/')
    const DATABASE = join(world.folder, `db-${world.port}.sqlite3`)
    const env = { ISSUER: world.issuer, CLIENT_ID, CLIENT_SECRET, DATABASE, PORT: String(world.port) }
    await world.start(['.venv/bin/python', 'app.py'], env)
    // Its users have an address and a name made from it.
    await signInTwice(world, {
      begin: (one) => one.goto(`${world.origin}/oidc/authenticate/`),
      name: 'username',
    })
  },
}

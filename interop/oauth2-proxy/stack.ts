import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Stack, World } from '../stack.ts'
import { bodyOf, expectSignedOut, playWeb, until } from '../web-journey.ts'

export const stack: Stack = {
  title: 'oauth2-proxy',
  guide: 'oauth2-proxy',
  toolchain: 'go',
  goPackage: 'tool',
  packages: ['github.com/oauth2-proxy/oauth2-proxy/v7'],
  play: (on) =>
    playWeb(on, {
      command: ({ CONFIG = '' }) => ['./app', '--config', CONFIG],
      more: (world, [client]) => ({
        CONFIG: configuration(world, (text) => text),
        OAUTH2_PROXY_CLIENT_ID: client?.client_id ?? '',
        OAUTH2_PROXY_CLIENT_SECRET: client?.client_secret ?? '',
        OAUTH2_PROXY_COOKIE_SECRET: '0123456789abcdef0123456789abcdef',
        // On plain http alone.
        OAUTH2_PROXY_COOKIE_SECURE: 'false',
        OAUTH2_PROXY_HTTP_ADDRESS: `127.0.0.1:${world.port}`,
      }),
      begin: (page, appUrl) => page.goto(`${appUrl}/oauth2/start?rd=/oauth2/userinfo`),
      async after({ world, page, begin }) {
        await world.step('sign-out', async () => {
          await page.goto(`${world.origin}/oauth2/sign_out?rd=/oauth2/userinfo`)
          await until(page, bodyOf, (text) => !text.includes(world.person.email))
          await expectSignedOut(world, page, begin)
        })
      },
      mistakes: [
        { wrong: (_, world) => ({ CONFIG: configuration(world, without('code_challenge_method')) }) },
        { wrong: (_, world) => ({ CONFIG: configuration(world, (text) => text.replace('/callback', '')) }) },
        { wrong: () => ({ OAUTH2_PROXY_CLIENT_SECRET: 'of-another-client' }) },
      ],
    }),
}

/** The file of the guide with the addresses of this run, changed for a mistake. */
function configuration(world: World, change: (text: string) => string): string {
  const text = change(readFileSync(join(world.folder, 'oauth2-proxy.cfg'), 'utf8'))
  const path = join(world.folder, `run-${text.length}.cfg`)
  writeFileSync(path, world.put(text))
  return path
}

const without = (name: string) => (text: string) => text.replace(new RegExp(`^${name}.*\n`, 'm'), '')

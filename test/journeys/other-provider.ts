/** What people do at another provider. The doubles have no pages: the browser is stopped on its way there. */
import type { Page } from 'playwright-core'
import { addUpstream } from '../../src/upstreams/upstream-changes.ts'
import type { UpstreamInput } from '../../src/upstreams/upstream-input.ts'
import type { StandInPerson } from '../support/oauth2-stand-in.ts'
import type { RunningServer } from '../support/running-server.ts'
import type { Forger } from '../upstreams/forger.ts'
import { press } from './steps.ts'

let made = 0

/** Adds a definition of its own. Answers the name on its button. */
export async function addProvider(
  { parts }: RunningServer,
  definition: Omit<UpstreamInput, 'id' | 'label'>,
): Promise<string> {
  made += 1
  const label = `Provider ${made}`
  await addUpstream(parts, { id: `journey-${made}`, label, ...definition }, { actor: 'cli' })
  return label
}

/** The same, and opens the page with its button: the server hears of it a moment later. */
export async function offered(
  server: RunningServer,
  page: Page,
  url: string,
  definition: Omit<UpstreamInput, 'id' | 'label'>,
): Promise<string> {
  const label = await addProvider(server, definition)
  const button = page.getByRole('button', { name: `Continue with ${label}`, exact: true })
  const until = Date.now() + 60_000
  do {
    if (Date.now() > until) throw new Error('waited in vain for the button')
    await page.goto(url)
  } while ((await button.count()) === 0)
  return label
}

/** Presses a button that leads to the provider at `origin`. Answers the address that the browser was sent to. */
export async function leave(page: Page, origin: string, button: string): Promise<string> {
  const left = page.url()
  await page.route(`${origin}/**`, (route) => route.fulfill({ status: 200, body: 'signing in' }))
  await press(page, button)
  await page.waitForURL((url) => url.href.startsWith(`${origin}/authorize`) && url.href !== left)
  return page.url()
}

/** Somebody new at the other provider, with an address that it vouches for. */
export function somebody(email = `journey-${(made += 1)}-${Date.now()}@example.org`): StandInPerson {
  made += 1
  return { id: Date.now() + made, login: `ada-${made}`, emails: [{ email, primary: true, verified: true }] }
}

/** The forger's answer to `address`, with these claims beside those that every ID token has. */
export function answered(
  forger: Forger,
  address: string,
  claims: { sub: string } & Record<string, unknown>,
): string {
  const asked = new URL(address).searchParams
  const [aud, nonce] = [asked.get('client_id') ?? '', asked.get('nonce') ?? '']
  forger.bent.claims = { iss: forger.issuer, aud, nonce, ...claims }
  const back = new URL(asked.get('redirect_uri') ?? '')
  back.search = new URLSearchParams({ code: 'c', state: asked.get('state') ?? '' }).toString()
  return back.href
}

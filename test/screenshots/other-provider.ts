/** The pages of a sign-in with another provider, which has no pages here: the browser is stopped on its way there. */
import { addUpstream, removeUpstream } from '../../src/upstreams/upstream-changes.ts'
import { startForger } from '../upstreams/forger.ts'
import type { Forger } from '../upstreams/forger.ts'
import type { Visit } from './walk.ts'

const BY = { actor: 'cli' }
const LABEL = 'Example ID'

export async function showOtherProvider(mine: Visit): Promise<void> {
  const { camera, page, server } = mine
  const provider = await startForger()
  provider.bent.metadata = { end_session_endpoint: `${provider.issuer}/logout` }
  await page.route(`${provider.issuer}/**`, (route) => route.fulfill({ status: 200, body: 'signing in' }))
  const work = { id: 'work', label: LABEL, issuer: provider.issuer, client_id: 'here' }
  const github = { id: 'github', template: 'github', client_id: 'here', client_secret: 'secret' } as const
  for (const upstream of [work, github]) await addUpstream(server.parts, upstream, BY)
  try {
    await untilOffered(mine)
    await camera.take(page, 'Sign in with other providers')
    await mine.open('/register')
    await camera.take(page, 'Register with other providers')
    await comeBack(mine, provider, { sub: 'unknown', email: 'somebody@example.org', email_verified: false })
    await camera.take(page, 'Which account is yours')
    await page.goto(new URL('/upstream/work/callback?state=old', server.issuer).href)
    await camera.take(page, 'Sign-in that is not open')
    await comeBack(mine, provider, { sub: 'known', email: 'lin.sample@example.org', email_verified: true })
    await mine.open('/account/security')
    await camera.take(page, 'Connected accounts')
    await mine.open('/oauth/logout')
    await mine.press('Sign out')
    await camera.take(page, 'Sign out at the provider too')
  } finally {
    for (const { id } of [work, github]) await removeUpstream(server.parts, id, BY)
    provider.stop()
  }
}

/** The server hears of a definition a moment after it was added. */
async function untilOffered({ open, page }: Visit): Promise<void> {
  const button = page.getByRole('button', { name: `Continue with ${LABEL}`, exact: true })
  for (let tries = 0; tries < 100; tries += 1) {
    await open('/sign-in')
    if ((await button.count()) > 0) return
  }
  throw new Error('the sign-in page has no button of the provider')
}

async function comeBack(mine: Visit, provider: Forger, claims: Record<string, unknown>): Promise<void> {
  const { page, server } = mine
  await mine.open('/sign-in')
  await mine.press(`Continue with ${LABEL}`)
  await page.waitForURL(`${provider.issuer}/**`)
  const asked = new URL(page.url()).searchParams
  const fixed = { iss: provider.issuer, aud: 'here', nonce: asked.get('nonce') ?? '' }
  provider.bent.claims = { ...fixed, ...claims }
  const answer = new URLSearchParams({ code: 'code', state: asked.get('state') ?? '' })
  await page.goto(`${server.issuer}/upstream/work/callback?${answer}`)
}

/** What the scenarios cannot say by themselves: PKCE, reading a form, and who signs in. Runs inside artillery. */
import { createHash, randomBytes } from 'node:crypto'
import type { LoadFixture } from './fixture.ts'

type Variables = Record<string, unknown> & { target: string; location?: string; state?: string }
type Context = { vars: Variables }
type Response = { statusCode: number; body: string }

const fixture = JSON.parse(process.env.LOAD_FIXTURE ?? '{}') as LoadFixture

/** A client with tokens of its own choosing from those that were issued beforehand. */
export async function beginClient({ vars }: Context): Promise<void> {
  const { clientId, secret, redirectUri, tokens } = fixture
  const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`)
  Object.assign(vars, { clientId, redirectUri, basic: `Basic ${basic.toString('base64')}`, ...anyOf(tokens) })
}

/** A browser with one of the accounts in front of it, and the app that it came from. */
export async function beginJourney(context: Context): Promise<void> {
  await beginClient(context)
  const verifier = randomBytes(32).toString('base64url')
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const state = randomBytes(16).toString('base64url')
  Object.assign(context.vars, { verifier, challenge, state, ...anyOf(fixture.accounts) })
}

/** Where the page's first form goes, and its CSRF token. */
export async function readForm(_request: unknown, { statusCode, body }: Response, { vars }: Context) {
  const action = /<form method="post" action="([^"]+)"/.exec(body)?.[1]
  const csrf = /name="_csrf" value="([^"]+)"/.exec(body)?.[1]
  if (!action || !csrf) throw new Error(`no form in the page, which came with ${statusCode}`)
  vars.action = new URL(unescape(action), vars.target).href
  vars.csrf = unescape(csrf)
}

/** The code in the address of the app that the browser is sent back to. */
export async function readCode(_request: unknown, _response: Response, { vars }: Context) {
  const { searchParams } = new URL(vars.location ?? '', vars.target)
  const code = searchParams.get('code')
  if (!code) throw new Error(`no code but ${searchParams.get('error')}`)
  if (searchParams.get('state') !== vars.state) throw new Error('the state came back changed')
  vars.code = code
}

function anyOf<T>(values: readonly T[]): T {
  return values[Math.floor(Math.random() * values.length)]!
}

function unescape(text: string): string {
  return text.replaceAll('&#34;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')
}

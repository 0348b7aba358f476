/** The one page of the demonstration. Everything that came from elsewhere is escaped. */
import type { Session, SignedIn } from './session.ts'

export type Shown = { issuer: string; clientId: string; apiScope?: string | undefined }

export function renderPage({ signedIn, exchanges, answer }: Session, shown: Shown): string {
  const parts = [
    signedIn ? signedInPart(signedIn, shown) : signedOutPart(shown),
    answer && `<section><h2>${html(answer.title)}</h2><pre>${html(pretty(answer.body))}</pre></section>`,
    exchanges.length > 0 &&
      `<section><h2>What this app asked the account server</h2><ol>${exchanges
        .map(({ what, status, ms }) => `<li><code>${html(what)}</code> <b>${status}</b> ${ms} ms</li>`)
        .join('')}</ol></section>`,
  ]
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Demo app</title><link rel="stylesheet" href="/style.css"></head>
<body><main><header><h1>Demo app</h1><p>A relying party of <code>${html(shown.issuer)}</code>, registered as
<code>${html(shown.clientId)}</code>.</p></header>
${parts.filter(Boolean).join('\n')}</main></body></html>`
}

function signedOutPart({ issuer }: Shown): string {
  return `<section><p>You are not signed in here.</p>${button('/sign-in', 'Sign in')}
<p class="soft">This sends your browser to ${html(issuer)} and back: the authorization code flow with PKCE.</p></section>`
}

function signedInPart(
  { claims, profile, scope, refreshToken, expiresAtMs }: SignedIn,
  { apiScope }: Shown,
): string {
  const seconds = Math.max(0, Math.round((expiresAtMs - Date.now()) / 1000))
  return `<section><h2>Hello, ${html(profile.name || profile.email || profile.sub)}</h2>
${table('Userinfo', profile)}${table('Claims of the ID token', claims)}
<p>The access token is good for <strong id="expiry">${seconds} s</strong> (until
${html(new Date(expiresAtMs).toISOString())}); its scopes: <code>${html(scope)}</code>.
${refreshToken ? 'A refresh token is there.' : 'There is no refresh token.'}</p>
<div class="buttons">${button('/userinfo', 'Call userinfo')}
${refreshToken ? button('/refresh', 'Refresh') : ''}
${apiScope && refreshToken ? button('/api', 'Call the resource server') : ''}
${apiScope?.includes('ledger:transfer') && refreshToken ? button('/transfer', 'Transfer') : ''}
${button('/sign-out', 'Sign out', 'plain')}</div></section>`
}

function table(caption: string, claims: object): string {
  const rows = Object.entries(claims).map(
    ([name, value]) => `<tr><th>${html(name)}</th><td>${html(text(value))}</td></tr>`,
  )
  return `<table><caption>${caption}</caption>${rows.join('')}</table>`
}

function button(action: string, label: string, look = ''): string {
  return `<form method="post" action="${action}"><button class="${look}">${label}</button></form>`
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2)
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function html(value: string): string {
  return value.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '')
}

export const STYLE = `:root { color-scheme: light dark; --ink: #1b2030; --soft: #5b6275; --paper: #f4f5f9; --card: #fff; --line: #dfe2ec; --blue: #2748c7 }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaf3; --soft: #a2a9be; --paper: #11141d; --card: #1a1f2c; --line: #2d3446; --blue: #93a8ff } }
* { box-sizing: border-box } body { margin: 0; background: var(--paper); color: var(--ink); font: 17px/1.55 system-ui, sans-serif }
main { max-width: 44rem; margin: 0 auto; padding: 2rem 1rem 4rem } h1 { margin: 0; letter-spacing: -.02em } h2 { margin: 0 0 .75rem; font-size: 1.2rem }
header p, .soft { color: var(--soft) } header p { margin: .25rem 0 1.5rem } code, pre { font: .88em ui-monospace, Menlo, monospace; overflow-wrap: anywhere }
section { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 1.5rem; margin-bottom: 1.25rem } section > p:first-child { margin-top: 0 }
table { width: 100%; border-collapse: collapse; margin: 0 0 1rem } caption { text-align: left; color: var(--soft); padding-bottom: .25rem }
th, td { text-align: left; padding: .4rem .5rem .4rem 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere } th { width: 9rem; font-weight: 600; overflow-wrap: normal }
pre { white-space: pre-wrap; margin: 0 } ol { margin: 0; padding-left: 1.4rem } .buttons { display: flex; flex-wrap: wrap; gap: .6rem } form { margin: 0 }
button { font: inherit; font-weight: 600; padding: .6rem 1.1rem; border: 1px solid var(--blue); border-radius: 9px; background: var(--blue); color: var(--card); cursor: pointer }
button.plain { background: none; color: var(--blue) } button:focus-visible { outline: 3px solid #d98316; outline-offset: 2px }
`

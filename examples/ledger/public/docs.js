// Shows the API's document interactively. A person who signs in here can try operations (authorization code with PKCE,
// RFC 7636). Where the viewer is not installed, the list of the page is all there is.
const form = document.getElementById('docs-sign-in')
const { issuer, clientId, resource, redirectUri } = form.dataset
const PENDING = 'ledger.docs.pending'

// In memory alone: it is gone with the page.
let token

addEventListener('DOMContentLoaded', async () => {
  if (!('SwaggerUIBundle' in globalThis)) return
  showOperations()
  if (clientId === '') return
  form.hidden = false
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void tried(begin)
  })
  document.getElementById('docs-end').addEventListener('click', () => tried(revoke))
  await tried(finish)
})

function showOperations() {
  globalThis.SwaggerUIBundle({
    url: '/openapi.json',
    domNode: document.getElementById('viewer'),
    deepLinking: true,
    tryItOutEnabled: true,
    validatorUrl: null,
    requestInterceptor: withToken,
    onComplete: () => (document.getElementById('list').hidden = true),
  })
}

const dark = matchMedia('(prefers-color-scheme: dark)')
const followColours = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', followColours)
followColours()

// A token that was pasted into the viewer's own form counts before the one of this sign-in.
function withToken(request) {
  const isOurs = new URL(request.url, location.href).origin === location.origin
  if (token && isOurs && !request.headers.Authorization) request.headers.Authorization = `Bearer ${token}`
  return request
}

async function tried(step) {
  try {
    await step()
  } catch {
    say('The account server did not answer. Please try again.')
  }
}

async function begin() {
  const scope = Array.from(form.querySelectorAll('[name=scope]:checked'), ({ value }) => value).join(' ')
  if (scope === '') return say('Choose at least one thing that this page may do.')
  const { authorization_endpoint: address } = await metadata()
  const [verifier, state] = [random(), random()]
  sessionStorage.setItem(PENDING, JSON.stringify({ verifier, state }))
  const request = {
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    resource,
    state,
    code_challenge: await challengeOf(verifier),
    code_challenge_method: 'S256',
  }
  location.assign(`${address}?${new URLSearchParams(request)}`)
}

// Finishes a sign-in; does nothing where the page was opened in another way.
async function finish() {
  const answer = new URLSearchParams(location.search)
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? 'null')
  sessionStorage.removeItem(PENDING)
  if (!answer.has('state')) return
  history.replaceState(null, '', location.pathname + location.hash)
  if (answer.get('state') !== pending?.state)
    return say('This sign-in was not begun here. Please begin again.')
  if (answer.has('error'))
    return say(`You did not sign in: ${answer.get('error_description') ?? answer.get('error')}`)
  const { token_endpoint: address } = await metadata()
  const response = await post(address, {
    grant_type: 'authorization_code',
    code: answer.get('code'),
    redirect_uri: redirectUri,
    code_verifier: pending.verifier,
    resource,
  })
  const body = await response.json()
  if (!response.ok) return say(`You did not sign in: ${body.error_description ?? body.error}`)
  token = body.access_token
  const until = new Date(Date.now() + body.expires_in * 1000).toLocaleTimeString()
  say(`You are signed in until ${until}, with ${body.scope}. A reload of the page forgets it.`)
  setSignedIn(true)
}

// The token is forgotten only when it is revoked, so that the person can try again.
async function revoke() {
  const { revocation_endpoint: address } = await metadata()
  const { ok, status } = await post(address, { token })
  if (!ok) throw new Error(`the revocation answered ${status}`)
  token = undefined
  setSignedIn(false)
  say('The token was revoked. Sign in to call operations from this page.')
}

async function metadata() {
  return (await fetch(`${issuer}/.well-known/openid-configuration`)).json()
}

function setSignedIn(is) {
  document.getElementById('docs-end').hidden = !is
  document.getElementById('docs-begin').textContent = is ? 'Sign in again' : 'Sign in to try'
}

function post(address, fields) {
  return fetch(address, { method: 'POST', body: new URLSearchParams({ client_id: clientId, ...fields }) })
}

function say(words) {
  document.getElementById('docs-status').textContent = words
}

function random() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)))
}

async function challengeOf(verifier) {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))))
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

// Shows the API's document interactively. A person who signs in here can try operations (authorization
// code with PKCE, RFC 7636).
const form = document.getElementById('docs-sign-in')
const { documentHref, clientId, authorizeHref, tokenHref, revokeHref, resource, redirectUri } = form.dataset
const PENDING = 'docs.pending'

// In memory alone: it is gone with the page.
let token
// The last operation wanted a newer sign-in (RFC 9470).
let stale = false

addEventListener('DOMContentLoaded', async () => {
  form.hidden = false
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void tried(begin)
  })
  document.getElementById('docs-end').addEventListener('click', () => tried(revoke))
  showOperations()
  await tried(finish)
})

// The groups are a table of contents. The first one is open: everybody may try it. From 150 rows on, the viewer would draw only
// those in view, so that the browser's search and a print miss the others.
function showOperations() {
  const viewer = globalThis.SwaggerUIBundle({
    url: documentHref,
    domNode: document.getElementById('docs-viewer'),
    presets: [globalThis.SwaggerUIBundle.presets.apis],
    plugins: [inThisPage],
    layout: 'InThisPage',
    syntaxHighlight: false,
    docExpansion: 'none',
    defaultModelsExpandDepth: 0,
    tryItOutEnabled: true,
    validatorUrl: null,
    requestInterceptor: withToken,
    responseInterceptor: noteStale,
    onComplete() {
      document.getElementById('docs-list').remove()
      const [first] = viewer.specSelectors.taggedOperations().keys()
      viewer.layoutActions.show(['operations-tag', first], true)
    },
  })
}

// The operations alone: this page has its own title, main part and sign-in, and the API has one address.
const HIDDEN = ['authorizeBtn', 'authorizeOperationBtn']
const PARTS = ['errors', 'operations', 'Models']
function inThisPage({ React }) {
  const InThisPage = ({ getComponent }) =>
    React.createElement(
      'div',
      { className: 'swagger-ui' },
      React.createElement(getComponent('SvgAssets')),
      ...PARTS.map((name) => React.createElement(getComponent(name, true))),
    )
  return {
    statePlugins: { spec: { wrapActions: { requestResolvedSubtree: resolveHere } } },
    components: { InThisPage },
    wrapComponents: Object.fromEntries(HIDDEN.map((name) => [name, () => () => null])),
  }
}

// Its own resolver reads the whole document for each operation that is opened, which takes seconds. Ours refers to itself alone.
const resolveHere =
  (_resolve, { specActions, specSelectors }) =>
  (path) => {
    if (specSelectors.specResolvedSubtree(path)) return
    const whole = specSelectors.specJson().toJS()
    const part = path.reduce((found, key) => found?.[key], whole)
    specActions.updateResolvedSubtree(path, withoutReferences(part, whole))
  }

// A reference inside what it refers to stays one. Parts of allOf become one, as the viewer expects.
function withoutReferences(part, whole, inside = []) {
  if (Array.isArray(part)) return part.map((one) => withoutReferences(one, whole, inside))
  if (typeof part !== 'object' || part === null) return part
  const { $ref: reference } = part
  if (inside.includes(reference)) return part
  if (typeof reference === 'string')
    return withoutReferences(partAt(whole, reference), whole, [...inside, reference])
  const { allOf = [], ...own } = Object.fromEntries(
    Object.entries(part).map(([key, value]) => [key, withoutReferences(value, whole, inside)]),
  )
  return [...allOf, own].reduce(merged, {})
}

function merged(one, other) {
  if (Array.isArray(one) && Array.isArray(other)) return [...one, ...other]
  if (!isObject(one) || !isObject(other)) return other
  const both = Object.entries(other).map(([key, value]) => [
    key,
    key in one ? merged(one[key], value) : value,
  ])
  return { ...one, ...Object.fromEntries(both) }
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

const partAt = (whole, reference) =>
  reference
    .split('/')
    .slice(1)
    .reduce((found, key) => found[key.replaceAll('~1', '/').replaceAll('~0', '~')], whole)

const dark = matchMedia('(prefers-color-scheme: dark)')
const followColours = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', followColours)
followColours()

function withToken(request) {
  const isOurs = new URL(request.url, location.href).href.startsWith(`${resource}/`)
  if (token && isOurs) request.headers['Authorization'] = `Bearer ${token}`
  return request
}

function noteStale(response) {
  stale = response.status === 401 && response.body?.code === 'insufficient_user_authentication'
  if (stale) say('This operation needs a newer sign-in. Sign in again, and then try it again.')
  return response
}

async function tried(step) {
  try {
    await step()
  } catch {
    say('The server did not answer. Please try again.')
  }
}

async function begin() {
  const chosen = form.querySelectorAll('[name=scope]:checked')
  const scope = Array.from(chosen, ({ value }) => value).join(' ')
  if (scope === '') return say('Choose at least one thing that this page may do.')
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
    ...(stale && { prompt: 'login' }),
  }
  location.assign(`${authorizeHref}?${new URLSearchParams(request)}`)
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
  const response = await post(tokenHref, {
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
  const { ok, status } = await post(revokeHref, { token })
  if (!ok) throw new Error(`the revocation answered ${status}`)
  token = undefined
  setSignedIn(false)
  say('The token was revoked. Sign in to call operations from this page.')
}

function setSignedIn(is) {
  document.getElementById('docs-end').hidden = !is
  document.getElementById('docs-begin').textContent = is ? 'Sign in again' : 'Sign in to try'
}

function post(href, fields) {
  return fetch(href, { method: 'POST', body: new URLSearchParams({ client_id: clientId, ...fields }) })
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

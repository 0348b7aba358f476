// Signs in with a passkey, or makes one. A page without this script offers its other ways.
for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (globalThis.PublicKeyCredential) start(form)
}
tellBrowser()

/** What a form works with: its options, and the request that waits in the autofill of a field. */
function start(form) {
  const state = { waiting: undefined, busy: false }
  form.hidden = false
  for (const other of document.querySelectorAll('[data-passkey-missing]')) other.hidden = true
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (state.busy) return
    state.busy = true
    state.waiting?.abort()
    await send(form, {})
    state.busy = false
  })
  if ('autofill' in form.dataset) void offerInField(form, state)
}

/** Passkeys appear beside the addresses that the browser remembers. Nothing is asked until one is chosen. */
async function offerInField(form, state) {
  const isOffered = await PublicKeyCredential.isConditionalMediationAvailable?.()
  if (!isOffered || state.busy) return
  state.waiting = new AbortController()
  await send(form, { mediation: 'conditional', signal: state.waiting.signal })
}

async function send(form, how) {
  const isNew = form.dataset.passkey === 'create'
  say(form, undefined)
  try {
    const options = JSON.parse(form.querySelector('data').value)
    const publicKey = isNew ? readCreation(options) : readRequest(options)
    const credential = await navigator.credentials[isNew ? 'create' : 'get']({ publicKey, ...how })
    form.elements.passkey.value = JSON.stringify(write(credential))
    form.submit()
  } catch (error) {
    if (error.name !== 'AbortError') say(form, error.name, how.mediation)
  }
}

/** The words are in the page. What nobody asked for fails in silence. */
function say(form, problem, mediation) {
  const words = [...form.querySelectorAll('[data-problem]')]
  for (const one of words) one.hidden = true
  if (!problem || mediation) return
  const shown = words.find((one) => one.dataset.problem === problem) ?? words.at(-1)
  if (shown) shown.hidden = false
}

function readRequest(options) {
  if ('parseRequestOptionsFromJSON' in PublicKeyCredential)
    return PublicKeyCredential.parseRequestOptionsFromJSON(options)
  return {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: options.allowCredentials.map(readDescriptor),
  }
}

function readCreation(options) {
  if ('parseCreationOptionsFromJSON' in PublicKeyCredential)
    return PublicKeyCredential.parseCreationOptionsFromJSON(options)
  return {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: options.excludeCredentials.map(readDescriptor),
  }
}

function readDescriptor(one) {
  return { ...one, id: bytes(one.id) }
}

/** Older browsers, and some password managers, have no toJSON. */
function write(credential) {
  const { response } = credential
  const names = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']
  const written = names.filter((name) => response[name]).map((name) => [name, text(response[name])])
  const transports = response.getTransports?.()
  return {
    id: credential.id,
    rawId: credential.id,
    type: credential.type,
    response: { ...Object.fromEntries(written), ...(transports && { transports }) },
  }
}

/** Lets the password manager forget a passkey that this server does not know (any more). */
function tellBrowser() {
  const told = document.querySelector('[data-passkey-signal]')
  if (!told || !globalThis.PublicKeyCredential) return
  const { signal, ...rest } = JSON.parse(told.dataset.passkeySignal)
  PublicKeyCredential[signal]?.(rest).catch(() => {})
}

function bytes(base64url) {
  const binary = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (one) => one.charCodeAt(0))
}

function text(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer))
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

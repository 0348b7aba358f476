// Signs in with a passkey, or makes one. A page without this script offers its other ways.
for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (globalThis.PublicKeyCredential) start(form)
}
for (const part of document.querySelectorAll('[data-passkey-part]')) {
  if (globalThis.PublicKeyCredential) startPart(part)
}
for (const { dataset } of document.querySelectorAll('[data-passkey-signals]')) {
  if (globalThis.PublicKeyCredential) tellBrowser(JSON.parse(dataset.passkeySignals))
}

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
  const answer = await ask(form, form.dataset.passkey, how)
  if (answer === undefined) return
  form.elements.passkey.value = answer
  form.submit()
}

/** The button inside a larger form: its answer goes along with the other fields. */
function startPart(part) {
  const { form } = part.querySelector('button')
  const state = { busy: false, ready: false }
  part.hidden = false
  for (const other of form.querySelectorAll('[data-passkey-missing]')) other.hidden = true
  // Back: this page may be shown as it was left, with an answer that is used up.
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload())
  // Before the other scripts of the form, which send it.
  form.addEventListener(
    'submit',
    (event) => {
      if (state.ready || !part.contains(event.submitter)) return
      event.preventDefault()
      event.stopImmediatePropagation()
      if (!state.busy) void answerPart(part, form, state)
    },
    { capture: true },
  )
}

async function answerPart(part, form, state) {
  state.busy = true
  // What the server refuses anyway costs nobody a passkey.
  const needed = [...form.elements].filter(({ required, type }) => required && type !== 'password')
  const isFilled = needed.every((field) => field.value.trim() && field.checkValidity())
  const answer = isFilled ? await ask(part, part.dataset.passkeyPart, {}, nameOf(form)) : ''
  state.busy = false
  if (answer === undefined) return
  form.elements.passkey.value = answer
  form.elements.with.value = 'passkey'
  state.ready = true
  // Not inside the event that led here: a form is not sent twice at once.
  setTimeout(() => form.requestSubmit())
}

/** What a new passkey is kept under. The page that asks for it does not know the address yet. */
function nameOf(form) {
  const { email, name } = form.elements
  if (!email) return undefined
  const address = email.value.trim()
  return { name: address, displayName: name?.value.trim() || address }
}

/** The answer as JSON; undefined where the person has to read why there is none. */
async function ask(place, kind, how, person) {
  const isNew = kind === 'create'
  say(place, undefined)
  try {
    const options = JSON.parse(place.querySelector('data').value)
    if (person) Object.assign(options.user, person)
    const publicKey = isNew ? readCreation(options) : readRequest(options)
    return JSON.stringify(write(await navigator.credentials[isNew ? 'create' : 'get']({ publicKey, ...how })))
  } catch (error) {
    if (error.name !== 'AbortError') say(place, error.name, how.mediation)
    return undefined
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

/** Passkeys that the password manager keeps under another name, or that open nothing here. Older browsers have no such methods. */
function tellBrowser(signals) {
  for (const { signal, ...rest } of signals) PublicKeyCredential[signal]?.(rest).catch(() => {})
}

function bytes(base64url) {
  const binary = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (one) => one.charCodeAt(0))
}

function text(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer))
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

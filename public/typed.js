// Keeps what was typed: an email for the page that a link leads to, and all fields when another language is chosen.
const KEY = 'typed'
const KEPT_MS = 60 * 1000
const here = location.pathname + location.search
const email = /^[^@\s]+@[^@\s]+$/

restore()
document.addEventListener('submit', ({ target }) => {
  // The choice of a language leads back to this page.
  if (target.getAttribute('action') === '/language') keep({ page: here, values: typed() })
})
document.addEventListener('click', ({ target }) => {
  const link = target.closest('main.card a')
  const value = typed().email ?? ''
  if (link?.origin === location.origin && email.test(value)) keep({ values: { email: value } })
})

function fields() {
  const all = [...document.querySelectorAll('main input[name]')]
  return all.filter(
    ({ type, autocomplete, readOnly }) =>
      ['text', 'email'].includes(type) && autocomplete !== 'one-time-code' && !readOnly,
  )
}

function typed() {
  return Object.fromEntries(fields().map(({ name, value }) => [name, value.trim()]))
}

function keep(what) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ ...what, untilMs: Date.now() + KEPT_MS }))
  } catch {
    // A browser that keeps nothing.
  }
}

function take() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? '{}')
    sessionStorage.removeItem(KEY)
    return kept
  } catch {
    return {}
  }
}

function restore() {
  const { page = here, values = {}, untilMs = 0 } = take()
  if (page !== here || Date.now() > untilMs) return
  for (const field of fields()) if (values[field.name]) field.value = values[field.name]
}

// On a page that waits for a mail: says when mails are late, and goes on once the address was confirmed on another device.
// Asks only while somebody looks at the page, and not for ever.
const delay = document.querySelector('[data-mail-delay]')
const { confirmed, go } = document.querySelector('[data-confirmed]')?.dataset ?? {}
const EVERY_MS = confirmed ? 3000 : 10_000
const UNTIL_MS = Date.now() + 60 * 60 * 1000
let asking = false

async function ask() {
  if (asking || document.visibilityState !== 'visible' || Date.now() > UNTIL_MS) return
  asking = true
  try {
    const href = confirmed ?? delay.dataset.ask
    const answer = await fetch(href, { cache: 'no-store', headers: { accept: 'application/json' } })
    if (!answer.ok) return
    const found = await answer.json()
    delay.hidden = !found.late
    if (found.confirmed) location.assign(go)
  } catch {
    // Offline for a moment: the next question may be answered.
  } finally {
    asking = false
  }
}

setInterval(ask, EVERY_MS)
document.addEventListener('visibilitychange', ask)

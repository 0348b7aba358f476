// Goes on once the address was confirmed on another device, and says when mails are late. Asks only while somebody looks at
// the page, and not for ever.
const { confirmed: href, go } = document.querySelector('[data-confirmed]').dataset
const delay = document.querySelector('[data-mail-delay]')
const EVERY_MS = 3000
const UNTIL_MS = Date.now() + 60 * 60 * 1000
let asking = false

async function ask() {
  if (asking || document.visibilityState !== 'visible' || Date.now() > UNTIL_MS) return
  asking = true
  try {
    const answer = await fetch(href, { cache: 'no-store', headers: { accept: 'application/json' } })
    if (!answer.ok) return
    const { confirmed, late } = await answer.json()
    if (delay) delay.hidden = !late
    if (confirmed) location.assign(go)
  } catch {
    // Offline for a moment: the next question may be answered.
  } finally {
    asking = false
  }
}

setInterval(ask, EVERY_MS)
document.addEventListener('visibilitychange', ask)
